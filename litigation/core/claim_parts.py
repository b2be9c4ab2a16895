"""Parts of a claim: its lines, both caps, the sums before a cap, and what was paid.

Spec: docs/spec/debt.md section 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.arrears import Treated
from litigation.core.cap import NO_CAP, CapResult
from litigation.core.interest import Segment
from litigation.core.kinds import Arrears, CapMethod, Kind
from litigation.core.money import total_of


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One item of the claim after the cap: what fell due and what grew on it."""

    item: str
    due: date
    principal: Decimal
    interest: Decimal
    days: int
    penalty: Decimal
    compound: Decimal
    rule: str
    penalty_segments: tuple[Segment, ...] = ()
    compound_segments: tuple[Segment, ...] = ()
    treated: tuple[Treated, ...] = ()

    def released(self, kind: Kind) -> Decimal:
        """What agreements took out of the line without payment: made principal, or waived."""
        return total_of(one.amount for one in self.treated if one.kind is kind and one.how is not Arrears.CARRIED)


@dataclass(frozen=True, slots=True)
class ClaimCaps:
    """Both methods of the cap, whichever is applied."""

    annual: Decimal
    globally: CapResult
    per_line: CapResult

    def chosen(self, method: CapMethod) -> CapResult:
        """The result of the method that is applied."""
        match method:
            case CapMethod.GLOBAL:
                return self.globally
            case CapMethod.PER_LINE:
                return self.per_line
            case CapMethod.NONE:
                return NO_CAP

    @property
    def stricter(self) -> CapMethod:
        """The method that claims less: the safe claim."""
        return CapMethod.GLOBAL if self.globally.cut > self.per_line.cut else CapMethod.PER_LINE


@dataclass(frozen=True, slots=True)
class Uncapped:
    """The sums before any cap."""

    interest: Decimal
    penalty: Decimal
    compound: Decimal
    costs: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """What the borrower has paid up to the cut-off, by kind; surplus was paid and waits."""

    principal: Decimal
    interest: Decimal
    penalty: Decimal
    compound: Decimal
    costs: Decimal
    surplus: Decimal
    after_cutoff: Decimal
