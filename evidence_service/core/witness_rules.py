"""What a witness demands of a checkpoint before it cosigns: a known log's key, and one history that only grows.

Spec: docs/spec/witness.md (Rules), https://c2sp.org/tlog-witness. Pure: the state and the keys are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import signed_by
from evidence_service.core.merkle import EMPTY_ROOT, ProofError, check_consistency
from evidence_service.core.note import VerifierKey
from evidence_service.core.witness_request import AddCheckpoint

LogKeys = Mapping[str, Sequence[VerifierKey]]
"""Origin -> the keys that may sign for this log."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a witness does not cosign. `size` is what a 409 must name; `fork` marks what may show two histories."""

    status: HTTPStatus
    reason: str
    size: int | None = None
    fork: bool = False


def refuse_unsigned(request: AddCheckpoint, logs: LogKeys) -> Refusal | None:
    """The rules that need no state: a log that we watch (404), signed by its key (403), sizes in order (400)."""
    keys = logs.get(request.checkpoint.origin)
    if keys is None:
        return Refusal(HTTPStatus.NOT_FOUND, "this witness does not watch a log of this origin")
    if not any(signed_by(request.signed, key) for key in keys):
        return Refusal(HTTPStatus.FORBIDDEN, "no signature by a key of this log")
    if request.old_size > request.checkpoint.size:
        return Refusal(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's")
    return None


def refuse_history(request: AddCheckpoint, latest: Checkpoint | None) -> Refusal | None:
    """The rules against the newest checkpoint that this witness cosigned for the log: 409 and 422."""
    known = 0 if latest is None else latest.size
    if request.old_size != known:
        return Refusal(HTTPStatus.CONFLICT, "the old size is not the one that was cosigned last", size=known)
    new = request.checkpoint
    if latest is not None and new.size == known and new.root != latest.root:
        return Refusal(HTTPStatus.CONFLICT, "another root at the same size", size=known, fork=True)
    broken = _inconsistent(request, latest)
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, broken, fork=known > 0) if broken else None


def _inconsistent(request: AddCheckpoint, latest: Checkpoint | None) -> str:
    new = request.checkpoint
    if new.size == 0 and new.root != EMPTY_ROOT:
        return "a log without entries has the root of the empty tree"
    if latest is None or latest.size == 0:
        return "the consistency proof from size 0 must be empty" if request.proof else ""
    try:
        check_consistency(latest.size, new.size, latest.root, new.root, request.proof)
    except ProofError as error:
        return f"the consistency proof does not hold: {error}"
    return ""
