"""A submission: one filing as the court has it, from arrival to the end of the case, and which step may follow which.

Spec: docs/spec/filing.md, "States".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from litigation.core.court_entry import EntryKind
from litigation.errors import LitigationError


class MoveRefusedError(LitigationError):
    """The step does not follow from the state that the submission is in; nothing was recorded."""

    code = "court-move"


class SubmissionState(StrEnum):
    """Where a submission is. *received*: not examined yet. *examined*: waits for a clerk's decision."""

    RECEIVED = "received"
    EXAMINED = "examined"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    RETURNED = "returned"
    REFUSED = "refused"
    CURED = "cured"
    WITHDRAWN = "withdrawn"
    JUDGED = "judged"
    CLOSED = "closed"


WAITING = frozenset({SubmissionState.RECEIVED, SubmissionState.EXAMINED})
"""In the queue."""
PENDING = frozenset({SubmissionState.ACCEPTED, SubmissionState.ACCEPTED_IN_PART, SubmissionState.JUDGED})
"""A case of the court."""
ENDED = frozenset(
    {SubmissionState.RETURNED, SubmissionState.REFUSED, SubmissionState.CURED, SubmissionState.WITHDRAWN}
    | {SubmissionState.CLOSED}
)
"""Another suit on the same loan may come."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One filing. Texts are empty where nothing is known.

    `due_on` is the next day that matters and `due_what` what it is for (core/due.py); `flags` are the codes of findings
    that would be a reason to return, with commas.
    """

    filing_id: str
    filer: str
    institution: str
    our_reference: str
    loan: str
    package_sha256: str
    size: int
    letter: bytes
    state: SubmissionState
    urgent: bool
    assigned_to: str
    case_number: str
    cures: str
    result: str
    received_at: datetime
    moved_at: datetime
    due_on: str = "9999-12-31"
    due_what: str = ""
    flags: str = ""


FOLLOWS: Mapping[EntryKind, tuple[frozenset[SubmissionState], SubmissionState | None]] = {
    EntryKind.EXAMINED: (frozenset({SubmissionState.RECEIVED}), SubmissionState.EXAMINED),
    EntryKind.ACCEPTED: (WAITING, SubmissionState.ACCEPTED),
    EntryKind.ACCEPTED_IN_PART: (WAITING, SubmissionState.ACCEPTED_IN_PART),
    EntryKind.RETURNED: (WAITING, SubmissionState.RETURNED),
    EntryKind.REFUSED: (WAITING, SubmissionState.REFUSED),
    EntryKind.CURED: (frozenset({SubmissionState.RETURNED}), SubmissionState.CURED),
    EntryKind.AMENDED: (WAITING | PENDING, None),
    EntryKind.WITHDRAWN: (WAITING | PENDING, SubmissionState.WITHDRAWN),
    EntryKind.PAYMENT_NOTED: (WAITING | PENDING, None),
    EntryKind.FEE_NOTICE: (PENDING, None),
    EntryKind.FEE_PAID: (PENDING, None),
    EntryKind.FEE_REFUNDED: (PENDING | ENDED, None),
    EntryKind.EVIDENCE_PERIOD: (PENDING, None),
    EntryKind.HEARING: (PENDING, None),
    EntryKind.SERVED: (PENDING, None),
    EntryKind.PRESERVED: (PENDING, None),
    EntryKind.MEDIATED: (PENDING, None),
    EntryKind.JUDGMENT: (PENDING, SubmissionState.JUDGED),
    EntryKind.APPEALED: (frozenset({SubmissionState.JUDGED}), None),
    EntryKind.ENFORCEMENT: (frozenset({SubmissionState.JUDGED}), None),
    EntryKind.CLOSED: (PENDING, SubmissionState.CLOSED),
}
"""Kind of entry -> the states that it may come in, and the state after it (None: the same)."""


def state_after(state: SubmissionState, kind: EntryKind) -> SubmissionState:
    """The state after an entry. Raises MoveRefusedError where it may not come now."""
    if kind not in FOLLOWS:
        raise MoveRefusedError(f"{kind.value} is recorded when the filing arrives, not afterwards")
    allowed, after = FOLLOWS[kind]
    if state not in allowed:
        raise MoveRefusedError(
            f"the filing is {state.value}; {kind.value} may follow only on {', '.join(sorted(allowed))}"
        )
    return after or state
