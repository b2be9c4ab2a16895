"""Ledger: the loan lived through day by day, from disbursement to the cut-off.

Spec: docs/spec/debt.md sections 4 to 7. On each day, first things fall due (instalments, costs, the
accelerated rest), then waiting money and the day's payments are applied. What is left over waits
for the next due date, or prepays principal where the borrower chose to prepay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from litigation.core.allocation import Applied, Slot, waterfall
from litigation.core.due_line import CostLine, DueLine
from litigation.core.interest import Accrual, Segment, interest_by_days
from litigation.core.money import ZERO, to_cent, total_of
from litigation.core.schedule import Instalment, RepaymentPlan, plan_for
from litigation.core.terms import (
    Kind,
    LoanTerms,
    Payment,
    check_cutoff,
    check_payments,
    payments_by_day,
)

ACCELERATED = "accelerated"
PREPAID = "prepaid"


@dataclass(frozen=True, slots=True)
class Prepayment:
    """Principal paid before it was due, with its interest for the days it was used (Civil Code 677)."""

    on: date
    principal: Decimal
    interest: Segment


@dataclass(slots=True)
class Ledger:
    """The state of the loan on one day, and the way there."""

    terms: LoanTerms
    plan: RepaymentPlan
    cutoff: date
    undue: Decimal
    next_no: int = 1
    last_due: date = date.min
    lines: list[DueLine] = field(default_factory=list)
    costs: list[CostLine] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    prepayments: list[Prepayment] = field(default_factory=list)
    credit: Decimal = ZERO
    ignored: Decimal = ZERO

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
        """The due date of the oldest instalment that is still open after its day."""
        for line in self.lines:
            if line.due < self.cutoff and (line.principal or line.interest):
                return line.due
        return None

    @property
    def overdue_days(self) -> int:
        """Days since then."""
        since = self.overdue_since
        return (self.cutoff - since).days if since else 0


def run_ledger(terms: LoanTerms, payments: Iterable[Payment], cutoff: date) -> Ledger:
    """Live through the loan up to the cut-off; payments after it are counted apart, not applied."""
    check_cutoff(terms, cutoff)
    listed = check_payments(terms, payments)
    received = payments_by_day(listed)
    early = payments_by_day(one for one in listed if (terms.prepay if one.prepay is None else one.prepay))
    ledger = Ledger(terms, plan_for(terms), cutoff, undue=terms.advanced, last_due=terms.disbursed_on)
    ledger.ignored = total_of(amount for on, amount in received.items() if on > cutoff)
    for day in _days_that_matter(ledger, received, cutoff):
        _fall_due(ledger, day)
        money = ledger.credit + received.get(day, ZERO)
        if money:
            may_prepay = early.get(day, ZERO) + (ledger.credit if terms.prepay else ZERO)
            ledger.credit = _apply(ledger, day, money, may_prepay)
    return ledger


def _days_that_matter(ledger: Ledger, received: Iterable[date], cutoff: date) -> list[date]:
    """All days up to the cut-off on which something falls due or is paid."""
    terms, plan = ledger.terms, ledger.plan
    days = {plan.due(no) for no in range(1, plan.last_no + 1)}
    days.update(received)
    days.update(cost.on for cost in terms.costs)
    if terms.accelerated_on:
        days.add(terms.accelerated_on)
    return sorted(day for day in days if day <= cutoff)


def _fall_due(ledger: Ledger, day: date) -> None:
    """Let everything of that day fall due: costs, the instalment, then the accelerated rest."""
    terms = ledger.terms
    for number, cost in enumerate(sorted(terms.costs, key=lambda cost: (cost.on, cost.kind, cost.amount)), 1):
        if cost.on == day:
            ledger.costs.append(CostLine(f"{Kind.COSTS}-{number}", cost, cost.amount))
    plan = ledger.plan
    while ledger.undue and ledger.next_no <= plan.last_no and plan.due(ledger.next_no) <= day:
        part = plan.instalment(ledger.next_no, ledger.undue)
        _open_line(ledger, str(ledger.next_no), day, part, "instalment")
        ledger.next_no += 1
        ledger.last_due = day
    if terms.accelerated_on is not None and terms.accelerated_on <= day and ledger.undue:
        broken = Segment(ledger.undue, terms.annual_rate, ledger.last_due, day, terms.day_count)
        rest = Instalment(broken.amount, ledger.undue)
        _open_line(ledger, ACCELERATED, day, rest, _rest_rule(broken))


def _rest_rule(broken: Segment) -> str:
    """Say how the interest of the accelerated rest was made."""
    return f"accelerated; interest {broken.formula}" if broken.amount else "accelerated"


def _open_line(ledger: Ledger, item: str, due: date, part: Instalment, rule: str) -> None:
    """Open a line: from its due date principal bears the penalty, and interest the compound."""
    terms = ledger.terms
    penalty = Accrual(part.principal, terms.penalty_rate, due, terms.day_count)
    rate = terms.penalty_rate if terms.compound else Decimal(0)
    compound = Accrual(part.interest, rate, due, terms.day_count)
    ledger.lines.append(DueLine(item, due, part.principal, part.interest, rule, penalty, compound))
    ledger.undue -= part.principal


def _apply(ledger: Ledger, day: date, money: Decimal, may_prepay: Decimal) -> Decimal:
    """Apply money to what is due; prepay with the rest of what may prepay; return what waits."""
    lines = {line.item: line for line in ledger.lines}
    costs = {cost.item: cost for cost in ledger.costs}
    slots = [
        Slot(line.item, age, kind, line.owed(kind, day))
        for age, line in enumerate(ledger.lines)
        for kind in Kind
        if kind is not Kind.COSTS
    ]
    slots += [Slot(cost.item, age, Kind.COSTS, cost.left) for age, cost in enumerate(ledger.costs)]
    applied, left = waterfall(slots, money, day, ledger.terms.allocation)
    for part in applied:
        if part.kind is Kind.COSTS:
            costs[part.item].left -= part.amount
        else:
            lines[part.item].pay(part.kind, day, part.amount)
    ledger.applied += applied
    free = min(left, may_prepay)
    if free and ledger.undue:
        left += _prepay(ledger, day, free) - free
    return left


def _prepay(ledger: Ledger, day: date, money: Decimal) -> Decimal:
    """Prepay principal together with its interest for the days since the last due date."""
    terms = ledger.terms
    used = (day - ledger.last_due).days
    growth = 1 + interest_by_days(Decimal(1), terms.annual_rate, used, terms.day_count)
    principal = min(ledger.undue, to_cent(money / growth))
    interest = Segment(principal, terms.annual_rate, ledger.last_due, day, terms.day_count)
    if principal + interest.amount > money:  # the rounding took a cent too much
        principal -= Decimal("0.01")
        interest = Segment(principal, terms.annual_rate, ledger.last_due, day, terms.day_count)
    if principal <= 0:
        return money
    ledger.undue -= principal
    ledger.prepayments.append(Prepayment(day, principal, interest))
    ledger.applied.append(Applied(day, PREPAID, Kind.PRINCIPAL, principal))
    if interest.amount:
        ledger.applied.append(Applied(day, PREPAID, Kind.INTEREST, interest.amount))
    return money - principal - interest.amount
