"""Tell the registry what the court decided: the stored transaction is looked up before anything is sent.

Spec: docs/spec/filing.md, "Answers on the registry". A decision is recorded and signed first; the registry follows. A
node that is away delays it; the next call goes on from what is stored. An answer counts as lodged when enough blocks
lie upon its own; one whose block the chain gave up is asked for again, and sent again only where the chain lost it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evidence_service.core.chain import TxOutcome, TxState
from evidence_service.errors import ChainError
from litigation.court_side.ports import AnswerChain, StoredAnswer
from litigation.court_side.workflow.record import CourtDoors

PATIENCE = 60.0
"""Seconds that a command waits for a block."""
WATCHED = 256
"""Blocks behind the newest one in which answers that count as lodged are still compared with the chain."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one answer. `problem`: somebody has to look; `waiting`: sent, and not safe yet."""

    filing_id: str
    state: str
    problem: str
    waiting: str = ""


def answer_open(doors: CourtDoors, patience: float = PATIENCE) -> list[Answered]:
    """Bring every decision that the registry does not hold yet there. Safe to repeat."""
    if doors.chain is None:
        return []
    with doors.answering():
        return _answer_all(doors, doors.chain, patience)


def _answer_all(doors: CourtDoors, chain: AnswerChain, patience: float) -> list[Answered]:
    waiting = doors.store.open_answers()
    if not waiting and not doors.store.lodged_since(0):
        return []
    try:
        chain.check()
        _reopen_lost(doors, chain)
    except ChainError as error:
        return [Answered(one.filing_id, one.state, str(error)) for one in waiting]
    return [_bring(one, doors, chain, patience) for one in doors.store.open_answers()]


def _reopen_lost(doors: CourtDoors, chain: AnswerChain) -> None:
    """Answers whose block the chain gave up do not count as lodged any more: they are asked for like any sent one."""
    hashes: dict[int, str] = {}
    for one in doors.store.lodged_since(max(0, chain.head() - WATCHED)):
        if one.block is None or not one.block_hash:
            continue
        if one.block not in hashes:
            hashes[one.block] = chain.block_hash(one.block)
        if hashes[one.block] != one.block_hash:
            doors.store.move_answer(replace(one, state="sent", block=None, block_hash=""), doors.now())


def _bring(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain, patience: float) -> Answered:
    try:
        done = _settled(answer, doors, chain, patience) if answer.prepared else _begin(answer, doors, chain, patience)
    except ChainError as error:
        known = doors.store.answer(answer.filing_id)
        return Answered(answer.filing_id, known.state if known else answer.state, str(error))
    if done.state == "failed":
        return Answered(answer.filing_id, done.state, "the registry holds another answer to this filing")
    return Answered(answer.filing_id, done.state, "", "" if done.state == "lodged" else _words(done, doors, chain))


def _words(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> str:
    if answer.block is None:
        return "sent, in no block yet; nothing is lost"
    upon = max(0, chain.head() - answer.block)
    return f"in block {answer.block}, {upon} of {doors.depth()} block(s) upon it; it counts as lodged after that"


def _begin(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain, patience: float) -> StoredAnswer:
    """Sign and store a transaction, unless the registry holds the answer already; then send it."""
    standing = _standing(answer, doors, chain)
    if standing is not None:
        return standing
    prepared = chain.prepare_answer(answer.filing_id, answer.decision, answer.detail_digest)
    stored = replace(answer, state="prepared", prepared=prepared, block=None, block_hash="")
    doors.store.move_answer(stored, doors.now())
    # Crash here: stored, not sent; the next call looks for it and sends the very same bytes.
    return _send(stored, doors, chain, patience)


def _settled(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain, patience: float) -> StoredAnswer:
    assert answer.prepared is not None
    outcome = chain.outcome(answer.prepared.tx_hash)
    if outcome.state is not TxState.UNKNOWN:
        pending = outcome.state is TxState.PENDING
        return _settle(answer, chain.wait(answer.prepared.tx_hash, patience) if pending else outcome, doors, chain)
    if chain.next_nonce() != answer.prepared.nonce:
        # Another transaction took this nonce, or the chain lost ours: these bytes cannot be mined as they are.
        return _begin(replace(answer, state="pending", prepared=None), doors, chain, patience)
    return _send(answer, doors, chain, patience)


def _send(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain, patience: float) -> StoredAnswer:
    assert answer.prepared is not None
    chain.send(answer.prepared)
    # Crash here: sent, and we do not know it; the next call finds it by its hash.
    sent = replace(answer, state="sent", block=None, block_hash="")
    doors.store.move_answer(sent, doors.now())
    return _settle(sent, chain.wait(answer.prepared.tx_hash, patience), doors, chain)


def _settle(answer: StoredAnswer, outcome: TxOutcome, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer:
    if outcome.state is TxState.FAILED:
        standing = _standing(answer, doors, chain)
        if standing is None:  # refused in its block, as for want of gas; nothing stands: it may be tried anew
            doors.store.move_answer(replace(answer, state="pending", prepared=None), doors.now())
            raise ChainError("the transaction failed in its block and the registry holds no answer; answer again")
        return standing
    if outcome.state is not TxState.MINED or outcome.block_number is None:
        return _out_of_its_block(answer, doors)
    return _by_depth(answer, outcome.block_number, outcome.block_hash or "", doors, chain)


def _out_of_its_block(answer: StoredAnswer, doors: CourtDoors) -> StoredAnswer:
    """The answer as sent and in no block; a block that it was in before was given up by the chain."""
    if answer.block is None and answer.state == "sent":
        return answer
    sent = replace(answer, state="sent", block=None, block_hash="")
    doors.store.move_answer(sent, doors.now())
    return sent


def _by_depth(answer: StoredAnswer, block: int, block_hash: str, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer:
    """*lodged* where enough blocks lie upon the answer's own, else *mined*: sent, waiting."""
    deep = chain.head() - block >= doors.depth()
    done = replace(answer, state="lodged" if deep else "mined", block=block, block_hash=block_hash)
    doors.store.move_answer(done, doors.now())
    return done


def _standing(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer | None:
    """What the registry holds already: this answer, or another one. Its block is not known, so depth runs from now."""
    package, decision, detail = chain.standing(answer.filing_id)
    if not package:
        raise ChainError("the registry does not know this filing yet; its filer has to lodge it first")
    if not decision:
        return None
    if (decision, detail) != (answer.decision, answer.detail_digest):
        return _failed(answer, doors)
    if answer.prepared is None and answer.block is not None and chain.block_hash(answer.block) == answer.block_hash:
        return _by_depth(answer, answer.block, answer.block_hash, doors, chain)
    head = chain.head()
    return _by_depth(replace(answer, prepared=None), head, chain.block_hash(head), doors, chain)


def _failed(answer: StoredAnswer, doors: CourtDoors) -> StoredAnswer:
    done = replace(answer, state="failed")
    doors.store.move_answer(done, doors.now())
    return done
