"""log > checkpoint: what gets a signature, what never does, and that a signature is given once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from evidence_service.core.merkle import leaf_hash, root_of
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.errors import ConflictError
from evidence_service.ports import PublishedCheckpoint
from evidence_service.workflow.publish import EmptyLogError, publish
from evidence_service.workflow.recheck import EntryChangedError
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW
from tests.evidence_service.workflow.instance import Instance


@pytest.fixture
def instance(engine: Engine) -> Instance:
    return Instance(engine)


def test_an_empty_log_is_not_published(instance: Instance) -> None:
    with pytest.raises(EmptyLogError, match="has no entries yet"):
        instance.publish()


def test_a_checkpoint_covers_every_entry_and_verifies_with_the_logs_key(instance: Instance) -> None:
    instance.ingest(300)
    published = instance.publish()
    hashes = [digest for _, _, digest in instance.store.leaves(INSTITUTION, 0, 301)]
    assert (published.checkpoint.origin, published.checkpoint.size) == (instance.log.origin, 301)
    assert published.checkpoint.root == root_of(hashes)
    note = parse_note(published.note.encode())
    assert note.text == published.checkpoint.text()
    assert verify_ed25519(note, parse_vkey(instance.log.vkey))
    assert instance.store.latest_checkpoint(INSTITUTION) == published


def test_publishing_twice_gives_the_same_checkpoint(instance: Instance) -> None:
    instance.ingest(3)
    assert instance.publish() == instance.publish(minutes=5)
    assert len(instance.store.checkpoints(INSTITUTION, 9)) == 1


def test_a_log_that_grew_is_published_again(instance: Instance) -> None:
    sizes = []
    for minutes, count in enumerate((1, 4, 300)):
        instance.ingest(count)
        sizes.append(instance.publish(minutes).checkpoint.size)
    assert sizes == [2, 7, 308]  # the last entry of each is the map's


def test_a_publisher_that_read_the_log_before_another_went_further_does_not_cry_wolf(instance: Instance) -> None:
    instance.ingest(3)
    stale = instance.log
    instance.ingest(4)
    newest = instance.publish()
    assert publish(instance.store, stale, TestKey(stale.origin), NOW) == newest


def test_a_clock_that_was_set_back_does_not_turn_the_order_of_checkpoints(instance: Instance) -> None:
    instance.ingest(3)
    first = instance.publish(minutes=4)
    instance.ingest(1)
    second = instance.publish(minutes=2)
    assert second.created_at == first.created_at == NOW + timedelta(minutes=4)


class NeverSigns(TestKey):
    """A signer that must not be asked."""

    def sign_note(self, text: str) -> str:
        raise AssertionError(f"a signature was asked for {text}")


def assert_not_signed(instance: Instance, error: type[Exception], match: str) -> None:
    before = instance.store.checkpoints(INSTITUTION, 100)
    with pytest.raises(error, match=match):
        publish(instance.store, instance.log, NeverSigns(instance.log.origin), NOW)
    assert instance.store.checkpoints(INSTITUTION, 100) == before


@pytest.mark.parametrize("index", [0, 2, 4])
def test_a_hash_below_the_last_checkpoint_that_was_changed_stops_publishing(instance: Instance, index: int) -> None:
    instance.ingest(5)
    instance.publish()
    instance.ingest(2)
    instance.tamper("UPDATE entry SET leaf_hash = :hash WHERE idx = :idx", hash=bytes(32), idx=index)
    assert_not_signed(instance, ConflictError, "are not those that were signed")


@pytest.mark.parametrize("index", [5, 6, 11])
def test_a_leaf_that_was_changed_before_it_was_ever_signed_is_named(instance: Instance, index: int) -> None:
    instance.ingest(5)
    instance.publish()
    instance.ingest(7)
    instance.tamper("UPDATE entry SET leaf = :leaf WHERE idx = :idx", leaf=b"{}", idx=index)
    assert_not_signed(instance, EntryChangedError, f"entry {index} was changed in the database")


def test_a_leaf_and_its_hash_that_were_changed_together_are_noticed_by_the_subtree_above(instance: Instance) -> None:
    instance.ingest(600)
    leaf = instance.store.event_at(INSTITUTION, 300).leaf.replace(b'"seq":100', b'"seq":900')
    statement = "UPDATE entry SET leaf = :leaf, leaf_hash = :hash WHERE idx = 300"
    instance.tamper(statement, leaf=leaf, hash=leaf_hash(leaf))
    assert_not_signed(instance, EntryChangedError, "one of the entries 256 to 511 was changed")


def test_a_subtree_hash_that_was_changed_stops_publishing(instance: Instance) -> None:
    instance.ingest(300)
    instance.publish()
    instance.ingest(1)
    instance.tamper("UPDATE subtree SET hash = :hash", hash=bytes(32))
    assert_not_signed(instance, ConflictError, "are not those that were signed")


@pytest.mark.parametrize("index", [1, 6])
def test_an_entry_that_was_removed_stops_publishing(instance: Instance, index: int) -> None:
    instance.ingest(5)
    instance.publish()
    instance.ingest(3)
    instance.tamper("DELETE FROM entry WHERE idx = :idx", idx=index)
    assert_not_signed(instance, Exception, "lacks hashes|is missing from the database")


def test_a_log_that_was_shortened_is_not_published(instance: Instance) -> None:
    instance.ingest(5)
    instance.publish()
    instance.tamper("UPDATE log SET size = 3")
    assert_not_signed(instance, ConflictError, "below size 6 are not those that were signed")


def test_a_log_that_was_emptied_is_not_published(instance: Instance) -> None:
    instance.ingest(5)
    instance.publish()
    instance.tamper("UPDATE log SET size = 0")
    assert_not_signed(instance, ConflictError, "below size 6 are not those that were signed")


def test_two_entries_that_changed_places_are_noticed(instance: Instance) -> None:
    instance.ingest(6)
    for old, new in ((2, 90), (3, 2), (90, 3)):
        instance.tamper("UPDATE entry SET idx = :new WHERE idx = :old", old=old, new=new)
    published = instance.publish()  # nothing was signed before: the tree is what it is
    for old, new in ((2, 90), (3, 2), (90, 3)):
        instance.tamper("UPDATE entry SET idx = :new WHERE idx = :old", old=old, new=new)
    instance.ingest(1)
    assert_not_signed(instance, ConflictError, "are not those that were signed")
    assert published.checkpoint.size == 7


def test_a_checkpoint_that_is_signed_but_not_stored_is_signed_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crash between signing and storing: the next run signs the same bytes, so no fork can come of it."""
    instance.ingest(4)
    store = instance.store
    lost: list[PublishedCheckpoint] = []

    def power_cut(_institution: str, published: PublishedCheckpoint) -> None:
        lost.append(published)
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "add_checkpoint", power_cut)
    with pytest.raises(KeyboardInterrupt):
        publish(store, instance.log, TestKey(instance.log.origin), NOW)
    assert instance.store.latest_checkpoint(INSTITUTION) is None
    assert instance.publish() == replace(lost[0])
