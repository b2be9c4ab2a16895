"""Arrears of a restructured loan: what is open on the day of the agreement becomes principal, stays, or is waived.

Spec: docs/spec/debt.md section 7a. What is carried stays owed as a fixed sum; nothing grows on it any more. What the
agreement does not say is refused with the sum that is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.due_line import DueLine
from litigation.core.kinds import Arrears, Kind
from litigation.core.money import total_of
from litigation.core.restructuring import Restructuring
from litigation.core.schedule import RepaymentPlan
from litigation.errors import DebtInputError

LATE_KINDS = (Kind.INTEREST, Kind.PENALTY, Kind.COMPOUND)


@dataclass(frozen=True, slots=True)
class Treated:
    """A sum that was open on the day, and what became of it."""

    item: str
    kind: Kind
    how: Arrears
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Restructured:
    """What an agreement did: the principal of the new plan, and what became of each open sum."""

    agreement: Restructuring
    plan: RepaymentPlan
    treated: tuple[Treated, ...]

    @property
    def principal(self) -> Decimal:
        """The principal of the new plan."""
        return self.plan.principal

    def sum_of(self, how: Arrears, kind: Kind) -> Decimal:
        """What was capitalised, carried or waived of one kind."""
        return total_of(one.amount for one in self.treated if one.how is how and one.kind is kind)


def treat_arrears(lines: Iterable[DueLine], agreement: Restructuring, day: date) -> list[Treated]:
    """Take every open late sum out of its line as agreed; what is carried stays, and bears nothing more."""
    treated: list[Treated] = []
    for line in lines:
        for kind in LATE_KINDS:
            amount = line.owed(kind, day)
            if not amount:
                continue
            how = agreement.treatment(kind)
            if how is None:
                raise _unclear(agreement, kind, amount)
            treated.append(Treated(line.item, kind, how, amount))
            if how is not Arrears.CARRIED:
                line.release(kind, day, amount, waived=how is Arrears.WAIVED)
        line.compound.stop(day)
        line.penalty.stop(day)
    return treated


def treat_broken(agreement: Restructuring, item: str, amount: Decimal) -> list[Treated]:
    """The interest since the last due date is treated like interest that is due."""
    if not amount:
        return []
    if agreement.interest is None:
        raise _unclear(agreement, Kind.INTEREST, amount)
    return [Treated(item, Kind.INTEREST, agreement.interest, amount)]


def check_agreed_principal(agreement: Restructuring, principal: Decimal) -> None:
    """A principal that the agreement states must be the one that the ledger computes."""
    if not principal:
        raise DebtInputError(
            f"{agreement.place}.on", "nothing was lent any more on that day: there is nothing to agree on"
        )
    if agreement.principal is not None and agreement.principal != principal:
        raise DebtInputError(
            f"{agreement.place}.principal",
            f"is {agreement.principal}, but {principal} was open on that day: payments or arrears are missing",
        )


def _unclear(agreement: Restructuring, kind: Kind, amount: Decimal) -> DebtInputError:
    return DebtInputError(
        f"{agreement.place}.arrears.{kind}",
        f"{amount} of it was open on {agreement.on.isoformat()}: say whether it was capitalised, carried or waived",
    )
