"""checkpoint > cosigned checkpoint: ask the configured witnesses, keep what they signed, report those that did not.

Spec: docs/spec/witness.md (Asking). No witness ever stops publishing: one that is down, slow or lying is reported and
asked again next time. A cosignature is verified before it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from evidence_service.core.cosignature import cosignatures_by
from evidence_service.core.event import CLOCK_SKEW, format_instant
from evidence_service.core.merkle import consistency_proof
from evidence_service.core.note import NoteError, SignedNote, parse_note, parse_vkey, signature_lines
from evidence_service.core.policy import Policy, PolicyWitness, parse_policy
from evidence_service.core.witness_request import (
    SIZE_TYPE,
    parse_cosignature_lines,
    parse_size_answer,
    request_text,
)
from evidence_service.errors import EvidenceError, MalformedInputError
from evidence_service.ports import LogRecord, LogStore, PublishedCheckpoint
from evidence_service.ports.witness import (
    CosignatureStore,
    StoredCosignature,
    WitnessAnswer,
    WitnessDoor,
    WitnessReply,
)
from evidence_service.workflow.witness_report import WitnessReport, WitnessState

ROUNDS = 3
"""A witness may name another size once or twice, because somebody else publishes too; then it is next time's matter."""
AT_ONCE = 16
COSIGNED = "cosigned"
REFUSALS = {
    HTTPStatus.BAD_REQUEST: ("refused", "it could not read our request"),
    HTTPStatus.FORBIDDEN: ("key-unknown", "it knows this log under another key"),
    HTTPStatus.NOT_FOUND: ("log-unknown", "it does not watch this log; its operator must add the log's key"),
    HTTPStatus.CONFLICT: ("another-root", "it cosigned another root at this size: somebody signed a second history"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("inconsistent", "what it cosigned before is not the beginning of this log"),
}


@dataclass(frozen=True, slots=True)
class Cosigning:
    """The outside of this verb. `policy` is the text of the policy that is configured now, or empty."""

    store: LogStore
    cosignatures: CosignatureStore
    door: WitnessDoor
    policy: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Question:
    """One witness that is asked, the size that it cosigned last as we know, and that from which the proof leads."""

    witness: PolicyWitness
    known: int
    old_size: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one answer means: a cosignature, a reason, or a question to be asked anew from another size."""

    outcome: str
    detail: str = ""
    line: str = ""
    at: datetime | None = None
    again_from: int | None = None


def cosign(log: LogRecord, published: PublishedCheckpoint, doors: Cosigning) -> WitnessReport:
    """Ask every witness of the policy that has not yet cosigned this checkpoint; store what verifies."""
    policy, problem = read_policy(doors.policy, log)
    size = published.checkpoint.size
    if policy is None:
        return WitnessReport(size, satisfied=False, witnesses=(), problem=problem)
    doors.cosignatures.keep_policy(log.institution, size, doors.policy, doors.now())
    have = {one.vkey for one in doors.cosignatures.cosignatures(log.institution, size)}
    newest = doors.cosignatures.newest_sizes(log.institution)
    open_ones = [
        _Question(one, known, known)
        for one in policy.witnesses
        if one.url and str(one.key) not in have
        for known in (min(newest.get(str(one.key), 0), size),)
    ]
    for turn in range(ROUNDS):
        answers = _ask_all(open_ones, published, log, doors)
        again = []
        for question, found in zip(open_ones, answers, strict=True):
            if found.again_from is not None and turn + 1 < ROUNDS:
                again.append(replace(question, old_size=found.again_from))
            else:
                _record(log, published, question.witness, found, doors)
        open_ones = again
    return report(log, published, doors)


def report(log: LogRecord, published: PublishedCheckpoint, doors: Cosigning) -> WitnessReport:
    """How a checkpoint stands with the witnesses of the policy that is configured now."""
    policy, problem = read_policy(doors.policy, log)
    size = published.checkpoint.size
    if policy is None:
        return WitnessReport(size, satisfied=False, witnesses=(), problem=problem)
    have = {one.vkey: one.cosigned_at for one in doors.cosignatures.cosignatures(log.institution, size)}
    newest, last = doors.cosignatures.newest_sizes(log.institution), doors.cosignatures.answers(log.institution)
    states = tuple(
        WitnessState(
            one.name, str(one.key), one.url, have.get(str(one.key)), newest.get(str(one.key), 0), last.get(str(one.key))
        )
        for one in policy.witnesses
    )
    cosigned = {state.name for state in states if state.cosigned_at is not None}
    return WitnessReport(size, policy.satisfied(cosigned), states)


def read_policy(text: str, log: LogRecord) -> tuple[Policy | None, str]:
    """The configured policy for a log, or why there is none. A faulty file stops no publishing."""
    if not text:
        return None, "no witness policy is configured"
    try:
        policy = parse_policy(text)
    except MalformedInputError as error:
        return None, f"the witness policy cannot be used: {error}"
    mine = {parse_vkey(vkey).public_key for vkey in (log.vkey, log.mldsa_vkey) if vkey}
    if policy.logs and not any(one.key.public_key in mine and one.key.name == log.origin for one in policy.logs):
        return None, "the witness policy lists other logs, and not this one"
    return policy, ""


def _ask_all(
    questions: Sequence[_Question], published: PublishedCheckpoint, log: LogRecord, doors: Cosigning
) -> list[_Outcome]:
    """Ask all at once: the slowest witness is waited for, not the sum of them."""
    if not questions:
        return []
    size = published.checkpoint.size
    tree = doors.store.tree(log.institution, size)
    signed = parse_note(published.note.encode())
    own = signed.text + "\n" + signature_lines([one for one in signed.signatures if one.name == log.origin])
    bodies = [
        request_text(one.old_size, consistency_proof(tree, one.old_size, size) if one.old_size else (), own).encode()
        for one in questions
    ]

    def ask(question: _Question, body: bytes) -> _Outcome:
        try:
            reply = doors.door.add_checkpoint(question.witness.url, body)
        except EvidenceError as error:
            return _Outcome("unreachable", str(error))
        return _judge(question, reply, published, signed, doors.now())

    # Crash or no answer here: perhaps cosigned and not told. Next time the witness names its size, and signs again.
    with ThreadPoolExecutor(min(len(questions), AT_ONCE)) as pool:
        return list(pool.map(ask, questions, bodies))


def _judge(
    question: _Question, reply: WitnessReply, published: PublishedCheckpoint, signed: SignedNote, now: datetime
) -> _Outcome:
    size = published.checkpoint.size
    try:
        if reply.status == HTTPStatus.OK:
            return _take(question.witness, reply, published, signed, now)
        if reply.status == HTTPStatus.CONFLICT and reply.content_type == SIZE_TYPE:
            named = parse_size_answer(reply.body)
            if named > size:
                return _Outcome("ahead", f"it cosigned size {named}, and this log has {size}: it was set back")
            if named < question.known:
                return _Outcome(
                    "set-back", f"it named size {named} and had cosigned {question.known}: it lost its memory"
                )
            if named != question.old_size:
                return _Outcome("busy", f"it named size {named}, again and again another", again_from=named)
    except NoteError as error:
        return _Outcome("answer-malformed", str(error))
    known = {int(status): meaning for status, meaning in REFUSALS.items()}
    return _Outcome(*known.get(reply.status, ("refused", f"it answered with HTTP status {reply.status}")))


def _take(
    witness: PolicyWitness, reply: WitnessReply, published: PublishedCheckpoint, signed: SignedNote, now: datetime
) -> _Outcome:
    """Only a cosignature by this witness's key over this very checkpoint is taken; other lines are ignored."""
    lines = [
        line
        for line in parse_cosignature_lines(reply.body)
        if (line.name, line.key_id) == (witness.key.name, witness.key.key_id)
    ]
    found = cosignatures_by(SignedNote(signed.text, tuple(lines)), witness.key)
    timed = [(one.at, line) for one, line in zip(found, lines, strict=True) if one.at is not None] if found else []
    if len(timed) != 1:
        return _Outcome("no-cosignature", "it said yes, and sent not exactly one cosignature with a time by its key")
    at, line = timed[0]
    if at - now > CLOCK_SKEW or published.created_at - at > CLOCK_SKEW:
        return _Outcome("wrong-time", f"it dated its cosignature {format_instant(at)}; its clock or ours is wrong")
    return _Outcome(COSIGNED, line=signature_lines([line]), at=at)


def _record(
    log: LogRecord, published: PublishedCheckpoint, witness: PolicyWitness, found: _Outcome, doors: Cosigning
) -> None:
    now, size = doors.now(), published.checkpoint.size
    if found.at is not None:
        one = StoredCosignature(size, str(witness.key), found.line, found.at)
        doors.cosignatures.add_cosignature(log.institution, one, now)
    answer = WitnessAnswer(str(witness.key), now, size, found.outcome, found.detail)
    doors.cosignatures.note_answer(log.institution, answer)
