"""retention: what of a log is due for deletion on a day, what is kept until when and why, what is on hold.

Spec: docs/spec/erasure.md (Retention calendar). Reads types and days only; nothing is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from evidence_service.core.retention import Clock, DutyKind
from evidence_service.ports.erasure import Erasure, EventMark, Restriction
from evidence_service.workflow.privacy import LoanStanding, PrivacyDoors, restricted_loans, standing_from


@dataclass(frozen=True, slots=True)
class RetentionLine:
    """One loan on the calendar. `state` is due, kept, held, erased or free (no statute keeps it, nothing ended it)."""

    loan: str
    state: str
    restricted: bool
    standing: LoanStanding

    @property
    def warnings(self) -> tuple[str, ...]:
        """Ids of the duties of others whose day has come."""
        states = self.standing.retention.states
        return tuple(one.duty.id for one in states if one.duty.kind is DutyKind.WARN and one.clock is Clock.PASSED)


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """The calendar of one log on a day, with erasures that were cut off and restrictions that stand."""

    as_of: datetime
    lines: tuple[RetentionLine, ...]
    unfinished: tuple[Erasure, ...]
    restrictions: tuple[Restriction, ...]


def retention_report(doors: PrivacyDoors, as_of: datetime) -> RetentionReport:
    """Every loan of a log with what the calendar says of it."""
    return RetentionReport(
        as_of,
        tuple(_lines(doors, as_of)),
        tuple(doors.erasures.unfinished(doors.institution)),
        tuple(doors.erasures.restrictions(doors.institution)),
    )


def _lines(doors: PrivacyDoors, as_of: datetime) -> Iterator[RetentionLine]:
    restricted = restricted_loans(doors)
    for loan, marks in groupby(doors.erasures.marks(doors.institution), key=lambda mark: mark.loan):
        seen = [mark for mark in marks if mark.occurred_at <= as_of]
        standing = standing_from(loan, seen, doors.duties, as_of)
        yield RetentionLine(loan, _state(standing, erased=_erased(seen, doors)), loan in restricted, standing)


def _erased(marks: Sequence[EventMark], doors: PrivacyDoors) -> bool:
    """Whether nothing of what was logged before the loan's last erasure can be opened any more."""
    last = max((mark.index for mark in marks if mark.type == "subject.erased"), default=None)
    if last is None:
        return False
    ids = {mark.key_ids[0] for mark in marks if mark.index < last and mark.type != "subject.erased"}
    return not any(key is not None for key in doors.keys.by_id(ids).values())


def _state(standing: LoanStanding, *, erased: bool) -> str:
    if erased:
        return "erased"
    if standing.holds:
        return "held"
    if standing.retention.kept:
        return "kept"
    return "due" if standing.retention.due else "free"
