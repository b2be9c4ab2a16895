"""Derived debt: what a loan owes by its stated terms and totals, where the source gives no days of payment.

Spec: docs/spec/debt.md section 15. It is no claim: it stands in drafts only, every assumption is named beside it, and
what the source does not say (penalty, costs, day of issue) is not made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.allocation import Slot, waterfall
from litigation.core.calendar_days import add_months
from litigation.core.history import LoanHistory, day_of
from litigation.core.kinds import Allocation, Kind, Repayment
from litigation.core.money import to_cent, total_of
from litigation.core.schedule import ScheduleRow, plan_from

ISSUED, PAID, RECOVERED, CONTRACT = "loan.issued", "payment.summarised", "recovery.received", "contract.signed"
MONTHLY_BASIS = 360  # not used: every period is a whole month
LEGAL = Allocation()


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that the source does not say, or that was derived instead of read."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DerivedLine:
    """One instalment of the derived plan that fell due, and what of it the totals leave open."""

    no: int
    due: date
    principal: Decimal
    interest: Decimal
    principal_open: Decimal
    interest_open: Decimal


@dataclass(frozen=True, slots=True)
class DerivedTerms:
    """The stated terms that the plan is laid out from."""

    principal: Decimal
    issued_on: date
    annual_rate: Decimal
    term_months: int
    currency: str


@dataclass(frozen=True, slots=True)
class StatedSums:
    """The stated totals that are applied to the plan."""

    principal: Decimal
    interest: Decimal
    recovered: Decimal


@dataclass(frozen=True, slots=True)
class DerivedDebt:
    """What is open at the cut-off by terms and totals. Amounts are in `terms.currency`; nothing was converted."""

    terms: DerivedTerms
    received: StatedSums
    cutoff: date
    lines: tuple[DerivedLine, ...]
    undue_principal: Decimal
    beyond_plan: Decimal
    notes: tuple[Note, ...]

    @property
    def principal(self) -> Decimal:
        """Principal that fell due and is open."""
        return total_of(line.principal_open for line in self.lines)

    @property
    def interest(self) -> Decimal:
        """In-term interest that fell due and is open."""
        return total_of(line.interest_open for line in self.lines)

    @property
    def total(self) -> Decimal:
        """Both."""
        return self.principal + self.interest


def derived_debt(history: LoanHistory, cutoff: date) -> DerivedDebt | None:
    """Derive it, where the source states terms and totals and no contract is in the log; else None."""
    issued, paid = history.last(ISSUED), history.last(PAID)
    if issued is None or paid is None or history.first(CONTRACT) is not None:
        return None
    told, sums, recovered = issued.payload, paid.payload, history.all(RECOVERED)
    currency = str(told["currency"])
    one_currency = {currency} == {str(event.payload["currency"]) for event in (paid, *recovered)}
    complete = {"annual_rate", "term_months"} <= told.keys() and {"principal", "interest"} <= sums.keys()
    month = day_of(told["month"])
    if not one_currency or not complete or month is None or month > cutoff:
        return None
    terms = DerivedTerms(
        to_cent(Decimal(told["amount"])), month, Decimal(told["annual_rate"]), int(told["term_months"]), currency
    )
    received = StatedSums(
        to_cent(Decimal(sums["principal"])),
        to_cent(Decimal(sums["interest"])),
        to_cent(total_of(Decimal(event.payload["amount"]) for event in recovered)),
    )
    return _apply(terms, received, cutoff, Decimal(told["instalment"]) if "instalment" in told else None)


def _apply(terms: DerivedTerms, received: StatedSums, cutoff: date, instalment: Decimal | None) -> DerivedDebt:
    """Totals of principal and of interest pay their own kind, oldest first; recoveries follow Civil Code 561."""
    plan = plan_from(
        terms.issued_on, add_months(terms.issued_on, 1), terms.term_months, terms.principal, terms.annual_rate,
        Repayment.EQUAL_INSTALMENT, MONTHLY_BASIS,
    )  # fmt: skip
    rows = [row for row in plan.rows() if row.due <= cutoff]
    owed = {
        (str(row.no), kind): amount
        for row in rows
        for kind, amount in ((Kind.INTEREST, row.interest), (Kind.PRINCIPAL, row.principal))
    }
    undue = terms.principal - total_of(row.principal for row in rows)
    left_principal = _pay(owed, received.principal, cutoff, (Kind.PRINCIPAL,))
    left_interest = _pay(owed, received.interest, cutoff, (Kind.INTEREST,))
    left = _pay(owed, received.recovered, cutoff, (Kind.INTEREST, Kind.PRINCIPAL))
    early = min(undue, left_principal + left)
    lines = tuple(
        DerivedLine(
            row.no, row.due, row.principal, row.interest,
            owed[str(row.no), Kind.PRINCIPAL], owed[str(row.no), Kind.INTEREST],
        )
        for row in rows
    )  # fmt: skip
    return DerivedDebt(
        terms, received, cutoff, lines, undue - early, left_principal + left_interest + left - early,
        _notes(terms, plan.level, instalment, rows),
    )  # fmt: skip


def _pay(owed: dict[tuple[str, Kind], Decimal], money: Decimal, on: date, kinds: tuple[Kind, ...]) -> Decimal:
    """Apply a total to lines of these kinds in the law's order; return what is left of it."""
    slots = [Slot(item, int(item), kind, amount) for (item, kind), amount in owed.items() if kind in kinds]
    applied, left = waterfall(slots, money, on, LEGAL)
    for part in applied:
        owed[part.item, part.kind] -= part.amount
    return left


def _notes(
    terms: DerivedTerms, level: Decimal, instalment: Decimal | None, rows: list[ScheduleRow]
) -> tuple[Note, ...]:
    """What was derived, what is missing, and what does not apply."""
    notes = [
        Note(
            "issued-month",
            f"发放日期：来源仅载明月份，推算按 {terms.issued_on.isoformat()} 起每月到期",
            f"day of issue: the source states the month only; due dates are derived from {terms.issued_on.isoformat()}",
        ),
        Note(
            "repayment-assumed",
            "还款方式：来源未载明，按等额本息推算",
            "kind of repayment: not stated; equal instalments are derived",
        ),
        Note(
            "payment-days",
            "付款日期：来源仅有合计，已收本金、利息各自按期次先后冲抵，核销后回收按民法典第五百六十一条冲抵",
            "days of payment: totals only; principal and interest received pay their own kind, oldest first, "
            "recoveries by Civil Code 561",
        ),
        Note(
            "late-charges",
            "罚息、复利、费用：来源未载明利率与约定，未计算",
            "penalty, compound, costs: neither rate nor clause is stated; none is computed",
        ),
    ]
    if terms.currency != "CNY":
        notes.append(
            Note(
                "currency",
                f"币种：{terms.currency}，并非人民币；未作折算，人民币诉讼费与利率上限规则不适用",
                f"currency: {terms.currency}, not CNY; nothing was converted, court fees and caps in yuan do not apply",
            )
        )
    if instalment is not None and rows and instalment != level:
        notes.append(
            Note(
                "instalment",
                f"每期金额：来源载明 {instalment}，按本金、利率、期数推算为 {level}",
                f"instalment: the source states {instalment}, amount, rate and term give {level}",
            )
        )
    return tuple(notes)
