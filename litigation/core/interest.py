"""Interest by days: penalty, compound, broken periods, and double interest after judgment.

Spec: docs/spec/debt.md sections 6 and 10. An accrual is a list of closed segments plus one open one;
a segment closes only when its base changes, and each segment is rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from litigation.core.calendar_days import days_between
from litigation.core.money import EXACT, ZERO, to_cent, total_of


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of days over which one base bore one rate: amount = base × rate × days / basis."""

    base: Decimal
    rate: Decimal
    first: date
    until: date
    basis: int

    @property
    def days(self) -> int:
        """First day counted, last day not."""
        return days_between(self.first, self.until)

    @property
    def exact(self) -> Decimal:
        """The amount before rounding."""
        return interest_by_days(self.base, self.rate, self.days, self.basis)

    @property
    def amount(self) -> Decimal:
        """The amount to the cent."""
        return to_cent(self.exact)

    @property
    def formula(self) -> str:
        """The sum as a person would check it on paper."""
        return f"{self.base} × {self.rate} × {self.days}/{self.basis} = {self.amount}"


@dataclass(slots=True)
class Accrual:
    """Interest that grows on a base which payments may lower."""

    base: Decimal
    rate: Decimal
    since: date
    basis: int
    closed: list[Segment] = field(default_factory=list)
    paid: Decimal = ZERO
    moved: Decimal = ZERO
    waived: Decimal = ZERO

    def segments(self, day: date) -> tuple[Segment, ...]:
        """List all stretches up to a day."""
        last = Segment(self.base, self.rate, self.since, day, self.basis)
        return (*self.closed, last) if last.days and last.base and last.rate else tuple(self.closed)

    def accrued(self, day: date) -> Decimal:
        """What has grown up to a day, paid or not."""
        return total_of(segment.amount for segment in self.segments(day))

    def owed(self, day: date) -> Decimal:
        """What has grown and is neither paid, nor moved into a new principal, nor waived."""
        return self.accrued(day) - self.paid - self.moved - self.waived

    def lower_base(self, day: date, amount: Decimal) -> None:
        """Part of the base was paid: close the stretch so far and go on with the rest."""
        self.closed = list(self.segments(day))
        self.base -= amount
        self.since = max(self.since, day)

    def stop(self, day: date) -> None:
        """Nothing grows any more from a day on."""
        self.lower_base(day, ZERO)
        self.rate = ZERO


def interest_by_days(base: Decimal, annual_rate: Decimal, days: int, basis: int) -> Decimal:
    """Simple interest for days, not yet rounded."""
    with localcontext(EXACT):
        return base * annual_rate * days / basis


def double_interest(unpaid: Decimal, days: int, daily_rate: Decimal) -> Decimal:
    """The doubled part for delayed performance: 法释〔2014〕8号 article 1, CPL 264.

    `unpaid` is what the judgment ordered except general interest; `daily_rate` comes from the rules.
    """
    with localcontext(EXACT):
        return to_cent(unpaid * daily_rate * days)
