"""Audit: two signed states of a log, and every way in which the rows between them can have been changed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from evidence_service.adapters.subtrees import WIDTH
from evidence_service.core.merkle import leaf_hash, root_of
from evidence_service.errors import EvidenceError, NotFoundError
from evidence_service.workflow.audit import ConsistencyFinding, audit_consistency
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.workflow.instance import Instance

OLD, NEW = 300, 700


@pytest.fixture
def instance(engine: Engine) -> Instance:
    made = Instance(engine)
    made.ingest(OLD - 1)  # and the map's entry
    made.publish()
    made.ingest(NEW - OLD - 1)
    made.publish(minutes=1)
    return made


def audit(instance: Instance, old: int = OLD, new: int = NEW) -> ConsistencyFinding:
    return audit_consistency(instance.store, INSTITUTION, old, new)


def test_a_log_that_only_grew_is_consistent(instance: Instance) -> None:
    finding = audit(instance)
    assert finding.consistent
    assert finding.reason == ""
    assert (finding.from_size, finding.to_size) == (OLD, NEW)
    signed = instance.store.checkpoint_at(INSTITUTION, NEW)
    assert signed is not None
    assert finding.to_root == signed.checkpoint.root
    assert audit(instance, NEW, NEW).consistent


def test_a_size_that_was_never_signed_is_not_found(instance: Instance) -> None:
    with pytest.raises(NotFoundError, match="no checkpoint of size 301"):
        audit(instance, 301, NEW)
    with pytest.raises(NotFoundError, match="no checkpoint of size 1"):
        audit(instance, 1, NEW)


def test_the_older_size_comes_first(instance: Instance) -> None:
    with pytest.raises(EvidenceError, match="--from must not be larger"):
        audit(instance, NEW, OLD)


@pytest.mark.parametrize("index", [0, 10, 255, 256, 298, 300, 511, 512, 697, 698])
def test_a_leaf_that_was_changed_anywhere_is_named_by_its_index(instance: Instance, index: int) -> None:
    leaf = instance.store.event_at(INSTITUTION, index).leaf
    instance.tamper("UPDATE entry SET leaf = :leaf WHERE idx = :idx", leaf=leaf + b" ", idx=index)
    finding = audit(instance)
    assert not finding.consistent
    assert f"entry {index} was changed" in finding.reason


@pytest.mark.parametrize("index", [0, 255, 300, 699])
def test_a_leaf_hash_that_was_changed_is_named_by_its_index(instance: Instance, index: int) -> None:
    instance.tamper("UPDATE entry SET leaf_hash = :hash WHERE idx = :idx", hash=bytes(32), idx=index)
    assert f"entry {index} was changed" in audit(instance).reason


@pytest.mark.parametrize("index", [0, 256, 300, 699])
def test_an_entry_that_was_removed_is_named_by_its_index(instance: Instance, index: int) -> None:
    instance.tamper("DELETE FROM entry WHERE idx = :idx", idx=index)
    assert f"entry {index} is missing" in audit(instance).reason


def test_entries_that_changed_places_are_noticed(instance: Instance) -> None:
    for old, new in ((400, 9000), (401, 400), (9000, 401)):
        instance.tamper("UPDATE entry SET idx = :new WHERE idx = :old", old=old, new=new)
    finding = audit(instance)
    assert not finding.consistent
    assert "256 to 511" in finding.reason


def test_a_leaf_and_its_hash_changed_together_are_noticed_by_the_signed_root(instance: Instance) -> None:
    """In the last tile no subtree hash is stored: only what was signed tells."""
    leaf = instance.store.event_at(INSTITUTION, 690).leaf.replace(b'"seq":', b'"seq":1')
    instance.tamper("UPDATE entry SET leaf = :leaf, leaf_hash = :hash WHERE idx = 690", leaf=leaf, hash=leaf_hash(leaf))
    assert audit(instance).reason == f"the entries below {NEW} no longer give the root that was signed"


def test_a_log_that_was_rewritten_as_a_whole_is_noticed_by_the_roots_that_were_signed(instance: Instance) -> None:
    """Leaf, hash and subtree, all of a piece: the range is told by the older of two checkpoints."""
    leaf = instance.store.event_at(INSTITUTION, 10).leaf.replace(b'"seq":', b'"seq":9')
    hashes = [digest for _, _, digest in instance.store.leaves(INSTITUTION, 0, WIDTH)]
    hashes[10] = leaf_hash(leaf)
    instance.tamper("UPDATE entry SET leaf = :leaf, leaf_hash = :hash WHERE idx = 10", leaf=leaf, hash=hashes[10])
    instance.tamper("UPDATE subtree SET hash = :hash WHERE idx = 0 AND level = 8", hash=root_of(hashes))
    finding = audit(instance)
    assert finding.reason == f"the entries below {OLD} no longer give the root that was signed"


def test_a_subtree_hash_that_was_changed_is_noticed(instance: Instance) -> None:
    instance.tamper("UPDATE subtree SET hash = :hash WHERE idx = 1", hash=bytes(32))
    assert "256 to 511" in audit(instance).reason
