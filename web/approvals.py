"""Four eyes: a request names exactly what is to be done, by digest; another person with the right approves it.

Spec: docs/guide/operator.md (Four eyes). Nobody decides his own request; a request that waited too long is void; every
request, decision and outcome stays on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from unicodedata import normalize

from evidence_service.errors import ConflictError, MalformedInputError
from web.permissions import Permission

LASTS = timedelta(days=7)
MAX_REASON, MAX_OBJECT, MAX_CONTENT = 300, 200, 1_000_000


class ApprovalError(ConflictError):
    """A request cannot be decided like this; the message says why."""

    code = "approval"


class RequestRefusedError(MalformedInputError):
    """A request lacks a reason, or what it is about is too large."""

    code = "approval-request"


class ApprovalKind(StrEnum):
    """What needs a second person."""

    FILING = "filing"
    RULES = "rules"
    TEMPLATES = "templates"
    ERASURE = "erasure"
    KEYS = "keys"
    ROLE = "role"


class ApprovalState(StrEnum):
    """How far a request is."""

    WAITING = "waiting"
    EXPIRED = "expired"
    REFUSED = "refused"
    APPROVED = "approved"  # and not carried out yet
    DONE = "done"
    FAILED = "failed"


ASKING = {
    ApprovalKind.FILING: Permission.FILING_SUBMIT,
    ApprovalKind.RULES: Permission.RULES_PROPOSE,
    ApprovalKind.TEMPLATES: Permission.RULES_PROPOSE,
    ApprovalKind.ERASURE: Permission.ERASE_REQUEST,
    ApprovalKind.KEYS: Permission.KEYS_REQUEST,
    ApprovalKind.ROLE: Permission.ACCOUNT_ADMIN,
}
DECIDING = {
    ApprovalKind.FILING: Permission.FILING_APPROVE,
    ApprovalKind.RULES: Permission.RULES_APPROVE,
    ApprovalKind.TEMPLATES: Permission.TEMPLATES_APPROVE,
    ApprovalKind.ERASURE: Permission.ERASE_APPROVE,
    ApprovalKind.KEYS: Permission.KEYS_APPROVE,
    ApprovalKind.ROLE: Permission.KEYS_APPROVE,
}


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """Who asked for what, when, why. `content` is exactly what is to be done, `digest` its SHA-256."""

    id: str
    kind: ApprovalKind
    institution: str
    object: str
    content: bytes
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the second person said."""

    decided_by: str
    approved: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt to carry out what was approved."""

    at: datetime
    done: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A request with all that became of it."""

    request: ApprovalRequest
    decision: Decision | None = None
    outcomes: tuple[Outcome, ...] = ()

    def state(self, now: datetime) -> ApprovalState:
        """How far it is."""
        if self.decision is None:
            return ApprovalState.WAITING if now < self.request.expires_at else ApprovalState.EXPIRED
        if not self.decision.approved:
            return ApprovalState.REFUSED
        if any(outcome.done for outcome in self.outcomes):
            return ApprovalState.DONE
        return ApprovalState.FAILED if self.outcomes else ApprovalState.APPROVED


def make_request(
    request_id: str,
    kind: ApprovalKind,
    institution: str,
    object: str,
    content: bytes,
    reason: str,
    asked_by: str,
    now: datetime,
) -> ApprovalRequest:
    """A request that may be kept; RequestRefusedError says what it lacks."""
    why = " ".join(reason.split())
    if not why or len(why) > MAX_REASON or not why.isprintable():
        raise RequestRefusedError(f"a reason has 1 to {MAX_REASON} printable characters; name no person in it")
    if not content or len(content) > MAX_CONTENT or not 0 < len(object) <= MAX_OBJECT or not object.isprintable():
        raise RequestRefusedError(f"what is to be approved has 1 to {MAX_CONTENT} bytes and a name")
    digest = sha256(content).hexdigest()
    return ApprovalRequest(request_id, kind, institution, object, content, why, asked_by, now, now + LASTS, digest)


def decide(approval: Approval, decided_by: str, digest: str, approved: bool, reason: str, now: datetime) -> Decision:
    """The decision of a second person on exactly these bytes; ApprovalError where it cannot be made."""
    request = approval.request
    if same_person(request.asked_by, decided_by):
        raise ApprovalError("whoever asked cannot decide: a second person must")
    if approval.state(now) is not ApprovalState.WAITING:
        raise ApprovalError(f"this request is {approval.state(now).value} already; ask again if it is still wanted")
    if digest != request.digest or sha256(request.content).hexdigest() != digest:
        raise ApprovalError("the digest is not that of the request: open it again and read what it says")
    why = " ".join(reason.split())
    if len(why) > MAX_REASON or not why.isprintable() or (not approved and not why):
        raise RequestRefusedError(f"a refusal needs a reason; a reason has at most {MAX_REASON} printable characters")
    return Decision(decided_by, approved, why, now)


def same_person(one: str, other: str) -> bool:
    """Whether two account names are one person's, as far as letters tell: case, width and composition do not matter."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return normalize("NFKC", normalize("NFKC", name).casefold()).strip()
