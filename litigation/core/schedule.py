"""Repayment schedule: when what falls due, for the four ways of paying back.

Spec: docs/spec/debt.md section 5. One function gives the instalment of a number and a balance; the
schedule walks it over the loan, the ledger walks it over the balance that prepayments left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache

from litigation.core.calendar_days import add_months
from litigation.core.interest import interest_by_days
from litigation.core.kinds import Repayment
from litigation.core.money import EXACT, ZERO, to_cent
from litigation.core.terms import LoanTerms


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One instalment of the plan; balance is the principal after it is paid."""

    no: int
    due: date
    payment: Decimal
    interest: Decimal
    principal: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Instalment:
    """What one due date asks for on a given balance."""

    interest: Decimal
    principal: Decimal


@dataclass(frozen=True, slots=True)
class RepaymentPlan:
    """A plan from one day on: due dates, and the level amount that its kind repeats each month.

    `anchor` and `shift` give the due dates: that of instalment k (from 0) is `shift + k` months after the anchor. The
    first interest period is `first_months` whole months, or the days to the first due date where that is 0.
    """

    start: date
    principal: Decimal
    rate: Decimal
    count: int
    repayment: Repayment
    basis: int
    anchor: date
    shift: int
    first_months: int
    first_no: int
    level: Decimal

    @property
    def last_no(self) -> int:
        """The number of the last instalment; a bullet loan has one."""
        return self.first_no + self.count - 1

    def due(self, no: int) -> date:
        """Instalments fall due monthly on the same day, clamped to the month's end."""
        return add_months(self.anchor, self.shift + no - self.first_no)

    def instalment(self, no: int, balance: Decimal) -> Instalment:
        """Ask what instalment `no` is when `balance` is still out; the last takes all that is left."""
        month = interest_by_months(balance, self.rate, 1)
        interest = self._first_interest(balance) if no == self.first_no else month
        if no >= self.last_no:
            return Instalment(interest, balance)
        match self.repayment:
            case Repayment.EQUAL_INSTALMENT:
                principal = self.level - month
            case Repayment.EQUAL_PRINCIPAL:
                principal = self.level
            case Repayment.INTEREST_MONTHLY | Repayment.BULLET:
                principal = ZERO
        return Instalment(interest, min(max(principal, ZERO), balance))

    def rows(self) -> Iterator[ScheduleRow]:
        """Every instalment of the plan; principal adds up to that of the plan."""
        balance = self.principal
        for no in range(self.first_no, self.last_no + 1):
            part = self.instalment(no, balance)
            balance -= part.principal
            yield ScheduleRow(no, self.due(no), part.interest + part.principal, part.interest, part.principal, balance)

    def _first_interest(self, balance: Decimal) -> Decimal:
        if self.first_months:
            return interest_by_months(balance, self.rate, self.first_months)
        return to_cent(interest_by_days(balance, self.rate, (self.due(self.first_no) - self.start).days, self.basis))


def plan_from(
    start: date,
    first_due: date,
    count: int,
    principal: Decimal,
    rate: Decimal,
    repayment: Repayment,
    basis: int,
    first_no: int = 1,
) -> RepaymentPlan:
    """Lay out a plan that begins on a day and whose first instalment is due on another."""
    months = (first_due.year - start.year) * 12 + first_due.month - start.month
    whole = months if months > 0 and add_months(start, months) == first_due else 0
    match repayment:
        case Repayment.EQUAL_INSTALMENT:
            level = annuity(principal, rate, count)
        case Repayment.EQUAL_PRINCIPAL:
            level = to_cent(principal / count)
        case Repayment.INTEREST_MONTHLY | Repayment.BULLET:
            level = ZERO
    return RepaymentPlan(
        start=start,
        principal=principal,
        rate=rate,
        count=count,
        repayment=repayment,
        basis=basis,
        anchor=start if whole else first_due,
        shift=whole,
        first_months=whole,
        first_no=first_no,
        level=level,
    )


def plan_for(terms: LoanTerms) -> RepaymentPlan:
    """The contract's own plan: monthly from the disbursement, a bullet loan once at the end of its term."""
    at_once = terms.repayment is Repayment.BULLET
    return plan_from(
        terms.disbursed_on,
        add_months(terms.disbursed_on, terms.term_months if at_once else 1),
        1 if at_once else terms.term_months,
        terms.advanced,
        terms.annual_rate,
        terms.repayment,
        terms.day_count,
    )


@lru_cache(maxsize=4)
def schedule_for(terms: LoanTerms) -> tuple[ScheduleRow, ...]:
    """List every instalment of the contract as signed; principal adds up to the money advanced.

    One loan is asked several times in a row (today, a month ago, the next due day): the last few are remembered.
    """
    return tuple(plan_for(terms).rows())


def interest_by_months(balance: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    """Interest of whole months, to the cent: a month is a twelfth of a year."""
    with localcontext(EXACT):
        return to_cent(balance * annual_rate * months / 12)


def annuity(principal: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    """P·i·(1+i)^n / ((1+i)^n − 1) with i = annual rate / 12, to the cent; P / n when i is 0."""
    if annual_rate == 0:
        return to_cent(principal / months)
    with localcontext(EXACT):
        monthly = annual_rate / 12
        growth = (1 + monthly) ** months
        return to_cent(principal * monthly * growth / (growth - 1))
