"""An answer counts as lodged when it is deep enough; a block that the chain gives up is noticed."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from evidence_service.core.chain import PreparedTx, TxOutcome, TxState
from litigation.court_side.core.court_file import CourtFile
from litigation.court_side.service import CourtService
from tests.litigation.court_side.desk import COURT, REGISTRY, CourtDesk

DEPTH = 3


class ChainInMemory:
    """A chain with one registry: transactions wait until a block is mined, and blocks can be given up again."""

    address = "0x" + "c0" * 20

    def __init__(self) -> None:
        self.blocks: list[tuple[str, list[str]]] = [("genesis", [])]
        self.waiting: list[str] = []
        self.said: dict[str, tuple[str, int, str]] = {}
        self.sent = 0
        self.fork = 0

    def mine(self, number: int = 1) -> None:
        for _ in range(number):
            self.blocks.append((f"0x{self.fork}-{len(self.blocks)}", self.waiting))
            self.waiting = []

    def give_up(self, blocks: int, *, keep: bool) -> None:
        """Another branch wins: the newest blocks are gone; their transactions wait again, or are lost."""
        gone = [tx for _hash, txs in self.blocks[-blocks:] for tx in txs]
        del self.blocks[-blocks:]
        self.fork += 1
        self.waiting = gone if keep else []

    def check(self) -> None:
        """Always the chain of court.toml."""

    def head(self) -> int:
        return len(self.blocks) - 1

    def block_hash(self, number: int) -> str:
        return self.blocks[number][0] if number < len(self.blocks) else ""

    def standing(self, filing_id: str) -> tuple[str, int, str]:
        mined = {tx for _hash, txs in self.blocks for tx in txs}
        for tx, (filing, decision, detail) in self.said.items():
            if filing == filing_id and tx in mined:
                return "ab", decision, detail
        return "ab", 0, ""

    def prepare_answer(self, filing_id: str, decision: int, detail_digest: str) -> PreparedTx:
        tx = f"0xtx{len(self.said)}"
        self.said[tx] = (filing_id, decision, detail_digest)
        return PreparedTx(self.next_nonce(), tx, tx.encode())

    def send(self, prepared: PreparedTx) -> None:
        self.sent += 1
        if self.outcome(prepared.tx_hash).state is TxState.UNKNOWN:
            self.waiting.append(prepared.tx_hash)

    def outcome(self, tx_hash: str) -> TxOutcome:
        for number, (block_hash, txs) in enumerate(self.blocks):
            if tx_hash in txs:
                return TxOutcome(TxState.MINED, number, block_hash)
        return TxOutcome(TxState.PENDING if tx_hash in self.waiting else TxState.UNKNOWN)

    def wait(self, tx_hash: str, patience: float) -> TxOutcome:
        assert patience >= 0
        return self.outcome(tx_hash)

    def next_nonce(self) -> int:
        return sum(len(txs) for _hash, txs in self.blocks) + len(self.waiting)


@pytest.fixture
def chain() -> ChainInMemory:
    return ChainInMemory()


@pytest.fixture
def court(tmp_path: Path, chain: ChainInMemory) -> CourtService:
    """A court on a chain, with one filing that was accepted and not answered."""
    desk = CourtDesk(tmp_path / "court")
    filing_id = desk.receive("lender", "sample-cf:L1")
    on_chain: CourtFile = replace(COURT, registry=REGISTRY, rpc_url="http://127.0.0.1:9", chain_id=31337)
    doors = replace(desk.court.doors, court=on_chain, chain=chain, depth=lambda: DEPTH, answering=nullcontext)
    service = CourtService(doors, bytes)
    service.record(filing_id, "accepted", {}, "clerk")
    return service


def state(court: CourtService) -> str:
    (one,) = court.queue(())
    found = court.answer_of(one.filing_id)
    assert found is not None
    return found.state


def test_an_answer_is_sent_waits_for_its_depth_and_is_lodged(court: CourtService, chain: ChainInMemory) -> None:
    (sent,) = court.answer(0)
    assert (sent.state, sent.problem, sent.waiting) == ("sent", "", "sent, in no block yet; nothing is lost")
    chain.mine()
    for upon in range(DEPTH):
        (mined,) = court.answer(0)
        assert mined.state == "mined"
        assert f"{upon} of {DEPTH} block(s)" in mined.waiting
        chain.mine()
    (done,) = court.answer(0)
    assert (done.state, done.waiting) == ("lodged", "")
    assert court.answer(0) == []
    assert chain.sent == 1


def test_a_block_that_was_given_up_before_its_depth_moves_the_answer_and_nothing_is_sent_twice(
    court: CourtService, chain: ChainInMemory
) -> None:
    court.answer(0)
    chain.mine(2)
    court.answer(0)
    chain.give_up(2, keep=True)
    assert court.answer(0)[0].waiting == "sent, in no block yet; nothing is lost"
    chain.mine(3)
    assert court.answer(0)[0].state == "mined"
    chain.mine()
    assert court.answer(0)[0].state == "lodged"
    assert chain.sent == 1


def test_an_answer_that_a_reorganisation_lost_is_sent_again_with_the_same_bytes(
    court: CourtService, chain: ChainInMemory
) -> None:
    court.answer(0)
    chain.mine()
    court.answer(0)
    chain.give_up(1, keep=False)
    assert court.answer(0)[0].state == "sent"
    assert chain.sent == 2
    assert len(chain.said) == 1, "one transaction, sent again"


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "lost"])
def test_a_lodged_answer_whose_block_the_chain_gave_up_is_asked_for_again(
    court: CourtService, chain: ChainInMemory, keep: bool
) -> None:
    court.answer(0)
    chain.mine(1 + DEPTH)
    assert court.answer(0)[0].state == "lodged"
    chain.give_up(1 + DEPTH, keep=keep)
    assert court.answer(0)[0].state == "sent", "noticed, although nothing was open"
    chain.mine(1 + DEPTH)
    assert court.answer(0)[0].state == "lodged"
    assert state(court) == "lodged"


def test_an_answer_that_stands_without_our_knowing_waits_for_depth_too(
    court: CourtService, chain: ChainInMemory
) -> None:
    court.answer(0)
    chain.mine()
    (one,) = court.doors.store.open_answers()
    court.doors.store.move_answer(replace(one, state="pending", prepared=None), court.doors.now())
    assert court.answer(0)[0].state == "mined"
    assert court.answer(0)[0].state == "mined"
    chain.mine(DEPTH)
    assert court.answer(0)[0].state == "lodged"
    assert chain.sent == 1
