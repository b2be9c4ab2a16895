"""Restructuring: new terms agreed for a running loan, and what they do with the arrears.

Spec: docs/spec/debt.md section 7a; Civil Code 543, 678. All open principal becomes the principal of a new plan.
Interest, penalty and compound that are open become principal, stay owed as fixed sums, or are waived: as agreed,
never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.kinds import Arrears, Kind, Repayment
from litigation.core.term_checks import check_count, check_not_before, check_rate
from litigation.errors import DebtInputError

MAX_INSTALMENTS = 600


@dataclass(frozen=True, slots=True)
class Restructuring:
    """One agreement. None means unchanged; an arrears kind of None may not be open on the day.

    `place` names the agreement in errors: `restructuring[0]` of a debt file, or the event.
    """

    on: date
    first_due: date
    instalments: int
    annual_rate: Decimal | None = None
    penalty_rate: Decimal | None = None
    repayment: Repayment | None = None
    interest: Arrears | None = None
    penalty: Arrears | None = None
    compound: Arrears | None = None
    principal: Decimal | None = None
    place: str = "restructuring"

    def __post_init__(self) -> None:
        check_count(self.instalments, f"{self.place}.instalments", MAX_INSTALMENTS)
        check_not_before(self.first_due, self.on, f"{self.place}.first_due", f"{self.place}.on")
        if self.first_due == self.on:
            raise DebtInputError(f"{self.place}.first_due", "must be after the day of the agreement")
        for rate, name in ((self.annual_rate, "annual_rate"), (self.penalty_rate, "penalty_rate")):
            if rate is not None:
                check_rate(rate, f"{self.place}.{name}")

    def treatment(self, kind: Kind) -> Arrears | None:
        """What was agreed for one kind."""
        match kind:
            case Kind.INTEREST:
                return self.interest
            case Kind.PENALTY:
                return self.penalty
            case Kind.COMPOUND:
                return self.compound
            case _:
                return None


def check_restructurings(
    agreements: Iterable[Restructuring], disbursed_on: date, accelerated_on: date | None, repayment: Repayment
) -> None:
    """Refuse two agreements of one day, one before the money, and one on the day of an acceleration."""
    seen: set[date] = set()
    for one in sorted(agreements, key=lambda agreement: agreement.on):
        place = f"{one.place}.on"
        check_not_before(one.on, disbursed_on, place)
        if one.on in seen:
            raise DebtInputError(place, "is the day of two agreements: which of them counts is not clear")
        if one.on == accelerated_on:
            raise DebtInputError(place, "is also the day of the acceleration: which of them comes first is not clear")
        seen.add(one.on)
        repayment = one.repayment or repayment
        if repayment is Repayment.BULLET and one.instalments != 1:
            raise DebtInputError(f"{one.place}.instalments", "must be 1: a bullet loan is paid back at once")
