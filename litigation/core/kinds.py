"""Words of a debt: kinds of repayment, of debt, of cap, and the order in which payments are applied.

Spec: docs/spec/debt.md section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from litigation.errors import DebtInputError


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


class Arrears(StrEnum):
    """What a restructuring does with interest that is open on its day."""

    CAPITALISED = "capitalised"  # 转入本金
    CARRIED = "carried"  # 挂账: owed as before, bears nothing more
    WAIVED = "waived"  # 减免


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
