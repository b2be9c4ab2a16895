"""What the verbs about personal data share: their doors, their own events, what a subject left behind.

Spec: docs/spec/erasure.md. A loan's own events (those without subjects) lie under the key of ``loan:<number>``; they go
with the last subject of the loan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from evidence_service.core.event import format_instant
from evidence_service.core.holds import Hold, holds_of
from evidence_service.core.retention import Duty, Happening, Retention, retention_of
from evidence_service.errors import EvidenceError, NotFoundError, StoreError
from evidence_service.ports import SubjectKeys, Vault
from evidence_service.ports.erasure import Copies, ErasureStore, EventMark
from evidence_service.workflow.ingest import Receipt

CHINA = timezone(timedelta(hours=8))
SYSTEM_VERSION = "0.1.0"


class RestrictedError(EvidenceError):
    """The data of this subject is restricted to storage (PIPL 47)."""

    code = "restricted"


class ReasonError(EvidenceError):
    """A reason is missing, or is not one line."""

    code = "reason"


@dataclass(frozen=True, slots=True)
class PrivacyDoors:
    """What erasing, restricting and holding need from outside, for one institution."""

    institution: str
    erasures: ErasureStore
    keys: SubjectKeys
    vault: Vault
    copies: Copies
    duties: tuple[Duty, ...]
    submit: Callable[[Sequence[Mapping[str, Any]]], list[Receipt]]
    now: datetime


@dataclass(frozen=True, slots=True)
class LoanStanding:
    """What keeps one loan from being erased today: holds, and statutes that still keep it."""

    loan: str
    holds: tuple[Hold, ...]
    retention: Retention


def marks_of_subject(subject: str, doors: PrivacyDoors) -> list[EventMark]:
    """Every event that concerns a subject; NotFoundError where nothing ever did."""
    ids = doors.keys.ids_of(doors.institution, subject)
    marks = doors.erasures.marks_of_keys(doors.institution, ids) if ids else []
    if not marks:
        raise NotFoundError(f"nothing is logged about this subject in the log of {doors.institution}")
    return marks


def standing_of(loan: str, doors: PrivacyDoors) -> LoanStanding:
    """Holds and retention of one loan, from the types and days of its events."""
    return standing_from(loan, doors.erasures.marks_of_loan(doors.institution, loan), doors.duties, doors.now)


def standing_from(loan: str, marks: Sequence[EventMark], duties: Sequence[Duty], now: datetime) -> LoanStanding:
    """The same, from marks at hand."""
    happenings = [Happening(mark.type, mark.occurred_at.astimezone(CHINA).date()) for mark in marks]
    retention = retention_of(duties, happenings, now.astimezone(CHINA).date())
    return LoanStanding(loan, holds_of((mark.type, mark.event_id) for mark in marks), retention)


def refuse_restricted(loan: str, doors: PrivacyDoors) -> None:
    """Raise RestrictedError where the data of any subject of a loan is restricted to storage."""
    standing = doors.erasures.restrictions(doors.institution)
    if standing and loan in restricted_loans(doors):
        raise RestrictedError(
            "the personal data of this loan is restricted to storage (个人信息保护法 47): it is not disclosed, "
            "packaged or otherwise processed until `proofdocket restrict SUBJECT --lift --reason …`"
        )


def restricted_loans(doors: PrivacyDoors) -> set[str]:
    """Loans with a subject whose data is restricted to storage."""
    loans: set[str] = set()
    for one in doors.erasures.restrictions(doors.institution):
        ids = doors.keys.ids_of(doors.institution, one.subject)
        loans |= {mark.loan for mark in doors.erasures.marks_of_keys(doors.institution, ids)}
    return loans


def log_house_events(events: Sequence[Mapping[str, Any]], doors: PrivacyDoors) -> None:
    """Log events of the house's own making through the ordinary door; those that are there already stand."""
    for receipt in doors.submit(events):
        if receipt.state == "rejected" and receipt.code != "duplicate-id":
            raise StoreError(f"the log refused event {receipt.event_id}: {receipt.reason}")


def house_event(
    kind: str, event_id: str, loan: str, moment: datetime, payload: Mapping[str, Any], doors: PrivacyDoors
) -> dict[str, Any]:
    """An event about what was done with a loan's data. It has no subjects: it lies under the loan's own key."""
    return {
        "id": event_id,
        "institution": doors.institution,
        "loan": loan,
        "type": kind,
        "type_version": 1,
        "occurred_at": format_instant(moment),
        "actor": {"role": "compliance", "org": doors.institution},
        "source": {"system": "proofdocket", "mechanism": "manual", "version": SYSTEM_VERSION},
        "payload": dict(payload),
    }


def id_of(kind: str, *parts: object) -> str:
    """An event id that is the same whenever the same act is told again."""
    return f"{kind}:{sha256(chr(10).join(map(str, parts)).encode()).hexdigest()[:32]}"


def checked_reason(reason: str) -> str:
    """A reason as it will stand in the log and before readers: one line of 1 to 200 characters."""
    text = reason.strip()
    if not text or len(text) > 200 or not text.isprintable():
        raise ReasonError("--reason: one line of 1 to 200 characters, without personal data: readers will see it")
    return text


def loans_of(marks: Collection[EventMark]) -> tuple[str, ...]:
    """The loans of events, by number."""
    return tuple(sorted({mark.loan for mark in marks}))
