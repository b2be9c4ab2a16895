"""The next day that matters for a filing: what a clerk's board is sorted by.

Spec: docs/spec/filing.md, "The clerk's board". A planning aid, not a deadline of the law: seven days run from the
receipt without moving past holidays, so that it is never later than the law. A past day stays until the next entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from evidence_service.core.event import parse_instant
from litigation.core.court_entry import EntryKind
from litigation.court_side.core.submission import PENDING, WAITING, SubmissionState

COURT_TIME = ZoneInfo("Asia/Shanghai")
ANSWER_WITHIN = timedelta(days=7)
"""Civil Procedure Law 126: the court decides on a filing within seven days."""
FEE_WITHIN = timedelta(days=7)
"""Measures for litigation fees 22: seven days from the notice, where it names no day."""
NEVER = date(9999, 12, 31)


class DueWhat(StrEnum):
    """What a day is for; NOTHING where no day is set."""

    ANSWER = "answer"
    CURE = "cure"
    FEE = "fee"
    EVIDENCE = "evidence"
    HEARING = "hearing"
    PRESERVATION = "preservation"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The next day, and what it is for."""

    on: date
    what: DueWhat


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry as far as days are concerned."""

    kind: str
    at: datetime
    detail: dict[str, Any]


NO_DAY = Due(NEVER, DueWhat.NOTHING)


def next_due(state: SubmissionState, received_at: datetime, entries: Sequence[Entered]) -> Due:
    """The next day of a filing in this state, after its last entry."""
    if state in WAITING:
        return Due(received_at.astimezone(COURT_TIME).date() + ANSWER_WITHIN, DueWhat.ANSWER)
    if state is SubmissionState.RETURNED:
        returned = [one for one in entries if one.kind == EntryKind.RETURNED]
        return Due(date.fromisoformat(returned[-1].detail["cure_by"]), DueWhat.CURE) if returned else NO_DAY
    if state not in PENDING or not entries:
        return NO_DAY
    last = entries[-1].at.astimezone(COURT_TIME).date()
    days = [due for due in _of_case(entries) if due.on >= last or due.what is DueWhat.FEE]
    return min(days, key=lambda due: (due.on, due.what)) if days else NO_DAY


def _of_case(entries: Sequence[Entered]) -> list[Due]:
    found: list[Due] = []
    paid = sum((Decimal(one.detail["amount"]) for one in entries if one.kind == EntryKind.FEE_PAID), Decimal(0))
    for one in entries:
        detail = one.detail
        if one.kind == EntryKind.FEE_NOTICE:
            paid -= Decimal(detail["amount"])
            if paid < 0:  # the notices so far ask for more than was paid
                noticed = one.at.astimezone(COURT_TIME).date()
                said = detail.get("due_on")
                found.append(Due(date.fromisoformat(said) if said else noticed + FEE_WITHIN, DueWhat.FEE))
        elif one.kind == EntryKind.EVIDENCE_PERIOD:
            found.append(Due(date.fromisoformat(detail["until"]), DueWhat.EVIDENCE))
        elif one.kind == EntryKind.HEARING:
            on = parse_instant(detail["at"], "at").astimezone(COURT_TIME).date()
            found.append(Due(on, DueWhat.HEARING))
        elif one.kind == EntryKind.PRESERVED:
            found.append(Due(date.fromisoformat(detail["until"]), DueWhat.PRESERVATION))
    return found
