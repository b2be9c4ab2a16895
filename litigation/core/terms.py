"""Loan terms: what the contract says, checked once where the value is made.

Spec: docs/spec/debt.md section 2. Names of fields in errors are those of the JSON input, because
the person who must mend them sees that file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from litigation.core.money import CENT
from litigation.errors import DebtInputError

MAX_AMOUNT = Decimal("999999999999.99")
MAX_TERM_MONTHS = 600
LAST_YEAR = 2900  # leaves room for 600 months and for limitation before the calendar ends


class Repayment(StrEnum):
    """How the loan is paid back."""

    EQUAL_INSTALMENT = "equal_instalment"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金
    BULLET = "bullet"  # 到期一次性还本付息
    INTEREST_MONTHLY = "interest_monthly"  # 按月计息, 到期一次性还本


class CapMethod(StrEnum):
    """How the rate cap is applied; both are always shown."""

    GLOBAL = "global"
    PER_LINE = "per_line"
    NONE = "none"


class Kind(StrEnum):
    """What a part of a debt is; a payment goes to one kind after another."""

    COSTS = "costs"
    PENALTY = "penalty"  # 罚息
    COMPOUND = "compound"  # 复利
    INTEREST = "interest"  # 期内利息
    PRINCIPAL = "principal"  # 本金


class Order(StrEnum):
    """Whether a payment finishes one instalment, or one kind over all instalments, first."""

    BY_INSTALMENT = "by_instalment"
    BY_KIND = "by_kind"


# Civil Code 561: costs of realising the claim, then interest, then principal.
LEGAL_ORDER = (Kind.COSTS, Kind.PENALTY, Kind.COMPOUND, Kind.INTEREST, Kind.PRINCIPAL)


@dataclass(frozen=True, slots=True)
class Allocation:
    """The order in which payments are applied, by contract or by Civil Code 561."""

    kinds: tuple[Kind, ...] = LEGAL_ORDER
    order: Order = Order.BY_KIND

    def __post_init__(self) -> None:
        if sorted(self.kinds) != sorted(LEGAL_ORDER):
            raise DebtInputError("allocation.kinds", "must name each of " + ", ".join(LEGAL_ORDER) + " once")


@dataclass(frozen=True, slots=True)
class Cap:
    """The annual rate above which charges are cut, and the method of cutting."""

    annual: Decimal
    method: CapMethod

    def __post_init__(self) -> None:
        _check_rate(self.annual, "cap.annual")


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

    def __post_init__(self) -> None:
        if self.currency != "CNY":
            raise DebtInputError("currency", "only CNY can be claimed: court fees are set in yuan")
        check_amount(self.principal, "principal")
        _check_day(self.disbursed_on, "disbursed_on")
        _check_rate(self.annual_rate, "annual_rate")
        _check_rate(self.penalty_rate, "penalty_rate")
        if isinstance(self.term_months, bool) or not 1 <= self.term_months <= MAX_TERM_MONTHS:
            raise DebtInputError("term_months", f"must be a whole number from 1 to {MAX_TERM_MONTHS}")
        if self.day_count not in (360, 365):
            raise DebtInputError("day_count", "must be 360 or 365")
        if self.accelerated_on is not None:
            check_not_before(self.accelerated_on, self.disbursed_on, "acceleration.effective_on")
        for number, cost in enumerate(self.costs):
            check_amount(cost.amount, f"costs[{number}].amount")
            check_not_before(cost.on, self.disbursed_on, f"costs[{number}].on")
        self._check_deduction()

    def _check_deduction(self) -> None:
        deducted = self.deducted_upfront
        if not deducted.is_finite() or deducted < 0 or deducted >= self.principal:
            raise DebtInputError("deducted_upfront", "must be from 0.00 to less than the principal")
        _check_cents(deducted, "deducted_upfront")

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


def check_amount(amount: Decimal, name: str) -> None:
    """Refuse nothing, less than nothing, too much, and fractions of a cent."""
    if not amount.is_finite() or not 0 < amount <= MAX_AMOUNT:
        raise DebtInputError(name, f"must be more than 0.00 and at most {MAX_AMOUNT}")
    _check_cents(amount, name)


def _check_cents(amount: Decimal, name: str) -> None:
    if amount != amount.quantize(CENT):
        raise DebtInputError(name, "must have at most two decimals")


def _check_rate(rate: Decimal, name: str) -> None:
    if not rate.is_finite() or not 0 <= rate <= 1:
        raise DebtInputError(name, "must be an annual fraction from 0 to 1, for example 0.234 for 23.4 %")


def _check_day(day: date, name: str) -> None:
    if not 1950 <= day.year <= LAST_YEAR:
        raise DebtInputError(name, f"must lie between 1950 and {LAST_YEAR}")


def check_not_before(day: date, first: date, name: str, first_name: str = "disbursed_on") -> None:
    """Refuse a day before another one."""
    _check_day(day, name)
    if day < first:
        raise DebtInputError(name, f"must not be before {first_name}")
