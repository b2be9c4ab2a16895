"""The map's entry at the end of every checkpoint: once, true, durable before it is signed, never over a false log."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import DBAPIError

from evidence_service.adapters import tables, tables_map
from evidence_service.adapters.sql_loan_map import SqlLoanMap
from evidence_service.adapters.sql_log_writer import SqlLogWriter
from evidence_service.core.loan_map import LoanState, map_root
from evidence_service.core.map_audit import MapAudit
from evidence_service.core.map_leaf import MapLeaf, parse_entry, parse_map_leaf
from evidence_service.core.map_material import parse_map_material
from evidence_service.core.map_pages import MapChangedError
from evidence_service.core.merkle import check_inclusion, leaf_hash
from evidence_service.database import reading
from evidence_service.errors import NotFoundError, StoreError
from evidence_service.ports import PublishedCheckpoint
from evidence_service.workflow.prove_map import AuditNoteError, import_audit, map_material
from evidence_service.workflow.publish import publish
from evidence_service.workflow.recheck import EntryChangedError
from tests.evidence_service.adapters.logs import ingest, publish_plainly
from tests.evidence_service.adapters.races import both
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW
from tests.evidence_service.workflow.instance import Instance


@pytest.fixture
def instance(engine: Engine) -> Instance:
    return Instance(engine)


def entries_of(instance: Instance) -> list[bytes]:
    return [leaf for _, leaf, _ in instance.store.leaves(INSTITUTION, 0, instance.log.size)]


def true_states(instance: Instance, size: int) -> dict[str, LoanState]:
    """The loans of the first `size` entries, counted from their bytes."""
    found: dict[str, LoanState] = {}
    for leaf in entries_of(instance)[:size]:
        entry = parse_entry(leaf)
        if not isinstance(entry, MapLeaf):
            found[entry.loan_reference] = LoanState(entry.sequence + 1, leaf_hash(leaf))
    return found


def assert_closed_truly(instance: Instance, published: PublishedCheckpoint) -> MapLeaf:
    """The last entry of the checkpoint is the map over all entries before it, built by the definition."""
    index = published.checkpoint.size - 1
    leaf = parse_map_leaf(entries_of(instance)[index])
    states = true_states(instance, index)
    assert (leaf.institution, leaf.size, leaf.loans) == (INSTITUTION, index, len(states))
    assert leaf.root == map_root(states)
    return leaf


def pages(instance: Instance) -> int:
    with reading(instance.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(tables_map.loan_map)).scalar_one())


def test_every_checkpoint_ends_in_the_map_over_all_entries_before_it(instance: Instance) -> None:
    for minutes, (count, loans) in enumerate(((1, 1), (40, 7), (300, 90), (3, 2))):
        ingest(instance.store, count, first=instance.log.size, loans=loans)
        published = instance.publish(minutes)
        assert published.checkpoint.size == instance.log.size
        leaf = assert_closed_truly(instance, published)
        assert leaf.captured_at == NOW + timedelta(minutes=minutes)


def test_a_publish_without_new_events_changes_nothing(instance: Instance) -> None:
    instance.ingest(5)
    first = instance.publish()
    stored = pages(instance)
    assert instance.publish(minutes=3) == first
    assert (instance.log.size, pages(instance)) == (6, stored)


def test_the_map_changes_once_per_checkpoint_and_not_per_batch(instance: Instance) -> None:
    for _ in range(5):
        instance.ingest(4)
    assert pages(instance) == 0
    instance.publish()
    assert pages(instance) == 1  # three loans lie in one page
    with reading(instance.engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.event)).scalar_one() == 20


class PowerCut(BaseException):
    """The machine is gone."""


class CutKey(TestKey):
    """A signer that never comes to sign."""

    def sign_note(self, text: str) -> str:
        raise PowerCut(text)


def crash_before_signing(instance: Instance, minutes: int = 0) -> None:
    with pytest.raises(PowerCut):
        publish(instance.store, instance.log, CutKey(instance.log.origin), NOW + timedelta(minutes=minutes))


def test_after_a_crash_between_map_and_signature_the_same_map_entry_is_signed(instance: Instance) -> None:
    instance.ingest(5)
    crash_before_signing(instance)
    assert instance.store.latest_checkpoint(INSTITUTION) is None
    stored = entries_of(instance)
    published = instance.publish(minutes=2)
    assert entries_of(instance) == stored
    assert published.checkpoint.size == len(stored) == 6
    assert_closed_truly(instance, published)


def test_after_such_a_crash_events_may_come_and_the_log_is_closed_anew_after_them(instance: Instance) -> None:
    instance.ingest(5)
    instance.publish()
    instance.ingest(2)
    crash_before_signing(instance)
    crash_before_signing(instance)  # and once more: the entry that waits is not doubled
    assert instance.log.size == 9
    instance.ingest(4)
    published = instance.publish(minutes=1)
    kinds = ["map" if isinstance(parse_entry(leaf), MapLeaf) else "event" for leaf in entries_of(instance)]
    assert [at for at, kind in enumerate(kinds) if kind == "map"] == [5, 8, 13]
    assert published.checkpoint.size == 14
    assert_closed_truly(instance, published)


def test_a_crash_inside_the_transaction_leaves_neither_entry_nor_pages(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.ingest(5)
    append = SqlLogWriter.append_map

    def cut(writer: SqlLogWriter, leaf: bytes, made: dict[str, bytes]) -> int:
        append(writer, leaf, made)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(SqlLogWriter, "append_map", cut)
        with pytest.raises(PowerCut):
            instance.publish()
    assert (instance.log.size, pages(instance)) == (5, 0)
    assert_closed_truly(instance, instance.publish())


def test_two_publishers_at_once_make_one_map_entry(instance: Instance) -> None:
    instance.ingest(30)
    for _ in range(5):
        instance.ingest(2)
        first, second = both(instance.publish, instance.publish)
        assert first.checkpoint == second.checkpoint
        assert_closed_truly(instance, first)
    kinds = [parse_entry(leaf) for leaf in entries_of(instance)]
    assert sum(isinstance(kind, MapLeaf) for kind in kinds) == 5


def test_events_that_come_while_a_checkpoint_is_made_are_in_its_map_or_in_the_next(instance: Instance) -> None:
    instance.ingest(3)

    def write() -> PublishedCheckpoint | None:
        for number in range(6):
            ingest(instance.store, 2, first=1000 + 2 * number)
        return None

    made = both(instance.publish, write)
    assert made[0] is not None
    assert_closed_truly(instance, made[0])
    assert_closed_truly(instance, instance.publish())


def test_capture_times_go_on_after_the_map_entry(instance: Instance) -> None:
    instance.ingest(2)
    instance.publish(minutes=3)
    ingest(instance.store, 1, first=900, now=NOW)
    assert instance.store.event("E-900").captured_at == NOW + timedelta(minutes=3)


def test_a_map_entry_has_no_event(instance: Instance) -> None:
    instance.ingest(4)
    instance.publish()
    with pytest.raises(NotFoundError, match="no entry 4"):
        instance.store.event_at(INSTITUTION, 4)
    assert [event.index for event in instance.store.events_before(INSTITUTION, None, 10)] == [3, 2, 1, 0]
    instance.ingest(1)
    assert [event.index for event in instance.store.events_between(INSTITUTION, 0, 9)] == [0, 1, 2, 3, 5]


def test_the_pages_of_the_map_are_append_only(instance: Instance) -> None:
    instance.ingest(4)
    instance.publish()
    SqlLoanMap(instance.engine).add_note(INSTITUTION, 5, "note\n", NOW)
    for table in ("loan_map", "map_audit"):
        for statement in (f"UPDATE {table} SET log_id = 9", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), instance.engine.begin() as connection:
                connection.exec_driver_sql(statement)


# A log that is not what it was gets no map.


def refused(instance: Instance, error: type[Exception], match: str) -> None:
    before = (instance.log.size, pages(instance), instance.store.latest_checkpoint(INSTITUTION))
    with pytest.raises(error, match=match):
        instance.publish(minutes=1)
    assert before == (instance.log.size, pages(instance), instance.store.latest_checkpoint(INSTITUTION))


def replace_leaf(instance: Instance, index: int, change: Callable[[bytes], bytes]) -> None:
    """An entry and its hash, changed together, before anything was signed over it."""
    leaf = change(entries_of(instance)[index])
    statement = "UPDATE entry SET leaf = :leaf, leaf_hash = :hash WHERE idx = :idx"
    instance.tamper(statement, leaf=leaf, hash=leaf_hash(leaf), idx=index)


def test_an_entry_that_does_not_continue_its_loan_stops_publishing(instance: Instance) -> None:
    ingest(instance.store, 6, loans=1)
    replace_leaf(instance, 3, lambda leaf: leaf.replace(b'"seq":3', b'"seq":4'))
    refused(instance, EntryChangedError, "entry 3 does not continue its loan after entry 2 of it")


def test_an_entry_that_does_not_continue_the_map_stops_publishing(instance: Instance) -> None:
    ingest(instance.store, 6, loans=1)
    instance.publish()
    ingest(instance.store, 1, first=6, loans=1)
    replace_leaf(instance, 7, lambda leaf: leaf.replace(b'"seq":6', b'"seq":5'))
    refused(instance, MapChangedError, "after 5 entries, but the map knows 6")


def test_an_entry_that_is_no_log_entry_stops_publishing(instance: Instance) -> None:
    instance.ingest(3)
    replace_leaf(instance, 1, lambda _: b"nothing")
    refused(instance, EntryChangedError, "entry 1 is not a log entry")


def insert_page(instance: Instance, **row: Any) -> None:
    with instance.engine.begin() as connection:
        connection.execute(insert(tables_map.loan_map), row)


def test_a_page_of_the_map_that_was_altered_or_removed_stops_publishing(instance: Instance) -> None:
    ingest(instance.store, 60, loans=60)
    instance.publish()
    ingest(instance.store, 60, first=120, loans=60)
    with reading(instance.engine) as connection:
        rows = connection.execute(select(tables_map.loan_map)).all()
    assert len(rows) > 5
    for row in rows:
        instance.tamper("DELETE FROM loan_map WHERE prefix = :prefix", prefix=row.prefix)
        refused(instance, MapChangedError, "of version 60 of the loan map is missing|root page is missing")
        changed = bytes([row.page[0]]) + bytes([row.page[1] ^ 1]) + bytes(row.page[2:])
        insert_page(instance, **{**row._mapping, "page": changed})
        refused(instance, MapChangedError, "was changed in the database|not in its form")
        instance.tamper("DELETE FROM loan_map WHERE prefix = :prefix", prefix=row.prefix)
        insert_page(instance, **row._mapping)
    assert_closed_truly(instance, instance.publish(minutes=1))


# Proofs out of the store.


def reference_of(instance: Instance, loan: str) -> str:
    return instance.store.loan_head(INSTITUTION, loan).reference


def material(instance: Instance, reference: str, published: PublishedCheckpoint) -> str | None:
    return map_material(instance.store, SqlLoanMap(instance.engine), INSTITUTION, reference, published)


def test_every_loan_is_proven_under_every_checkpoint_that_knows_it(instance: Instance) -> None:
    made = []
    for minutes, loans in enumerate((3, 40, 90)):
        ingest(instance.store, 100, first=instance.log.size, loans=loans)
        made.append(instance.publish(minutes))
    newest = true_states(instance, instance.log.size)
    for published in made:
        index = published.checkpoint.size - 1
        states = true_states(instance, index)
        for reference in newest:
            text = material(instance, reference, published)
            if reference not in states:
                assert text is None
                continue
            assert text is not None
            read = parse_map_material(text)
            assert read.membership.end == states[reference]
            path, root = read.proof.path, published.checkpoint.root
            check_inclusion(leaf_hash(read.leaf_raw), index, published.checkpoint.size, path, root)


def test_a_checkpoint_without_a_map_has_no_material(instance: Instance) -> None:
    instance.ingest(3)
    plain = instance.store
    log = instance.log
    published = publish_plainly(plain, INSTITUTION)
    reference = next(iter(true_states(instance, log.size)))
    assert material(instance, reference, published) is None
    instance.ingest(1)
    assert_closed_truly(instance, instance.publish())  # and the next one covers everything from the start


def test_a_map_that_was_changed_is_not_handed_out(instance: Instance) -> None:
    instance.ingest(5)
    published = instance.publish()
    reference = next(iter(true_states(instance, 5)))
    instance.tamper("UPDATE loan_map SET page = :page", page=b"L")
    with pytest.raises(MapChangedError):
        material(instance, reference, published)
    instance.tamper("UPDATE entry SET leaf = :leaf WHERE idx = 5", leaf=entries_of(instance)[5].replace(b"3", b"4", 1))
    with pytest.raises(StoreError):
        material(instance, reference, published)


# Notes of auditors.


def note_of(instance: Instance, published: PublishedCheckpoint, root: bytes | None = None) -> str:
    leaf = parse_map_leaf(entries_of(instance)[published.checkpoint.size - 1])
    return TestKey("auditor.example").sign_note(MapAudit(published.checkpoint, root or leaf.root).text())


def test_a_note_is_kept_once_and_travels_with_the_material_of_its_checkpoint(instance: Instance) -> None:
    maps = SqlLoanMap(instance.engine)
    instance.ingest(5)
    first = instance.publish()
    instance.ingest(1)
    second = instance.publish(minutes=1)
    note = note_of(instance, first)
    for _ in range(2):
        assert import_audit(instance.store, maps, INSTITUTION, note) == first
        maps.add_note(INSTITUTION, first.checkpoint.size, note, NOW)
    assert maps.notes(INSTITUTION, first.checkpoint.size) == [note]
    reference = next(iter(true_states(instance, 5)))
    for published, notes in ((first, 1), (second, 0)):
        text = material(instance, reference, published)
        assert text is not None
        assert len(parse_map_material(text).audits) == notes


def test_a_note_that_says_something_else_is_not_kept(instance: Instance) -> None:
    maps = SqlLoanMap(instance.engine)
    instance.ingest(5)
    published = instance.publish()
    with pytest.raises(AuditNoteError, match="found another root"):
        import_audit(instance.store, maps, INSTITUTION, note_of(instance, published, bytes(32)))
    root = base64.b64encode(published.checkpoint.root).decode()
    good = note_of(instance, published)
    for old, new, error in (
        (root, base64.b64encode(bytes(32)).decode(), AuditNoteError),
        ("\n6\n", "\n5\n", NotFoundError),
        (published.checkpoint.origin + "\n6", "log.example/other\n6", AuditNoteError),
    ):
        with pytest.raises(error):
            import_audit(instance.store, maps, INSTITUTION, good.replace(old, new, 1))
