"""checkpoint > anchor, against a chain in memory: each step may not happen, or happen without our being told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from evidence_service.core.attestation import Attestation
from evidence_service.core.chain import LogWitnesses
from evidence_service.core.note import parse_vkey
from evidence_service.errors import ChainError
from evidence_service.ports import AnchorChain, AnchorRecord, AnchorState
from evidence_service.workflow.anchor import (
    Anchoring,
    AttestationsMissingError,
    ChainLostError,
    NothingToAnchorError,
    recover,
)
from tests.evidence_service.adapters.logs import ingest
from tests.evidence_service.examples import NOW
from tests.evidence_service.workflow.instance import Instance
from tests.simulators.chain import AnchorCall, ChainSimulator, PowerCut, World

STEPS = [
    "check",
    "ensure_registered",
    "head",
    "witnesses",
    "prepare_anchor",
    "send",
    "wait",
    "secure",
    "head_block",
    "block_hash",
    "material",
]


@pytest.fixture
def instance(sqlite_engine: Engine) -> Instance:
    made = Instance(sqlite_engine)
    made.ingest(5)
    made.publish()
    return made


def on_chain(instance: Instance) -> tuple[int, bytes]:
    """The one head that the chain holds."""
    heads = [head for head in instance.chain.world.heads.values() if head[0]]
    assert len(heads) == 1
    return heads[0]


def assert_anchored_once(instance: Instance, record: AnchorRecord, anchors: int = 1) -> None:
    """The newest checkpoint is on the chain, put there by one transaction, and the database knows which."""
    newest = instance.store.latest_checkpoint(instance.log.institution)
    assert newest is not None
    assert on_chain(instance) == (newest.checkpoint.size, newest.checkpoint.root)
    assert len(instance.chain.world.mined) == anchors
    assert record.state is AnchorState.FINAL
    outcome = instance.chain.world.mined[record.tx]
    assert (record.block, record.block_hash) == (outcome.block_number, outcome.block_hash)
    mined = [one for one in instance.records() if one.state in (AnchorState.MINED, AnchorState.FINAL)]
    assert len(mined) == anchors
    assert instance.anchors.open(instance.log.institution) == []


def test_the_simulator_keeps_the_promises_of_the_port() -> None:
    port: AnchorChain = ChainSimulator()
    assert port.next_nonce() == 0


def test_a_log_without_a_checkpoint_is_not_anchored(sqlite_engine: Engine) -> None:
    instance = Instance(sqlite_engine)
    instance.ingest(2)
    with pytest.raises(NothingToAnchorError, match="run `proofdocket publish` first"):
        instance.anchor()
    assert instance.chain.steps == []


def test_the_newest_checkpoint_is_anchored_and_final_after_its_confirmations(instance: Instance) -> None:
    record = instance.anchor()
    assert_anchored_once(instance, record)
    assert record.size == 6  # five entries and the map entry that closes them
    assert record.gas == 51_836


def test_anchoring_works_on_both_databases(engine: Engine) -> None:
    instance = Instance(engine)
    for number, count in enumerate((5, 300, 1), start=1):
        instance.ingest(count)
        instance.publish(minutes=number)
        assert_anchored_once(instance, instance.anchor(), anchors=number)


def test_anchoring_twice_sends_nothing_and_gives_the_same_record(instance: Instance) -> None:
    first = instance.anchor()
    assert instance.anchor() == first
    assert len(instance.chain.sent) == 1


def test_each_growth_is_anchored_with_a_consistency_proof_that_the_contract_checks(instance: Instance) -> None:
    for number in range(2, 6):
        instance.anchor()
        instance.ingest(7)
        instance.publish(minutes=number)
    record = instance.anchor()
    assert_anchored_once(instance, record, anchors=5)
    assert AnchorCall.read(instance.chain.sent[-1]).proof


def test_the_intent_is_stored_before_it_is_sent(instance: Instance) -> None:
    instance.chain.crash_at("send")
    with pytest.raises(PowerCut):
        instance.anchor()
    (record,) = instance.records()
    assert record.state is AnchorState.PREPARED
    assert AnchorCall.read(record.raw_tx).nonce == record.nonce == 0
    assert instance.chain.sent == []


def test_anchor_not_sent_is_sent_again_with_the_very_same_bytes_after_restart(instance: Instance) -> None:
    instance.chain.crash_at("send")
    with pytest.raises(PowerCut):
        instance.anchor()
    (stored,) = instance.records()
    record = instance.anchor()
    assert instance.chain.sent == [stored.raw_tx]
    assert record.id == stored.id
    assert_anchored_once(instance, record)


def test_anchor_sent_but_reply_lost_is_found_again_after_restart(instance: Instance) -> None:
    instance.chain.crash_at("send", done=True)
    with pytest.raises(PowerCut):
        instance.anchor()
    (stored,) = instance.records()
    assert stored.state is AnchorState.PREPARED  # it is mined, and we do not know it
    record = instance.anchor()
    assert len(instance.chain.sent) == 1
    assert record.id == stored.id
    assert_anchored_once(instance, record)


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, not told"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("earlier", [0, 2], ids=["first anchor", "third anchor"])
def test_a_crash_at_any_step_and_a_second_run_end_in_exactly_one_anchor(
    instance: Instance, step: str, done: bool, earlier: int
) -> None:
    for number in range(earlier):
        instance.anchor()
        instance.ingest(3)
        instance.publish(minutes=number + 1)
    instance.chain.crash_at(step, done=done)
    with pytest.raises(PowerCut):
        instance.anchor()
    assert_anchored_once(instance, instance.anchor(), anchors=earlier + 1)


@pytest.mark.parametrize("first", STEPS)
@pytest.mark.parametrize("second", ["outcome", "next_nonce", "send", "wait", "secure", "head_block", "head"])
def test_a_crash_and_another_crash_while_recovering_end_in_exactly_one_anchor(
    instance: Instance, first: str, second: str
) -> None:
    for step, done in ((first, True), (second, False), (second, True)):
        instance.chain.crash_at(step, done=done)
        try:
            instance.anchor()
        except PowerCut:
            continue
        break  # the second step is not on the way of this recovery
    instance.chain.heal()
    assert_anchored_once(instance, instance.anchor())


@pytest.mark.parametrize("step", ["send", "wait", "secure"])
@pytest.mark.parametrize("done", [False, True], ids=["not done", "done, not told"])
def test_a_crash_of_the_local_chain_too_that_forgets_unsaved_blocks_ends_in_exactly_one_anchor(
    instance: Instance, step: str, done: bool
) -> None:
    """kill -9 of everything: what the chain had not saved is gone, and the stored bytes are sent again."""
    log_id = instance.chain.ensure_registered(instance.log.origin, parse_vkey(instance.log.vkey).public_key)
    instance.chain.saved = instance.chain.world.copy()
    instance.chain.crash_at(step, done=done)
    with pytest.raises(PowerCut):
        instance.anchor()
    instance.chain.forget()
    record = instance.anchor()
    assert_anchored_once(instance, record)
    assert record.chain_log_id == log_id
    assert len(set(instance.chain.sent)) == 1


def test_a_transaction_that_waits_in_the_pool_is_not_sent_twice(instance: Instance) -> None:
    instance.chain.mining = False
    with pytest.raises(ChainError, match="sent but not mined yet"):
        instance.anchor()
    with pytest.raises(ChainError, match="sent but not mined yet"):
        instance.anchor()
    assert len(instance.chain.sent) == 1
    instance.chain.fill_block()
    assert_anchored_once(instance, instance.anchor())


def test_a_node_that_swallows_a_transaction_is_reported_and_the_same_bytes_are_sent_until_it_takes_them(
    instance: Instance,
) -> None:
    instance.chain.loses_sends = True
    for _ in range(3):
        with pytest.raises(ChainError, match="was sent, but the chain does not know it"):
            instance.anchor()
    assert len(instance.records()) == 1
    instance.chain.loses_sends = False
    assert_anchored_once(instance, instance.anchor())
    assert len(set(instance.chain.sent)) == 1


def test_an_intent_whose_nonce_another_transaction_took_is_lost_and_a_new_one_is_made(instance: Instance) -> None:
    instance.chain.crash_at("send")
    with pytest.raises(PowerCut):
        instance.anchor()
    instance.chain.world.nonce += 1  # the same account filed a package meanwhile
    record = instance.anchor()
    states = [one.state for one in instance.records()]
    assert states == [AnchorState.LOST, AnchorState.FINAL]
    assert len(instance.chain.sent) == 1
    assert on_chain(instance)[0] == record.size == 6


def test_a_transaction_that_is_mined_between_two_questions_is_not_given_up(instance: Instance) -> None:
    """The node says "unknown", then mines it, then tells the next nonce: that nonce was taken by itself."""
    instance.chain.crash_at("send")
    with pytest.raises(PowerCut):
        instance.anchor()
    (stored,) = instance.records()
    doors = Anchoring(instance.store, instance.anchors, MinesBetween(instance.chain, stored), 3, NOW)
    record = recover(stored, doors)
    assert record.state is AnchorState.FINAL
    assert_anchored_once(instance, instance.anchor())


class MinesBetween(ChainSimulator):
    """The same chain, where somebody else delivers our bytes right after we asked for them."""

    def __init__(self, chain: ChainSimulator, stored: AnchorRecord) -> None:
        super().__init__(world=chain.world, saved=chain.saved)
        self._stored = stored

    def next_nonce(self) -> int:
        if self._stored.tx not in self.world.mined:
            self.pool[self._stored.tx] = AnchorCall.read(self._stored.raw_tx)
            self.fill_block()
        return super().next_nonce()


def test_an_anchor_that_was_given_up_and_came_after_all_is_recognised(instance: Instance) -> None:
    instance.chain.crash_at("send", done=True)
    with pytest.raises(PowerCut):
        instance.anchor()
    (stored,) = instance.records()
    instance.anchors.move(replace(stored, state=AnchorState.LOST), NOW)
    record = instance.anchor()
    assert record.id == stored.id
    assert_anchored_once(instance, record)


def test_a_failed_transaction_is_recorded_with_the_contracts_reason_and_the_next_run_makes_another(
    instance: Instance,
) -> None:
    instance.chain.mining = False
    with pytest.raises(ChainError, match="not mined yet"):
        instance.anchor()
    log_id = next(iter(instance.chain.world.heads))
    instance.chain.world.heads[log_id] = (2, bytes(32))  # the contract's state is not what was simulated
    instance.chain.fill_block()
    instance.chain.world.heads[log_id] = (0, bytes(32))
    with pytest.raises(ChainError, match="refused by the contract: InconsistentTree"):
        instance.anchor()
    (failed,) = instance.records()
    assert (failed.state, failed.block) == (AnchorState.FAILED, None)
    instance.chain.mining = True
    record = instance.anchor()
    assert record.state is AnchorState.FINAL
    assert [one.state for one in instance.records()] == [AnchorState.FAILED, AnchorState.FINAL]


def test_a_chain_that_lost_its_past_is_reported_and_nothing_is_sent(instance: Instance) -> None:
    record = instance.anchor()
    instance.ingest(3)
    instance.publish(minutes=1)
    sent = len(instance.chain.sent)
    instance.chain.world = World()  # an empty chain under the same id
    with pytest.raises(
        ChainLostError, match=f"anchored in block {record.block}, but the contract's head is 0"
    ) as caught:
        instance.anchor()
    assert "Nothing was sent" in str(caught.value)
    assert len(instance.chain.sent) == sent
    assert [one.state for one in instance.records()] == [AnchorState.FINAL]


def test_a_chain_that_went_back_to_an_older_anchor_is_reported_and_nothing_is_sent(instance: Instance) -> None:
    instance.anchor()
    backup = instance.chain.world.copy()
    instance.ingest(3)
    instance.publish(minutes=1)
    instance.anchor()
    instance.chain.world = backup
    sent = len(instance.chain.sent)
    with pytest.raises(ChainLostError, match="the contract's head is 6"):
        instance.anchor()
    assert len(instance.chain.sent) == sent


def test_a_head_that_this_instance_never_signed_is_reported_and_nothing_is_sent(instance: Instance) -> None:
    instance.anchor()
    instance.ingest(3)
    instance.publish(minutes=1)
    log_id = next(iter(instance.chain.world.heads))
    for size in (6, 7, 9, 10, 1000):
        instance.chain.world.heads[log_id] = (size, b"\x07" * 32)
        with pytest.raises(ChainLostError, match="is not a root of this database"):
            instance.anchor()
    assert len(instance.chain.sent) == 1


def test_a_database_that_was_restored_from_before_the_anchor_is_reported(instance: Instance) -> None:
    instance.anchor()
    instance.tamper("DELETE FROM anchor")
    with pytest.raises(ChainLostError, match="was an older backup restored"):
        instance.anchor()
    assert len(instance.chain.sent) == 1


def test_a_checkpoint_that_lags_behind_the_chain_says_to_publish_first(instance: Instance) -> None:
    instance.ingest(2)
    instance.publish(minutes=1)
    instance.anchor()
    instance.tamper("DELETE FROM checkpoint WHERE size = 9")
    with pytest.raises(ChainError, match="run `proofdocket publish`, then anchor again"):
        instance.anchor()


def test_another_chain_than_the_one_we_know_is_refused_before_anything_else(instance: Instance) -> None:
    instance.chain.wrong_chain = "the node serves chain 1"
    with pytest.raises(ChainError, match="the node serves chain 1"):
        instance.anchor()
    assert instance.chain.steps == ["check"]
    assert instance.records() == []


def test_an_anchor_is_mined_first_and_final_when_it_lies_deep_enough(instance: Instance) -> None:
    instance.confirmations = 5
    first = instance.anchor()
    assert first.state is AnchorState.MINED
    assert instance.anchor().state is AnchorState.FINAL
    assert len(instance.chain.sent) == 1


def test_a_mined_anchor_that_a_reorganisation_dropped_is_sent_again(instance: Instance) -> None:
    instance.confirmations = 50
    log_id = instance.chain.ensure_registered(instance.log.origin, parse_vkey(instance.log.vkey).public_key)
    before = instance.chain.world.copy()
    assert instance.anchor().state is AnchorState.MINED
    instance.chain.world = before
    assert instance.anchor().state is AnchorState.MINED
    assert instance.chain.world.heads[log_id][0] == 6
    assert len(set(instance.chain.sent)) == 1
    assert len(instance.records()) == 1


def test_two_runs_at_once_end_in_one_anchor_and_one_record(instance: Instance) -> None:
    """Both prepare the same transaction: same nonce, same bytes, same name."""
    instance.chain.crash_at("send")
    with pytest.raises(PowerCut):
        instance.anchor()
    (stored,) = instance.records()
    assert instance.anchors.add(replace(stored, id=0)).id == stored.id
    assert_anchored_once(instance, instance.anchor())


def test_a_node_that_is_away_for_an_hour_stops_no_ingest_and_the_backlog_drains_in_one_anchor(
    instance: Instance,
) -> None:
    instance.anchor()
    instance.chain.away = True
    for minute in range(1, 61):
        ingest(instance.store, 3, first=instance.log.size, now=NOW + timedelta(minutes=minute))
        instance.publish(minutes=minute)
        with pytest.raises(ChainError, match="did not answer"):
            instance.anchor()
    assert len(instance.chain.sent) == 1
    assert len(instance.records()) == 1
    instance.chain.away = False
    record = instance.anchor()
    assert_anchored_once(instance, record, anchors=2)
    assert record.size == 6 + 60 * 4
    assert len(instance.chain.sent) == 2


def test_a_final_anchor_that_a_deep_reorganisation_moved_is_put_right_and_nothing_is_sent(instance: Instance) -> None:
    first = instance.anchor()
    assert first.state is AnchorState.FINAL
    world = instance.chain.world
    world.branch, world.block = "other ", world.block + 9
    world.mined[first.tx] = replace(world.mined[first.tx], block_number=7, block_hash=world.block_hash(7))
    moved = instance.anchor()
    assert (moved.block, moved.block_hash) == (7, world.block_hash(7))
    assert instance.anchors.material(moved) == f"material of {first.tx} in {world.block_hash(7)}"
    assert len(instance.chain.sent) == 1
    assert_anchored_once(instance, moved)


def test_a_final_anchor_that_a_deep_reorganisation_dropped_is_reported_and_nothing_is_sent(instance: Instance) -> None:
    """Deeper than the confirmations that were thought enough: a person must look, so nothing is sent by itself."""
    instance.chain.ensure_registered(instance.log.origin, parse_vkey(instance.log.vkey).public_key)
    before = instance.chain.world.copy()
    instance.anchor()
    instance.chain.world = before
    instance.chain.world.branch, instance.chain.world.block = "other ", 20
    with pytest.raises(ChainLostError, match="the chain lost its past"):
        instance.anchor()
    assert len(instance.chain.sent) == 1


def test_a_block_that_changes_between_two_questions_is_not_final(instance: Instance) -> None:
    """The receipt is of one branch, the depth of another: deep enough, but not this block."""
    instance.chain = Reorganises(world=instance.chain.world)
    assert instance.anchor().state is AnchorState.MINED


class Reorganises(ChainSimulator):
    """A chain that changes its branch right after it was asked for its depth, once."""

    def head_block(self) -> int:
        found = super().head_block()
        self.world.branch = "other "
        return found


def test_proof_material_is_taken_with_the_anchor(instance: Instance) -> None:
    record = instance.anchor()
    assert instance.anchors.material(record) == f"material of {record.tx} in {record.block_hash}"
    assert instance.anchors.without_material(instance.log.institution) == []


def test_material_that_cannot_be_had_blocks_nothing_and_is_asked_for_again(instance: Instance) -> None:
    instance.chain.hides_receipts = True
    first = instance.anchor()
    assert first.state is AnchorState.FINAL
    assert instance.anchors.material(first) is None
    instance.ingest(2)
    instance.publish(minutes=1)
    second = instance.anchor()
    missing = [one.size for one in instance.anchors.without_material(instance.log.institution)]
    assert missing == [second.size, first.size]
    instance.chain.hides_receipts = False
    assert instance.anchor() == second
    assert instance.anchors.without_material(instance.log.institution) == []
    assert instance.anchors.material(first) is not None


def test_a_log_with_chain_witnesses_waits_for_their_attestations_and_says_what_to_do(instance: Instance) -> None:
    witnesses = tuple(f"0x{number:040x}" for number in (3, 5, 9))
    instance.chain.quorum = LogWitnesses(witnesses, 2)
    log_id = instance.chain.ensure_registered(instance.log.origin, parse_vkey(instance.log.vkey).public_key)
    newest = instance.store.latest_checkpoint(instance.log.institution)
    assert newest is not None
    size, root = newest.checkpoint.size, newest.checkpoint.root
    stranger = Attestation("0x" + "77" * 20, bytes(65))
    for one in (Attestation(witnesses[2], b"\x09" * 65), stranger):
        with pytest.raises(AttestationsMissingError, match=r"2 of its 3 chain witnesses.*chain add-attestation"):
            instance.anchor()
        instance.anchors.keep_attestation(log_id, size, root, one, NOW)
    with pytest.raises(AttestationsMissingError, match="no checkpoint has more than 1"):
        instance.anchor()
    assert instance.chain.sent == []
    instance.anchors.keep_attestation(log_id, size, root, Attestation(witnesses[0], b"\x03" * 65), NOW)
    assert_anchored_once(instance, instance.anchor())


def test_the_newest_attested_checkpoint_is_anchored_even_when_newer_ones_are_not(instance: Instance) -> None:
    witness = "0x" + "03" * 20
    instance.chain.quorum = LogWitnesses((witness,), 1)
    log_id = instance.chain.ensure_registered(instance.log.origin, parse_vkey(instance.log.vkey).public_key)
    first = instance.store.latest_checkpoint(instance.log.institution)
    assert first is not None
    one = Attestation(witness, bytes(65))
    instance.anchors.keep_attestation(log_id, first.checkpoint.size, first.checkpoint.root, one, NOW)
    instance.ingest(4)
    newer = instance.publish(minutes=1)
    instance.anchors.keep_attestation(log_id, newer.checkpoint.size, bytes(32), one, NOW)  # of another root
    record = instance.anchor()
    assert (record.size, record.state) == (first.checkpoint.size, AnchorState.FINAL)
