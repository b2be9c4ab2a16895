"""The overview of loans: one line per loan of a portfolio, how loans are chosen from it, and how late ones are grouped.

Spec: docs/spec/portfolio.md. Derived from the log and drawn anew at will: nothing that is filed rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

ROLL_DAYS = 30
"""How far back the other side of the roll lies."""


class Bucket(StrEnum):
    """How late a loan is, as lenders group it."""

    CURRENT = "0"
    TO_30 = "1-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    TO_180 = "91-180"
    OVER_180 = "181+"


EDGES: tuple[tuple[Bucket, int], ...] = (
    (Bucket.CURRENT, 0),
    (Bucket.TO_30, 30),
    (Bucket.TO_60, 60),
    (Bucket.TO_90, 90),
    (Bucket.TO_180, 180),
)
"""A bucket and the last day that belongs to it; whatever is later is OVER_180."""


def bucket_of(days: int) -> Bucket:
    """The bucket of a number of days overdue."""
    return next((bucket for bucket, last in EDGES if days <= last), Bucket.OVER_180)


CASE_STATES = ("package_built", "filed", "accepted", "accepted_in_part", "returned", "refused")
"""Where a case stands: its papers were built, they were filed, and what the court answered to the newest filing."""
AT_COURT = frozenset({"filed", "accepted", "accepted_in_part"})
"""States in which a suit is with a court: no second one, and limitation does not run out."""


class Readiness(StrEnum):
    """Whether something keeps a loan from court; a loan that is not overdue was not assessed."""

    READY = "ready"
    BLOCKED = "blocked"
    UNASSESSED = "unassessed"


class Order(StrEnum):
    """What a list is sorted by; the loan number decides between equals."""

    OVERDUE = "overdue"
    CLAIM = "claim"
    LIMITATION = "limitation"


@dataclass(frozen=True, slots=True)
class LoanOverview:
    """One loan on the day `as_of`, after `entries` of its events. No personal data.

    `before_days`: how many days it was overdue 30 days earlier. `changes_on`: the day from which it must be drawn anew
    even if nothing is logged; None where no day changes it. `defects` are the
    codes of those that block, `reasons` those of the recommended route.
    """

    institution: str
    loan: str
    as_of: date
    entries: int
    product: str
    court: str
    month: str
    principal: Decimal | None
    overdue_since: date | None
    before_days: int
    claim: Decimal | None
    limitation: date | None
    readiness: Readiness
    blocking: int
    warnings: int
    defects: tuple[str, ...]
    recommended: str
    reasons: tuple[str, ...]
    decided: str
    objection: date | None
    changes_on: date | None
    stratum: str = ""

    def days(self, today: date) -> int:
        """Days overdue on a day."""
        return max(0, (today - self.overdue_since).days) if self.overdue_since else 0


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A line of the list: the loan, and its case where it has one."""

    overview: LoanOverview
    case_id: int | None
    case_state: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody asks of the portfolio. Empty and None leave a question open; `state` "none" means no case."""

    min_days: int = 1
    max_days: int | None = None
    min_claim: Decimal | None = None
    max_claim: Decimal | None = None
    product: str = ""
    court: str = ""
    stratum: str = ""
    readiness: Readiness | None = None
    route: str = ""
    state: str = ""
    objected: bool = False
    loan: str = ""
    order: Order = Order.OVERDUE


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list begins: after (or before) the line with this value and loan."""

    value: str
    loan: str
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and whether there is more on either side."""

    lines: tuple[LoanLine, ...]
    earlier: Place | None
    later: Place | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many loans a choice holds, and what they owe together as drawn."""

    loans: int
    claim: Decimal


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the overview is: the log's size that it covers, and the day for which it was drawn."""

    size: int
    as_of: date


@dataclass(frozen=True, slots=True)
class Roll:
    """How many loans, and how much, went from one bucket to another in 30 days."""

    before: Bucket
    now: Bucket
    loans: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Vintage:
    """The loans of one month of disbursement: how many there are, and how many are late by how much."""

    month: str
    loans: int
    late: dict[Bucket, int] = field(default_factory=dict)

    def share(self, least: Bucket) -> Decimal:
        """The share that is at least as late as a bucket, from 0 to 1."""
        buckets = list(Bucket)
        late = sum(self.late.get(one, 0) for one in buckets[buckets.index(least) :])
        return Decimal(late) / self.loans if self.loans else Decimal(0)


def latest_due(today: date, days: int) -> date:
    """A loan is overdue by at least so many days where its oldest open instalment fell due by this day."""
    return today - timedelta(days=days)
