"""The audit of a whole log: whatever somebody with the database in hand changes is found and located."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, text

from evidence_service.adapters.sql_log_audit import SqlLogAuditReader
from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.merkle import fold_level, leaf_hash
from evidence_service.workflow.audit_log import LogAudit, audit_log
from tests.evidence_service.adapters.logs import publish_plainly
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.workflow.instance import Instance

FIRST, SECOND, THIRD = 290, 300, 120
"""Events before each of the three checkpoints; each checkpoint adds the loan map's entry."""


@pytest.fixture
def instance(engine: Engine) -> Instance:
    made = Instance(engine)
    for minutes, count in enumerate((FIRST, SECOND, THIRD)):
        made.ingest(count)
        made.publish(minutes)
    made.anchor()
    return made


def audit(instance: Instance, anchored: dict[int, bytes] | None = None) -> LogAudit:
    reader = SqlLogAuditReader(instance.engine, instance.store)
    return audit_log(reader, instance.log, anchored=anchored or {})


def sizes(instance: Instance) -> list[int]:
    return sorted(one.checkpoint.size for one in instance.store.checkpoints(INSTITUTION, 10))


def codes_at(found: LogAudit, index: int) -> set[str]:
    return {one.code for one in found.findings if one.first <= index <= one.last}


def test_a_log_that_nobody_touched_is_clean_to_its_newest_checkpoint(instance: Instance) -> None:
    found = audit(instance)
    assert found.findings == ()
    assert found.events == FIRST + SECOND + THIRD
    assert (found.entries, found.checkpoints) == (FIRST + SECOND + THIRD + 3, 3)
    assert found.good_to == found.entries


def test_progress_is_told_to_the_end(instance: Instance) -> None:
    seen: list[tuple[int, int]] = []
    reader = SqlLogAuditReader(instance.engine, instance.store)
    audit_log(reader, instance.log, anchored={}, progress=lambda done, size: seen.append((done, size)))
    assert seen[-1] == (instance.log.size, instance.log.size)


@pytest.mark.parametrize("index", [0, 255, 256, 289, 400, 711])
def test_a_changed_entry_is_named(instance: Instance, index: int) -> None:
    leaf = instance.store.event_at(INSTITUTION, index).leaf
    instance.tamper("UPDATE entry SET leaf = :leaf WHERE idx = :idx", leaf=leaf.replace(b'"v":1', b'"v":2'), idx=index)
    assert {"entry-changed"} <= codes_at(audit(instance), index)


@pytest.mark.parametrize("index", [0, 256, 350, 711])
def test_a_removed_entry_is_named(instance: Instance, index: int) -> None:
    instance.tamper("DELETE FROM entry WHERE idx = :idx", idx=index)
    assert "entry-missing" in codes_at(audit(instance), index)


@pytest.mark.parametrize("index", [3, 400])
def test_a_removed_event_is_named(instance: Instance, index: int) -> None:
    instance.tamper("DELETE FROM event WHERE idx = :idx", idx=index)
    assert codes_at(audit(instance), index) == {"event-missing"}


def test_an_event_whose_entry_does_not_exist_is_named(instance: Instance) -> None:
    instance.tamper("UPDATE event SET idx = 5000 WHERE idx = 17")
    found = audit(instance)
    assert codes_at(found, 17) == {"event-missing"}
    assert codes_at(found, 5000) == {"event-inserted"}


def test_an_entry_past_the_end_is_named(instance: Instance) -> None:
    instance.tamper("INSERT INTO entry SELECT log_id, 9000, leaf, leaf_hash FROM entry WHERE idx = 1")
    assert codes_at(audit(instance), 9000) == {"entry-inserted"}


def test_a_log_that_was_cut_short_is_noticed_by_its_own_checkpoint(instance: Instance) -> None:
    end = sizes(instance)[1]
    instance.tamper("DELETE FROM entry WHERE idx >= :end", end=end)
    instance.tamper("UPDATE log SET size = :end", end=end)
    found = audit(instance)
    assert found.good_to == end
    assert "entry-missing" in codes_at(found, end)


@pytest.mark.parametrize(("one", "other"), [(10, 11), (300, 700)])
def test_two_entries_that_changed_places_are_named(instance: Instance, one: int, other: int) -> None:
    for old, new in ((one, 9000), (other, one), (9000, other)):
        instance.tamper("UPDATE entry SET idx = :new WHERE idx = :old", old=old, new=new)
    found = audit(instance)
    assert codes_at(found, one)
    assert codes_at(found, other)


@pytest.mark.parametrize(("one", "other"), [(10, 11), (300, 700)])
def test_two_events_that_changed_places_are_named(instance: Instance, one: int, other: int) -> None:
    for old, new in ((one, 9000), (other, one), (9000, other)):
        instance.tamper("UPDATE event SET idx = :new WHERE idx = :old", old=old, new=new)
    found = audit(instance)
    assert codes_at(found, one) == codes_at(found, other) == {"event-changed"}


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("UPDATE event SET type = 'loan.closed' WHERE idx = 40", 40),
        ("UPDATE event SET loan = 'ANOTHER' WHERE idx = 41", 41),
        ("UPDATE event SET event_id = 'another' WHERE idx = 42", 42),
        ("UPDATE event SET occurred_at = '2020-01-01T00:00:00Z' WHERE idx = 43", 43),
        ("UPDATE event SET captured_at = '2020-01-01T00:00:00Z' WHERE idx = 44", 44),
        ("UPDATE event SET sequence = 999 WHERE idx = 45", 45),
        ("UPDATE entry SET leaf_hash = (SELECT leaf_hash FROM entry WHERE idx = 1) WHERE idx = 46", 46),
        ("UPDATE subtree SET hash = (SELECT leaf_hash FROM entry WHERE idx = 1) WHERE level = 8 AND idx = 1", 300),
    ],
)  # fmt: skip
def test_any_column_of_any_row_is_named(instance: Instance, statement: str, index: int) -> None:
    instance.tamper(statement)
    assert codes_at(audit(instance), index)


def test_the_content_of_an_event_cannot_be_swapped_for_another_s(instance: Instance) -> None:
    instance.tamper("UPDATE event SET sealed = (SELECT sealed FROM event WHERE idx = 50) WHERE idx = 51")
    assert codes_at(audit(instance), 51) == {"event-changed"}


def test_a_checkpoint_that_nobody_signed_is_named(instance: Instance) -> None:
    size = sizes(instance)[1]
    note = instance.store.checkpoint_at(INSTITUTION, size)
    assert note is not None
    lines = note.note.replace("\n— ", "\n— ", 1)
    forged = lines[:-6] + ("AAAA" if lines[-6:-2] != "AAAA" else "BBBB") + lines[-2:]
    instance.tamper("UPDATE checkpoint SET note = :note WHERE size = :size", note=forged, size=size)
    assert "checkpoint-changed" in codes_at(audit(instance), size - 1)
    instance.tamper("UPDATE checkpoint SET note = 'nothing' WHERE size = :size", size=size)
    assert "checkpoint-changed" in codes_at(audit(instance), size - 1)


@pytest.mark.parametrize("index", [5, 288, 350, 580, 600, 712])
def test_whoever_recomputed_every_hash_in_the_database_is_still_located(instance: Instance, index: int) -> None:
    rewrite_from(instance, index)
    found = audit(instance)
    low, high = bounds(instance, index)
    located = [one for one in found.findings if one.code == "root-changed"]
    assert [(one.first, one.last) for one in located] == [(low, high - 1)]
    assert found.good_to == low
    assert ("event-changed" in codes_at(found, index)) == (index + 1 not in sizes(instance))


def test_a_lender_who_signs_his_rewritten_log_anew_is_caught_by_the_chain(instance: Instance) -> None:
    size = sizes(instance)[-1]
    honest = instance.store.checkpoint_at(INSTITUTION, size)
    assert honest is not None
    anchored = {size: honest.checkpoint.root}
    assert audit(instance, anchored).clean
    rewrite_from(instance, 700)
    instance.tamper("DELETE FROM checkpoint WHERE size = :size", size=size)
    publish_plainly(instance.store, minutes=9)
    found = audit(instance, anchored)
    assert not [one for one in found.findings if one.code in {"root-changed", "checkpoint-changed"}]
    assert [one.code for one in found.findings if one.code == "anchor-differs"]


def bounds(instance: Instance, index: int) -> tuple[int, int]:
    """The signed sizes around a leaf."""
    ends = [0, *sizes(instance)]
    return next((low, high) for low, high in pairwise(ends) if low <= index < high)


def changed(value: dict[str, Any]) -> dict[str, Any]:
    """Another entry of the same kind."""
    if value["kind"] == "map":
        return value | {"loans": value["loans"] + 1}
    return value | {"occurred_at": "2020-01-01T00:00:00Z"}


def rewrite_from(instance: Instance, index: int) -> None:
    """Change one entry, then make every hash that the database holds fit again: leaf hashes, links and subtrees."""
    with instance.engine.connect() as connection:
        rows = connection.execute(text("SELECT idx, leaf FROM entry ORDER BY idx")).all()
    leaves = {row.idx: bytes(row.leaf) for row in rows}
    heads: dict[str, str] = {}
    hashes: list[bytes] = []
    for at in sorted(leaves):
        value = json.loads(leaves[at])
        if at == index:
            value = changed(value)
        if value["kind"] == "event":
            value["prev"] = heads.get(value["loan"], "")
        leaf = canonical_bytes(value)
        hashes.append(leaf_hash(leaf))
        if value["kind"] == "event":
            heads[value["loan"]] = hashes[-1].hex()
        instance.tamper(
            "UPDATE entry SET leaf = :leaf, leaf_hash = :hash WHERE idx = :idx", leaf=leaf, hash=hashes[-1], idx=at
        )
    for tile in range(len(hashes) // 256):
        level = hashes[tile * 256 : (tile + 1) * 256]
        while len(level) > 1:
            level = fold_level(level)
        instance.tamper("UPDATE subtree SET hash = :hash WHERE level = 8 AND idx = :idx", hash=level[0], idx=tile)
