"""Tell the registry what the court decided: the stored transaction is looked up before anything is sent.

Spec: docs/spec/filing.md, "Answers on the registry". A decision is recorded and signed first; the registry follows. A
node that is away delays it; the next call goes on from what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evidence_service.core.chain import TxOutcome, TxState
from evidence_service.errors import ChainError
from litigation.court_side.ports import AnswerChain, StoredAnswer
from litigation.court_side.workflow.record import CourtDoors


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one answer; `problem` is empty where it is safe on the registry."""

    filing_id: str
    state: str
    problem: str


def answer_open(doors: CourtDoors) -> list[Answered]:
    """Bring every decision that the registry does not hold yet there. Safe to repeat."""
    waiting = doors.store.open_answers()
    if not waiting or doors.chain is None:
        return []
    try:
        doors.chain.check()
    except ChainError as error:
        return [Answered(one.filing_id, one.state, str(error)) for one in waiting]
    return [_bring(one, doors, doors.chain) for one in waiting]


def _bring(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> Answered:
    try:
        done = _settled(answer, doors, chain) if answer.prepared else _begin(answer, doors, chain)
    except ChainError as error:
        known = doors.store.answer(answer.filing_id)
        return Answered(answer.filing_id, known.state if known else answer.state, str(error))
    problem = "" if done.state == "lodged" else "the registry holds another answer to this filing"
    return Answered(answer.filing_id, done.state, problem)


def _begin(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer:
    """Sign and store a transaction, unless the registry holds the answer already; then send it."""
    standing = _standing(answer, doors, chain)
    if standing is not None:
        return standing
    prepared = chain.prepare_answer(answer.filing_id, answer.decision, answer.detail_digest)
    stored = replace(answer, state="prepared", prepared=prepared)
    doors.store.move_answer(stored, doors.now())
    # Crash here: stored, not sent; the next call looks for it and sends the very same bytes.
    return _send(stored, doors, chain)


def _settled(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer:
    assert answer.prepared is not None
    outcome = chain.outcome(answer.prepared.tx_hash)
    if outcome.state is not TxState.UNKNOWN:
        waited = chain.wait(answer.prepared.tx_hash) if outcome.state is TxState.PENDING else outcome
        return _settle(answer, waited, doors, chain)
    if chain.next_nonce() != answer.prepared.nonce:
        # Another transaction took this nonce, or the chain lost ours: these bytes cannot be mined as they are.
        return _begin(replace(answer, state="pending", prepared=None), doors, chain)
    return _send(answer, doors, chain)


def _send(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer:
    assert answer.prepared is not None
    chain.send(answer.prepared)
    # Crash here: sent, and we do not know it; the next call finds it by its hash.
    sent = replace(answer, state="sent")
    doors.store.move_answer(sent, doors.now())
    return _settle(sent, chain.wait(answer.prepared.tx_hash), doors, chain)


def _settle(answer: StoredAnswer, outcome: TxOutcome, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer:
    if outcome.state is TxState.FAILED:
        standing = _standing(answer, doors, chain)
        if standing is None:  # refused in its block, as for want of gas; nothing stands: it may be tried anew
            doors.store.move_answer(replace(answer, state="pending", prepared=None), doors.now())
            raise ChainError("the transaction failed in its block and the registry holds no answer; answer again")
        return standing
    if outcome.state is not TxState.MINED:
        raise ChainError("the answer was handed to the chain and is in no block yet; nothing is lost: ask again later")
    done = replace(answer, state="lodged", block=outcome.block_number)
    doors.store.move_answer(done, doors.now())
    return done


def _standing(answer: StoredAnswer, doors: CourtDoors, chain: AnswerChain) -> StoredAnswer | None:
    """What the registry holds already: this answer, or another one."""
    package, decision, detail = chain.standing(answer.filing_id)
    if not package:
        raise ChainError("the registry does not know this filing yet; its filer has to lodge it first")
    if not decision:
        return None
    if (decision, detail) != (answer.decision, answer.detail_digest):
        return _failed(answer, doors)
    done = replace(answer, state="lodged")
    doors.store.move_answer(done, doors.now())
    return done


def _failed(answer: StoredAnswer, doors: CourtDoors) -> StoredAnswer:
    done = replace(answer, state="failed")
    doors.store.move_answer(done, doors.now())
    return done
