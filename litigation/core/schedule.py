"""Repayment schedule: when what falls due, for the four ways of paying back.

Spec: docs/spec/debt.md section 5. One function gives the instalment of a number and a balance; the
schedule walks it over the loan, the ledger walks it over the balance that prepayments left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext

from litigation.core.calendar_days import add_months
from litigation.core.money import ZERO, to_cent
from litigation.core.terms import LoanTerms, Repayment

_EXACT = Context(prec=60)


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
    """The loan's plan: due dates, and the level amount that its kind repeats each month."""

    terms: LoanTerms
    level: Decimal

    @property
    def last_no(self) -> int:
        """How many instalments there are; a bullet loan has one."""
        return 1 if self.terms.repayment is Repayment.BULLET else self.terms.term_months

    def due(self, no: int) -> date:
        """Instalments fall due monthly on the day of disbursement, clamped to the month's end."""
        months = self.terms.term_months if self.terms.repayment is Repayment.BULLET else no
        return add_months(self.terms.disbursed_on, months)

    def instalment(self, no: int, balance: Decimal) -> Instalment:
        """Ask what instalment `no` is when `balance` is still out; the last takes all that is left."""
        months = self.terms.term_months if self.terms.repayment is Repayment.BULLET else 1
        interest = to_cent(balance * self.terms.annual_rate * months / 12)
        if no >= self.last_no:
            return Instalment(interest, balance)
        match self.terms.repayment:
            case Repayment.EQUAL_INSTALMENT:
                principal = self.level - interest
            case Repayment.EQUAL_PRINCIPAL:
                principal = self.level
            case Repayment.INTEREST_MONTHLY | Repayment.BULLET:
                principal = ZERO
        return Instalment(interest, min(max(principal, ZERO), balance))


def plan_for(terms: LoanTerms) -> RepaymentPlan:
    """Work out the amount that repeats: the annuity, or the equal share of principal."""
    match terms.repayment:
        case Repayment.EQUAL_INSTALMENT:
            level = _annuity(terms.advanced, terms.annual_rate, terms.term_months)
        case Repayment.EQUAL_PRINCIPAL:
            level = to_cent(terms.advanced / terms.term_months)
        case Repayment.INTEREST_MONTHLY | Repayment.BULLET:
            level = ZERO
    return RepaymentPlan(terms, level)


def schedule_for(terms: LoanTerms) -> tuple[ScheduleRow, ...]:
    """List every instalment of the contract; principal adds up to the money advanced."""
    plan = plan_for(terms)
    balance = terms.advanced
    rows: list[ScheduleRow] = []
    for no in range(1, plan.last_no + 1):
        part = plan.instalment(no, balance)
        balance -= part.principal
        payment = part.interest + part.principal
        rows.append(ScheduleRow(no, plan.due(no), payment, part.interest, part.principal, balance))
    return tuple(rows)


def _annuity(principal: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    """P·i·(1+i)^n / ((1+i)^n − 1) with i = annual rate / 12, to the cent; P / n when i is 0."""
    if annual_rate == 0:
        return to_cent(principal / months)
    with localcontext(_EXACT):
        monthly = annual_rate / 12
        growth = (1 + monthly) ** months
        return to_cent(principal * monthly * growth / (growth - 1))
