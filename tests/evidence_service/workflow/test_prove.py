"""checkpoint > proof: proofs that a stranger's tools accept, and none for an event that was changed underneath."""

from __future__ import annotations

import proofbundle
import pytest
from sqlalchemy import Engine, text

from evidence_service.core.commitment import digests
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import check_inclusion, leaf_hash
from evidence_service.core.proof import parse_tlog_proof
from evidence_service.core.sealing import event_place, seal_part
from evidence_service.errors import StoreError
from evidence_service.workflow.prove import NotPublishedError, body_of, disclosures_of, prove
from evidence_service.workflow.recheck import EntryChangedError
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.workflow.instance import Instance


@pytest.fixture
def instance(engine: Engine) -> Instance:
    return Instance(engine)


def test_an_event_that_is_logged_but_not_published_has_no_proof(instance: Instance) -> None:
    instance.ingest(3)
    with pytest.raises(NotPublishedError, match="run `proofdocket publish`"):
        prove(instance.store, instance.store.event("E-2"))
    published = instance.publish()
    instance.ingest(1)
    with pytest.raises(NotPublishedError):
        prove(instance.store, instance.store.event("E-4"))
    with pytest.raises(NotPublishedError):
        prove(instance.store, instance.store.event("E-4"), published)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 515])
def test_proofs_from_the_database_are_accepted_by_another_verifier(instance: Instance, size: int) -> None:
    instance.ingest(size)
    instance.publish()
    store = instance.store
    for index in sorted({0, size // 2, size - 1}):
        made = prove(store, store.event_at(INSTITUTION, index))
        text, leaf, log = made.proof.text(), made.leaf, instance.log
        answer = proofbundle.verify_tlog_proof(text, leaf, log.vkey, expected_origin=log.origin)
        assert answer["ok"]
        assert (answer["index"], answer["tree_size"]) == (index, size + 1) == (made.proof.index, made.tree_size)
        assert not proofbundle.verify_tlog_proof(text, leaf.replace(b'"seq"', b'"sEq"'), log.vkey)["ok"]
        other = text.replace(f"\nindex {index}\n", f"\nindex {index + 1}\n")
        assert not _accepted(other, leaf, log.vkey)


def _accepted(text: str, leaf: bytes, vkey: str) -> bool:
    try:
        return bool(proofbundle.verify_tlog_proof(text, leaf, vkey)["ok"])
    except ValueError:  # an index outside the tree
        return False


def test_an_event_is_proven_under_the_newest_checkpoint_or_under_the_one_that_is_asked_for(instance: Instance) -> None:
    instance.ingest(3)
    first = instance.publish()
    instance.ingest(300)
    second = instance.publish(minutes=1)
    event = instance.store.event("E-1")
    for asked, expected in ((None, second), (first, first), (second, second)):
        made = prove(instance.store, event, asked)
        assert made.proof.note == expected.note
        proof = parse_tlog_proof(made.proof.text().encode())
        root = expected.checkpoint.root
        check_inclusion(leaf_hash(made.leaf), proof.index, expected.checkpoint.size, proof.path, root)


def test_the_disclosures_of_an_event_are_those_whose_digests_its_leaf_holds(instance: Instance) -> None:
    instance.ingest(4)
    for number in range(4):
        event = instance.store.event(f"E-{number}")
        opened = disclosures_of(event)
        assert tuple(digests(opened)) == parse_leaf(event.leaf).digests
        values = {one.name: one.value for one in opened}
        assert (values["id"], values["payload.amount"]) == (f"E-{number}", f"{number}.00")


ENTRY_CHANGES = {
    "leaf": "UPDATE entry SET leaf = :other WHERE idx = 2",
    "leaf_hash": "UPDATE entry SET leaf_hash = :other WHERE idx = 2",
    "sequence": "UPDATE event SET sequence = 7700 WHERE idx = 2",
    "type": "UPDATE event SET type = 'loan.disbursed' WHERE idx = 2",
    "occurred_at": "UPDATE event SET occurred_at = '2026-01-05T02:03:05Z' WHERE idx = 2",
    "captured_at": "UPDATE event SET captured_at = '2026-06-01T08:00:00.000001Z' WHERE idx = 2",
}


@pytest.mark.parametrize("column", ENTRY_CHANGES)
@pytest.mark.parametrize("size", [5, 300])
def test_an_event_with_any_column_changed_is_not_proven_and_its_index_is_named(
    instance: Instance, column: str, size: int
) -> None:
    instance.ingest(size)
    instance.publish()
    statement = ENTRY_CHANGES[column]
    instance.tamper(statement, **({"other": bytes(32)} if ":other" in statement else {}))
    with pytest.raises(StoreError, match="entry 2 was changed in the database"):
        prove(instance.store, instance.store.event_at(INSTITUTION, 2))


def test_a_neighbour_of_a_changed_entry_is_not_proven_either_and_the_audit_is_named(instance: Instance) -> None:
    instance.ingest(5)
    instance.publish()
    instance.tamper(ENTRY_CHANGES["leaf_hash"], other=bytes(32))
    with pytest.raises(EntryChangedError, match="`proofdocket audit consistency` names the entry"):
        prove(instance.store, instance.store.event_at(INSTITUTION, 3))


def test_a_leaf_and_hash_changed_together_are_not_proven_under_the_checkpoint_that_was_signed(
    instance: Instance,
) -> None:
    instance.ingest(300)
    instance.publish()
    leaf = instance.store.event_at(INSTITUTION, 2).leaf.replace(b'"captured_at":"2026', b'"captured_at":"2025')
    statement = "UPDATE entry SET leaf = :leaf, leaf_hash = :hash WHERE idx = 2"
    instance.tamper(statement, leaf=leaf, hash=leaf_hash(leaf))
    instance.tamper("UPDATE event SET captured_at = '2025-06-01T08:00:00Z' WHERE idx = 2")
    with pytest.raises(EntryChangedError, match="entry 2 no longer leads to the root that was signed at size 301"):
        prove(instance.store, instance.store.event_at(INSTITUTION, 2))


def test_an_event_that_was_put_under_another_loan_discloses_nothing(instance: Instance) -> None:
    instance.ingest(3)
    instance.tamper("UPDATE event SET loan = 'E-MOVED' WHERE idx = 1")
    with pytest.raises(EntryChangedError, match="id or loan of entry 1 was changed"):
        disclosures_of(instance.store.event_at(INSTITUTION, 1))


def test_an_event_that_was_put_under_another_id_does_not_open(instance: Instance) -> None:
    instance.ingest(3)
    instance.tamper("UPDATE event SET event_id = 'E-MOVED' WHERE idx = 1")
    with pytest.raises(StoreError, match="entry 1 of log sample-cf is not what was stored"):
        instance.store.event_at(INSTITUTION, 1)


@pytest.mark.parametrize("index", [0, 3, 6, 9])
@pytest.mark.parametrize(
    "change", ["DELETE FROM event WHERE idx = :idx", "UPDATE event SET loan = 'LN-X' WHERE idx = :idx"]
)
def test_a_history_from_which_an_event_was_taken_is_not_told_as_if_it_were_whole(
    instance: Instance, change: str, index: int
) -> None:
    instance.ingest(12)
    assert [one.index for one in instance.store.events_of_loan(INSTITUTION, "LN-0")] == [0, 3, 6, 9]
    instance.tamper(change, idx=index)
    with pytest.raises(StoreError, match=f"entry {index // 3} of this loan is missing"):
        instance.store.events_of_loan(INSTITUTION, "LN-0")


@pytest.mark.parametrize("changed", ["body", "secret"])
def test_a_body_or_secret_that_was_sealed_anew_by_the_keyholder_discloses_nothing(
    instance: Instance, changed: str
) -> None:
    instance.ingest(3)
    event, keys = instance.store.event("E-1"), instance.store.keys
    body, secret = body_of(event), event.secret or b""
    key = keys.key_of(INSTITUTION, "borrower:B0001")
    assert key.id == event.key_id
    other = (secret, body.replace(b"1.00", b"9.00")) if changed == "body" else (bytes(32), body)
    sealed = seal_part(key.key, bytes(12), *other, event_place(INSTITUTION, "E-1"))
    instance.tamper("UPDATE event SET sealed = :sealed WHERE idx = 1", sealed=sealed)
    with pytest.raises(EntryChangedError, match="body or secret of entry 1 was changed"):
        disclosures_of(instance.store.event("E-1"))


def test_sealed_bytes_that_were_changed_or_swapped_do_not_open(instance: Instance) -> None:
    instance.ingest(3)
    with instance.engine.connect() as connection:
        sealed = bytes(connection.execute(text("SELECT sealed FROM event WHERE idx = 2")).scalar_one())
    for other in (sealed, bytes(len(sealed)), sealed[:20], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        instance.tamper("UPDATE event SET sealed = :other WHERE idx = 1", other=other)
        with pytest.raises(StoreError, match="entry 1 of log sample-cf is not what was stored"):
            instance.store.event("E-1")
