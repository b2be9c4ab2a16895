"""Judgment debt: what is owed after a judgment, with the doubled part for delayed performance.

Spec: docs/spec/debt.md section 13; CPL 264, 法释〔2014〕8号. The doubled part grows on what the judgment ordered except
general interest, from the day after the period of performance, whose last day moves past days off. The day of a
payment counts as a day of delay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from litigation.core.deadlines import next_working_day
from litigation.core.interest import double_interest
from litigation.core.money import ZERO, to_cent, total_of
from litigation.core.rules import RuleEntry, Rules
from litigation.core.term_checks import check_amount, check_not_before
from litigation.core.terms import Payment
from litigation.errors import DebtInputError

DAILY = "double_interest.daily"
NEXT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GeneralInterest:
    """Interest that the judgment orders until payment: on which part of the sum, at which daily rate, from when."""

    base: Decimal
    daily_rate: Decimal
    since: date


@dataclass(frozen=True, slots=True)
class Judgment:
    """What was ordered: `amount` is everything except general interest."""

    amount: Decimal
    effective_on: date
    days_to_perform: int
    interest: GeneralInterest | None

    def __post_init__(self) -> None:
        check_amount(self.amount, "judgment.amount")
        check_not_before(self.effective_on, date(1950, 1, 1), "judgment.effective_on")
        if isinstance(self.days_to_perform, bool) or not 0 <= self.days_to_perform <= 3650:
            raise DebtInputError("judgment.days_to_perform", "must be a whole number from 0 to 3650")
        if self.interest is not None:
            check_amount(self.interest.base, "judgment.interest.base")
            if self.interest.base > self.amount:
                raise DebtInputError("judgment.interest.base", "must not be more than judgment.amount")
            if not 0 <= self.interest.daily_rate <= Decimal("0.01"):
                raise DebtInputError("judgment.interest.daily_rate", "must be a daily fraction from 0 to 0.01")
            check_not_before(self.interest.since, date(1950, 1, 1), "judgment.interest.from")

    @property
    def counted(self) -> date:
        """The last day of the period of performance before days off move it; its first day does not count."""
        return self.effective_on + timedelta(days=self.days_to_perform)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, first and last included, over which one base bore one daily rate."""

    kind: str
    base: Decimal
    daily_rate: Decimal
    first: date
    last: date
    amount: Decimal

    @property
    def days(self) -> int:
        """Both ends count."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class JudgmentDebt:
    """What is owed at the end of the cut-off day.

    `perform_by` is the last day of the period of performance; provisional where that year's holidays are not recorded.
    """

    judgment: Judgment
    cutoff: date
    perform_by: date
    provisional: bool
    amount: Decimal
    interest: Decimal
    doubled: Decimal
    paid_amount: Decimal
    paid_interest: Decimal
    paid_doubled: Decimal
    surplus: Decimal
    after_cutoff: Decimal
    per_diem: Decimal
    stretches: tuple[Stretch, ...]
    rule: RuleEntry
    rules_digest: str

    @property
    def total(self) -> Decimal:
        """Sum, general interest and doubled part that are open."""
        return self.amount + self.interest + self.doubled


def judgment_debt(judgment: Judgment, payments: Iterable[Payment], cutoff: date, *, rules: Rules) -> JudgmentDebt:
    """Walk from payment day to payment day; each pays the judgment first, then the doubled part (article 4)."""
    listed = tuple(payments)
    for number, payment in enumerate(listed):
        check_amount(payment.amount, f"payments[{number}].amount")
        check_not_before(payment.on, judgment.effective_on, f"payments[{number}].on", "judgment.effective_on")
    check_not_before(cutoff, judgment.effective_on, "cutoff", "judgment.effective_on")
    rule = rules.at(DAILY, max(cutoff, rules.first_day(DAILY)))
    assert rule.number is not None
    perform_by, known = _perform_by(judgment, rules)
    walk = _Walk(judgment, rule.number, perform_by)
    for day in sorted({one.on for one in listed if one.on < cutoff} | {perform_by, cutoff}):
        if day > cutoff:
            break
        walk.grow(day)
        walk.pay(total_of(one.amount for one in listed if one.on == day))
    base = min(judgment.interest.base, walk.amount) if judgment.interest else ZERO
    general = base * judgment.interest.daily_rate if judgment.interest else ZERO
    return JudgmentDebt(
        judgment=judgment,
        cutoff=cutoff,
        perform_by=perform_by,
        provisional=not known,
        amount=walk.amount,
        interest=walk.interest,
        doubled=walk.doubled,
        paid_amount=walk.paid[0],
        paid_interest=walk.paid[1],
        paid_doubled=walk.paid[2],
        surplus=walk.surplus,
        after_cutoff=total_of(one.amount for one in listed if one.on > cutoff),
        per_diem=to_cent(general) + double_interest(walk.amount, 1, rule.number),
        stretches=tuple(walk.stretches),
        rule=rule,
        rules_digest=rules.digest,
    )


def _perform_by(judgment: Judgment, rules: Rules) -> tuple[date, bool]:
    """The last day of the period, moved past days off (Civil Code 203, CPL 85); without a period nothing moves."""
    if not judgment.days_to_perform:
        return judgment.effective_on, True
    return next_working_day(judgment.counted, rules)


class _Walk:
    """The state at the end of a day."""

    def __init__(self, judgment: Judgment, daily: Decimal, perform_by: date) -> None:
        self.judgment = judgment
        self.daily = daily
        self.amount, self.interest, self.doubled, self.surplus = judgment.amount, ZERO, ZERO, ZERO
        self.paid = (ZERO, ZERO, ZERO)
        self.stretches: list[Stretch] = []
        self._general_from = judgment.interest.since if judgment.interest else date.max
        self._doubled_from = perform_by + NEXT

    def grow(self, day: date) -> None:
        """Let both interests grow through a day, each stretch rounded once."""
        terms = self.judgment.interest
        if terms is not None and self._general_from <= day:
            base = min(terms.base, self.amount)  # what is not base is paid first
            self.interest += self._stretch("interest", base, terms.daily_rate, self._general_from, day)
            self._general_from = day + NEXT
        if self._doubled_from <= day:
            self.doubled += self._stretch("doubled", self.amount, self.daily, self._doubled_from, day)
            self._doubled_from = day + NEXT

    def _stretch(self, kind: str, base: Decimal, rate: Decimal, first: date, last: date) -> Decimal:
        amount = double_interest(base, (last - first).days + 1, rate)
        if amount:
            self.stretches.append(Stretch(kind, base, rate, first, last, amount))
        return amount

    def pay(self, money: Decimal) -> None:
        """General interest, then the sum, then the doubled part."""
        interest = min(money, self.interest)
        amount = min(money - interest, self.amount)
        doubled = min(money - interest - amount, self.doubled)
        self.interest -= interest
        self.amount -= amount
        self.doubled -= doubled
        self.surplus += money - interest - amount - doubled
        self.paid = (self.paid[0] + amount, self.paid[1] + interest, self.paid[2] + doubled)
