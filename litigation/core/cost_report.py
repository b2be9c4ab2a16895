"""Cost of a loan by the year beside the line that courts look at, and the rules that a claim rests on.

Spec: docs/spec/debt.md section 10. Fees that belong to the loan itself (kinds of the rule `annual_cost.fees`) count in
the month in which they are owed; costs of realising the claim do not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from litigation.core.annual_cost import CostReport, annual_cost
from litigation.core.calendar_days import add_months
from litigation.core.costs import ACCEPTANCE, ACCEPTANCE_REDUCED, OUTSIDE_CAP
from litigation.core.money import ZERO
from litigation.core.rules import RuleEntry, Rules
from litigation.core.schedule import ScheduleRow, schedule_for
from litigation.core.terms import Allocation, LoanTerms, Repayment

LINE = "cap.financial"
LOAN_FEES = "annual_cost.fees"
ORDER = "allocation.default"


def report_costs(terms: LoanTerms, schedule: tuple[ScheduleRow, ...], rules: Rules, day: date) -> CostReport:
    """Annualise what the borrower pays when he pays in time, simple and compounded, beside the line."""
    line = _in_force(rules, LINE, day)
    assert line.number is not None
    kinds = _in_force(rules, LOAN_FEES, day).words
    agreed = schedule_for(replace(terms, deducted_upfront=ZERO)) if terms.deducted_upfront else schedule
    upfront, fees = _loan_fees(terms, kinds)
    return CostReport(
        cost=annual_cost(terms.advanced - upfront, _by_month(terms, schedule, fees)),
        agreed=annual_cost(terms.advanced - upfront, _by_month(terms, agreed, fees)),
        line=line.number,
        line_source=line.source,
        line_mark=line.mark.value,
    )


def rules_behind(terms: LoanTerms, rules: Rules, day: date, cap_rule: RuleEntry | None = None) -> tuple[RuleEntry, ...]:
    """The dated rules that the claim was computed with, so that each value shows its source and mark.

    A court's own cap stands before the general one, against which the annualised cost is held all the same.
    """
    names = [ACCEPTANCE, ACCEPTANCE_REDUCED, OUTSIDE_CAP, LINE, LOAN_FEES]
    if terms.allocation == Allocation():
        names.append(ORDER)
    used = [_in_force(rules, name, day) for name in names]
    own = cap_rule is not None and all(entry.series != cap_rule.series for entry in used)
    return (*([cap_rule] if cap_rule is not None and own else []), *used)


def _in_force(rules: Rules, name: str, day: date) -> RuleEntry:
    """The value of a day, or the oldest recorded one for a day before it."""
    return rules.at(name, max(day, rules.first_day(name)))


def _loan_fees(terms: LoanTerms, kinds: tuple[str, ...]) -> tuple[Decimal, dict[int, Decimal]]:
    """Fees of the loan itself: those of the day of disbursement, and the others by month."""
    upfront, by_month = ZERO, dict[int, Decimal]()
    for cost in terms.costs:
        if cost.kind not in kinds:
            continue
        month = _month_of(terms.disbursed_on, cost.on)
        if month == 0:
            upfront += cost.amount
        else:
            by_month[month] = by_month.get(month, ZERO) + cost.amount
    return min(upfront, terms.advanced - Decimal("0.01")), by_month


def _month_of(start: date, day: date) -> int:
    """The number of the first due date that is not before a day; 0 for the day of disbursement itself."""
    month = max(0, (day.year - start.year) * 12 + day.month - start.month - 1)
    while add_months(start, month) < day:
        month += 1
    return month


def _by_month(terms: LoanTerms, schedule: tuple[ScheduleRow, ...], fees: dict[int, Decimal]) -> list[Decimal]:
    """One payment a month; a bullet loan pays nothing until its last month."""
    payments = [row.payment for row in schedule]
    if terms.repayment is Repayment.BULLET:
        payments = [ZERO] * (terms.term_months - 1) + payments
    months = max([len(payments), *fees])
    return [(payments[no - 1] if no <= len(payments) else ZERO) + fees.get(no, ZERO) for no in range(1, months + 1)]
