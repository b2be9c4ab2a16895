"""State of a loan on one day: lines, costs, undue principal, waiting money, and the way there.

Spec: docs/spec/debt.md sections 4 to 8. `litigation.core.ledger` lives the loan through; here is what it leaves behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from litigation.core.allocation import Applied
from litigation.core.arrears import Restructured
from litigation.core.due_line import CostLine, DueLine
from litigation.core.interest import Segment
from litigation.core.kinds import Kind
from litigation.core.money import ZERO, total_of
from litigation.core.schedule import RepaymentPlan
from litigation.core.terms import LoanTerms

ACCELERATED = "accelerated"
PREPAID = "prepaid"
RESTRUCTURED = "restructured"
UNDUE = ""


@dataclass(frozen=True, slots=True)
class Prepayment:
    """Principal paid before it was due, with its interest for the days it was used (Civil Code 677)."""

    on: date
    principal: Decimal
    interest: Segment


@dataclass(frozen=True, slots=True)
class Movement:
    """Outstanding principal that came to a place on a day, or left it; the place is a line's item, or not yet due."""

    on: date
    place: str
    amount: Decimal


@dataclass(slots=True)
class Ledger:
    """The state of the loan on one day, and the way there."""

    terms: LoanTerms
    plan: RepaymentPlan
    cutoff: date
    penalty_rate: Decimal
    undue: Decimal = ZERO
    next_no: int = 1
    last_due: date = date.min
    lines: list[DueLine] = field(default_factory=list)
    costs: list[CostLine] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    prepayments: list[Prepayment] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    restructured: list[Restructured] = field(default_factory=list)
    accelerated: bool = False
    credit: Decimal = ZERO
    ignored: Decimal = ZERO

    def move(self, on: date, place: str, amount: Decimal) -> None:
        """Note that outstanding principal came to a place, or (less than nothing) left it."""
        if amount:
            self.movements.append(Movement(on, place, amount))
            if place == UNDUE:
                self.undue += amount

    def paid(self, kind: Kind) -> Decimal:
        """What was paid of one kind up to the cut-off."""
        return total_of(part.amount for part in self.applied if part.kind is kind)

    def open(self, kind: Kind) -> Decimal:
        """What is open of one kind at the cut-off, before any cap."""
        if kind is Kind.COSTS:
            return total_of(cost.left for cost in self.costs)
        return total_of(line.owed(kind, self.cutoff) for line in self.lines)

    @property
    def interest_paid_through(self) -> date:
        """The due date up to which every instalment's interest is paid (还息至)."""
        through = self.terms.disbursed_on
        for line in self.lines:
            if line.interest:
                return through
            through = line.due
        if self.undue == 0 and self.prepayments:  # wholly prepaid
            return max(through, self.prepayments[-1].on)
        return through

    @property
    def overdue_since(self) -> date | None:
        """The due date of the oldest instalment since the last agreement that is still open after its day."""
        agreed = self.restructured[-1].agreement.on if self.restructured else date.min
        for line in self.lines:
            if agreed < line.due < self.cutoff and (line.principal or line.interest):
                return line.due
        return None

    @property
    def overdue_days(self) -> int:
        """Days since then."""
        since = self.overdue_since
        return (self.cutoff - since).days if since else 0
