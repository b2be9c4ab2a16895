"""Due lines: what fell due on one day, what of it is open, and the interest that it grew since.

Spec: docs/spec/debt.md sections 6 and 7. Principal that is open is the base of the penalty; in-term
interest that is open is the base of the compound interest; nothing grows on a penalty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.interest import Accrual
from litigation.core.money import ZERO
from litigation.core.terms import Cost, Kind


@dataclass(slots=True)
class DueLine:
    """What fell due on one day, what of it is still open, and the interest it grew since."""

    item: str
    due: date
    principal_due: Decimal
    interest_due: Decimal
    rule: str
    penalty: Accrual
    compound: Accrual
    principal_moved: Decimal = ZERO
    interest_moved: Decimal = ZERO
    interest_waived: Decimal = ZERO

    @property
    def principal(self) -> Decimal:
        """Principal still open: the base of the penalty."""
        return self.penalty.base

    @property
    def interest(self) -> Decimal:
        """In-term interest still open: the base of the compound interest."""
        return self.compound.base

    def owed(self, kind: Kind, day: date) -> Decimal:
        """What of one kind is open on a day."""
        match kind:
            case Kind.PRINCIPAL:
                return self.principal
            case Kind.INTEREST:
                return self.interest
            case Kind.PENALTY:
                return self.penalty.owed(day)
            case Kind.COMPOUND:
                return self.compound.owed(day)
            case Kind.COSTS:
                return ZERO

    def pay(self, kind: Kind, day: date, amount: Decimal) -> None:
        """Extinguish part of one kind."""
        match kind:
            case Kind.PRINCIPAL:
                self.penalty.lower_base(day, amount)
            case Kind.INTEREST:
                self.compound.lower_base(day, amount)
            case Kind.PENALTY:
                self.penalty.paid += amount
            case Kind.COMPOUND:
                self.compound.paid += amount
            case Kind.COSTS:
                raise AssertionError("costs are no part of an instalment")

    def roll(self, day: date) -> Decimal:
        """Move the open principal into the principal of a restructured loan."""
        amount = self.principal
        self.penalty.lower_base(day, amount)
        self.principal_moved += amount
        return amount

    def release(self, kind: Kind, day: date, amount: Decimal, *, waived: bool) -> None:
        """Take open interest out of the line without payment: it is waived, or becomes principal elsewhere."""
        match kind:
            case Kind.INTEREST:
                self.compound.lower_base(day, amount)
                if waived:
                    self.interest_waived += amount
                else:
                    self.interest_moved += amount
            case Kind.PENALTY | Kind.COMPOUND:
                accrual = self.penalty if kind is Kind.PENALTY else self.compound
                if waived:
                    accrual.waived += amount
                else:
                    accrual.moved += amount
            case Kind.PRINCIPAL | Kind.COSTS:
                raise AssertionError("principal is rolled, costs stay as they are")

    def is_settled(self, day: date) -> bool:
        """Nothing of the line is open."""
        return not any(self.owed(kind, day) for kind in Kind)


@dataclass(slots=True)
class CostLine:
    """A cost of realising the claim and what of it is still open."""

    item: str
    cost: Cost
    left: Decimal
