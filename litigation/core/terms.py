"""Loan terms: what the contract says, checked once where the value is made.

Spec: docs/spec/debt.md section 2. Names of fields in errors are those of the JSON input, because
the person who must mend them sees that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from litigation.core.kinds import LEGAL_ORDER, Allocation, Arrears, CapMethod, Kind, Order, Repayment
from litigation.core.restructuring import Restructuring, check_restructurings
from litigation.core.term_checks import (
    MAX_AMOUNT,
    check_amount,
    check_cents,
    check_count,
    check_day,
    check_not_before,
    check_rate,
)
from litigation.errors import DebtInputError

__all__ = [
    "LEGAL_ORDER", "MAX_AMOUNT", "Allocation", "Arrears", "Cap", "CapMethod", "Cost", "Kind", "LoanTerms", "Order",
    "Payment", "Repayment", "Restructuring", "check_amount", "check_cutoff", "check_not_before", "check_payments",
    "payments_by_day",
]  # fmt: skip
MAX_TERM_MONTHS = 600


@dataclass(frozen=True, slots=True)
class Cap:
    """The annual rate above which charges are cut, and the method of cutting."""

    annual: Decimal
    method: CapMethod

    def __post_init__(self) -> None:
        check_rate(self.annual, "cap.annual")


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received from the borrower; `prepay` says what its rest does, None: what the loan's flag says."""

    on: date
    amount: Decimal
    prepay: bool | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of realising the claim that the borrower owes."""

    on: date
    amount: Decimal
    kind: str


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """One loan contract as far as money depends on it."""

    principal: Decimal
    disbursed_on: date
    annual_rate: Decimal
    term_months: int
    repayment: Repayment
    penalty_rate: Decimal
    compound: bool
    day_count: int
    cap: Cap
    prepay: bool = False
    accelerated_on: date | None = None
    allocation: Allocation = field(default_factory=Allocation)
    costs: tuple[Cost, ...] = ()
    deducted_upfront: Decimal = Decimal("0.00")
    currency: str = "CNY"
    restructurings: tuple[Restructuring, ...] = ()

    def __post_init__(self) -> None:
        if self.currency != "CNY":
            raise DebtInputError("currency", "only CNY can be claimed: court fees are set in yuan")
        check_amount(self.principal, "principal")
        check_day(self.disbursed_on, "disbursed_on")
        check_rate(self.annual_rate, "annual_rate")
        check_rate(self.penalty_rate, "penalty_rate")
        check_count(self.term_months, "term_months", MAX_TERM_MONTHS)
        if self.day_count not in (360, 365):
            raise DebtInputError("day_count", "must be 360 or 365")
        if self.accelerated_on is not None:
            check_not_before(self.accelerated_on, self.disbursed_on, "acceleration.effective_on")
        for number, cost in enumerate(self.costs):
            check_amount(cost.amount, f"costs[{number}].amount")
            check_not_before(cost.on, self.disbursed_on, f"costs[{number}].on")
        check_restructurings(self.restructurings, self.disbursed_on, self.accelerated_on, self.repayment)
        self._check_deduction()

    def _check_deduction(self) -> None:
        deducted = self.deducted_upfront
        if not deducted.is_finite() or deducted < 0 or deducted >= self.principal:
            raise DebtInputError("deducted_upfront", "must be from 0.00 to less than the principal")
        check_cents(deducted, "deducted_upfront")

    @property
    def advanced(self) -> Decimal:
        """The money really advanced: interest kept back is no principal (Civil Code 670)."""
        return self.principal - self.deducted_upfront


def check_payments(terms: LoanTerms, payments: Iterable[Payment]) -> tuple[Payment, ...]:
    """Return payments in one order, whatever order they came in; refuse impossible ones."""
    listed = tuple(payments)
    for number, payment in enumerate(listed):
        check_amount(payment.amount, f"payments[{number}].amount")
        check_not_before(payment.on, terms.disbursed_on, f"payments[{number}].on")
    return tuple(sorted(listed, key=lambda one: (one.on, one.amount, str(one.prepay))))


def check_cutoff(terms: LoanTerms, cutoff: date) -> None:
    """A debt cannot be struck before the money was lent."""
    check_not_before(cutoff, terms.disbursed_on, "cutoff")


def payments_by_day(payments: Iterable[Payment]) -> Mapping[date, Decimal]:
    """Add what was paid on the same day: within a day there is no order, and unmarked money goes first."""
    sums: dict[date, Decimal] = {}
    for payment in payments:
        sums[payment.on] = sums.get(payment.on, Decimal("0.00")) + payment.amount
    return sums
