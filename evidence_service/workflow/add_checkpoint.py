"""The witness's verb: check a log's new checkpoint against the one cosigned before, remember it, cosign it.

Spec: docs/spec/witness.md, https://c2sp.org/tlog-witness. The new state is on disk before the cosignature leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from evidence_service.core.cosignature import cosign, signed_by
from evidence_service.core.note import NoteError, NoteSignature, VerifierKey, format_note, signature_lines
from evidence_service.core.witness_request import SIZE_TYPE, AddCheckpoint, parse_request
from evidence_service.core.witness_rules import LogKeys, Refusal, refuse_history, refuse_unsigned
from evidence_service.errors import MalformedInputError
from evidence_service.ports.witness import SeenCheckpoint, WitnessReply, WitnessState

CLOCK_SLACK = timedelta(minutes=1)
"""A clock may be set right by so much; a witness whose clock stands further back signs no time at all."""
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """One of the witness's keys: its public half, and a way to sign with the private one."""

    verifier: VerifierKey
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: the logs it watches, its keys, its memory, its clock."""

    logs: LogKeys
    keys: Sequence[WitnessKey]
    state: WitnessState
    now: Callable[[], datetime]


def add_checkpoint(witness: Witness, raw: bytes) -> WitnessReply:
    """Answer one add-checkpoint request."""
    try:
        request = parse_request(raw)
    except (NoteError, MalformedInputError) as error:
        return _refused(Refusal(HTTPStatus.BAD_REQUEST, str(error)))
    refusal = refuse_unsigned(request, witness.logs)
    if refusal is None:
        answer = _advance(witness, request)
        if not isinstance(answer, Refusal):
            return WitnessReply(HTTPStatus.OK, TEXT_TYPE, answer)
        refusal = answer
    if refusal.fork:
        witness.state.keep_refused(request.checkpoint.origin, request.note, refusal.reason, witness.now())
    return _refused(refusal)


def latest_checkpoint(witness: Witness, origin_sha256: str) -> WitnessReply:
    """The newest checkpoint cosigned for a log, for readers who compare (tlog-witness, monitor retrieval)."""
    seen = witness.state.latest_by_hash(origin_sha256)
    if seen is None:
        return _refused(Refusal(HTTPStatus.NOT_FOUND, "nothing cosigned for a log of this origin"))
    return WitnessReply(HTTPStatus.OK, TEXT_TYPE, seen.note.encode())


def _advance(witness: Witness, request: AddCheckpoint) -> bytes | Refusal:
    answer: list[bytes | Refusal] = []

    def decide(latest: SeenCheckpoint | None) -> SeenCheckpoint | None:
        refusal = refuse_history(request, None if latest is None else latest.checkpoint)
        now = witness.now().replace(microsecond=0)
        if refusal is None and latest is not None and now < latest.cosigned_at:
            if latest.cosigned_at - now > CLOCK_SLACK:
                refusal = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the witness's clock stands before its own past")
            now = latest.cosigned_at
        if refusal is not None:
            answer.append(refusal)
            return None
        lines = _cosign(witness, request, now)
        answer.append(signature_lines(lines).encode())
        by_log = [
            line
            for line in request.signed.signatures
            for key in witness.logs[request.checkpoint.origin]
            if (line.name, line.key_id) == (key.name, key.key_id) and signed_by(request.signed, key)
        ]
        return SeenCheckpoint(request.checkpoint, format_note(request.signed.text, [*by_log, *lines]), now)

    witness.state.advance(request.checkpoint.origin, decide)
    # Crash here: remembered but not told. The log asks again, hears 409 with this size, and gets a new cosignature.
    return answer[0]


def _cosign(witness: Witness, request: AddCheckpoint, now: datetime) -> list[NoteSignature]:
    seconds = int(now.timestamp())
    return [cosign(key.verifier, key.sign, seconds, request.signed.text) for key in witness.keys]


def _refused(refusal: Refusal) -> WitnessReply:
    if refusal.size is not None:
        return WitnessReply(refusal.status, SIZE_TYPE, f"{refusal.size}\n".encode())
    return WitnessReply(refusal.status, TEXT_TYPE, f"{refusal.reason}\n".encode())
