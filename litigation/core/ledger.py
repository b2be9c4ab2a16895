"""Ledger: the loan lived through day by day, from disbursement to the cut-off.

Spec: docs/spec/debt.md sections 4 to 7. On each day, first things fall due (instalments, costs, the
accelerated rest), then waiting money and the day's payments are applied, then a restructuring takes
effect. What is left over waits for the next due date, or prepays principal where the borrower chose so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext
from heapq import heapify, heappop, heappush

from litigation.core.allocation import Applied, Slot, waterfall
from litigation.core.arrears import Restructured, check_agreed_principal, treat_arrears, treat_broken
from litigation.core.due_line import CostLine, DueLine
from litigation.core.interest import Accrual, Segment, interest_by_days
from litigation.core.kinds import Arrears, Kind
from litigation.core.ledger_state import ACCELERATED, PREPAID, RESTRUCTURED, UNDUE, Ledger, Prepayment
from litigation.core.money import EXACT, ZERO, to_cent, total_of
from litigation.core.restructuring import Restructuring
from litigation.core.schedule import Instalment, RepaymentPlan, plan_for, plan_from
from litigation.core.terms import (
    LoanTerms,
    Payment,
    check_cutoff,
    check_payments,
    payments_by_day,
)

__all__ = ["ACCELERATED", "PREPAID", "UNDUE", "Ledger", "run_ledger"]


def run_ledger(terms: LoanTerms, payments: Iterable[Payment], cutoff: date) -> Ledger:
    """Live through the loan up to the cut-off; payments after it are counted apart, not applied."""
    check_cutoff(terms, cutoff)
    listed = check_payments(terms, payments)
    received = payments_by_day(listed)
    early = payments_by_day(one for one in listed if (terms.prepay if one.prepay is None else one.prepay))
    agreements = {one.on: one for one in terms.restructurings}
    with localcontext(EXACT):
        ledger = Ledger(terms, plan_for(terms), cutoff, terms.penalty_rate, last_due=terms.disbursed_on)
        ledger.move(terms.disbursed_on, UNDUE, terms.advanced)
        ledger.ignored = total_of(amount for on, amount in received.items() if on > cutoff)
        days = _days_that_matter(ledger, received)
        while days and days[0] <= cutoff:
            day = heappop(days)
            while days and days[0] == day:
                heappop(days)
            fell_due = _fall_due(ledger, day)
            if day in received or fell_due:
                _receive(ledger, day, received.get(day, ZERO), early.get(day, ZERO))
            if day in agreements:
                _restructure(ledger, agreements[day])
                _receive(ledger, day, ZERO, ZERO)
                for due in _due_days(ledger.plan):
                    heappush(days, due)
    return ledger


def _due_days(plan: RepaymentPlan) -> list[date]:
    return [plan.due(no) for no in range(plan.first_no, plan.last_no + 1)]


def _days_that_matter(ledger: Ledger, received: Iterable[date]) -> list[date]:
    """A heap of all days on which something falls due, is paid or is agreed; a day may stand in it twice."""
    terms = ledger.terms
    days = [*_due_days(ledger.plan), *received, *(cost.on for cost in terms.costs)]
    days += [one.on for one in terms.restructurings]
    if terms.accelerated_on:
        days.append(terms.accelerated_on)
    heapify(days)
    return days


def _receive(ledger: Ledger, day: date, received: Decimal, marked: Decimal) -> None:
    """Apply what waited and what came; of it, what is marked may prepay, and what waited where the loan says so."""
    money = ledger.credit + received
    if money:
        ledger.credit = _apply(ledger, day, money, marked + (ledger.credit if ledger.terms.prepay else ZERO))


def _fall_due(ledger: Ledger, day: date) -> bool:
    """Let costs, the instalment, then the accelerated rest of that day fall due; say whether anything did."""
    terms, before = ledger.terms, len(ledger.lines) + len(ledger.costs)
    for number, cost in enumerate(sorted(terms.costs, key=lambda cost: (cost.on, cost.kind, cost.amount)), 1):
        if cost.on == day:
            ledger.costs.append(CostLine(f"{Kind.COSTS}-{number}", cost, cost.amount))
    plan = ledger.plan
    while ledger.undue and ledger.next_no <= plan.last_no and plan.due(ledger.next_no) <= day:
        part = plan.instalment(ledger.next_no, ledger.undue)
        _open_line(ledger, str(ledger.next_no), day, part, "instalment")
        ledger.next_no += 1
        ledger.last_due = day
    if terms.accelerated_on == day and ledger.undue:
        broken = Segment(ledger.undue, plan.rate, ledger.last_due, day, terms.day_count)
        rest = Instalment(broken.amount, ledger.undue)
        _open_line(ledger, ACCELERATED, day, rest, _rest_rule(broken))
    if terms.accelerated_on == day:
        ledger.accelerated = True
    return len(ledger.lines) + len(ledger.costs) > before


def _restructure(ledger: Ledger, agreement: Restructuring) -> None:
    """Start a new plan: all open principal, and the arrears as agreed (docs/spec/debt.md section 7a)."""
    day, terms, old = agreement.on, ledger.terms, ledger.plan
    item = f"{RESTRUCTURED}-{len(ledger.restructured) + 1}"
    broken = Segment(ledger.undue, old.rate, ledger.last_due, day, terms.day_count)
    treated = treat_arrears(ledger.lines, agreement, day)
    unbilled = treat_broken(agreement, item, broken.amount)
    if unbilled:
        _open_line(ledger, item, day, Instalment(broken.amount, ZERO), f"restructured; interest {broken.formula}")
        if unbilled[0].how is not Arrears.CARRIED:
            waived = unbilled[0].how is Arrears.WAIVED
            ledger.lines[-1].release(Kind.INTEREST, day, broken.amount, waived=waived)
        ledger.lines[-1].compound.stop(day)
    for line in ledger.lines:
        rolled = line.roll(day)
        ledger.move(day, line.item, -rolled)
        ledger.move(day, UNDUE, rolled)
    treated += unbilled
    ledger.move(day, UNDUE, total_of(one.amount for one in treated if one.how is Arrears.CAPITALISED))
    check_agreed_principal(agreement, ledger.undue)
    ledger.penalty_rate = ledger.penalty_rate if agreement.penalty_rate is None else agreement.penalty_rate
    ledger.accelerated = False
    ledger.last_due = day
    ledger.plan = plan_from(
        day,
        agreement.first_due,
        agreement.instalments,
        ledger.undue,
        old.rate if agreement.annual_rate is None else agreement.annual_rate,
        agreement.repayment or old.repayment,
        terms.day_count,
        first_no=ledger.next_no,
    )
    ledger.restructured.append(Restructured(agreement, ledger.plan, tuple(treated)))


def _rest_rule(broken: Segment) -> str:
    """Say how the interest of the accelerated rest was made."""
    return f"accelerated; interest {broken.formula}" if broken.amount else "accelerated"


def _open_line(ledger: Ledger, item: str, due: date, part: Instalment, rule: str) -> None:
    """Open a line: from its due date principal bears the penalty, and interest the compound."""
    terms = ledger.terms
    penalty = Accrual(part.principal, ledger.penalty_rate, due, terms.day_count)
    rate = ledger.penalty_rate if terms.compound else Decimal(0)
    compound = Accrual(part.interest, rate, due, terms.day_count)
    ledger.lines.append(DueLine(item, due, part.principal, part.interest, rule, penalty, compound))
    ledger.move(due, UNDUE, -part.principal)
    ledger.move(due, item, part.principal)


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
        if part.kind is Kind.PRINCIPAL:
            ledger.move(day, part.item, -part.amount)
    ledger.applied += applied
    free = min(left, may_prepay)
    if free and ledger.undue:
        left += _prepay(ledger, day, free) - free
    return left


def _prepay(ledger: Ledger, day: date, money: Decimal) -> Decimal:
    """Prepay principal together with its interest for the days since the last due date."""
    rate, basis = ledger.plan.rate, ledger.terms.day_count
    used = (day - ledger.last_due).days
    growth = 1 + interest_by_days(Decimal(1), rate, used, basis)
    principal = min(ledger.undue, to_cent(money / growth))
    interest = Segment(principal, rate, ledger.last_due, day, basis)
    if principal + interest.amount > money:  # the rounding took a cent too much
        principal -= Decimal("0.01")
        interest = Segment(principal, rate, ledger.last_due, day, basis)
    if principal <= 0:
        return money
    ledger.move(day, UNDUE, -principal)
    ledger.prepayments.append(Prepayment(day, principal, interest))
    ledger.applied.append(Applied(day, PREPAID, Kind.PRINCIPAL, principal))
    if interest.amount:
        ledger.applied.append(Applied(day, PREPAID, Kind.INTEREST, interest.amount))
    return money - principal - interest.amount
