"""Annualised cost: the rate that makes what was repaid worth what was advanced.

Spec: docs/spec/debt.md section 10. Near a rate line the convention decides, so the simple (monthly
× 12) and the effective (compounded) rate always stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

_CONTEXT = Context(prec=34)
_SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class AnnualCost:
    """Annual fractions with four decimals: 0.1200 is 12 %."""

    simple: Decimal
    effective: Decimal

    def exceeds(self, line: Decimal) -> tuple[bool, bool]:
        """Say for each convention whether the cost is above a line such as 0.24."""
        return self.simple > line, self.effective > line


@dataclass(frozen=True, slots=True)
class CostReport:
    """The annualised cost of a loan beside a line: by the schedule in force, and as the contract was agreed.

    The two differ where interest was kept back on disbursement: what was agreed was paid on more than was advanced.
    """

    cost: AnnualCost
    agreed: AnnualCost
    line: Decimal
    line_source: str
    line_mark: str


def annual_cost(advanced: Decimal, monthly: Sequence[Decimal]) -> AnnualCost:
    """Find the monthly rate by halving (its value falls as the rate grows), and annualise it."""
    with localcontext(_CONTEXT):
        low, high = Decimal(0), Decimal(1)
        if sum(monthly, Decimal(0)) <= advanced:
            return AnnualCost(_SHOWN * 0, _SHOWN * 0)
        while _worth(monthly, high) > advanced:
            high *= 2
        for _ in range(64):
            middle = (low + high) / 2
            low, high = (middle, high) if _worth(monthly, middle) > advanced else (low, middle)
        effective = (1 + high) ** 12 - 1
        return AnnualCost(_shown(high * 12), _shown(effective))


def _worth(monthly: Sequence[Decimal], rate: Decimal) -> Decimal:
    """Worth of monthly payments on the day of disbursement (Horner, from the last payment back)."""
    worth = Decimal(0)
    for payment in reversed(monthly):
        worth = (worth + payment) / (1 + rate)
    return worth


def _shown(rate: Decimal) -> Decimal:
    return rate.quantize(_SHOWN, rounding=ROUND_HALF_UP)
