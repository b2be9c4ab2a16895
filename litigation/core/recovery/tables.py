"""Tables of a book: roll and cure rates between buckets of lateness, and what came back after a charge-off.

Spec: docs/spec/recovery.md. Plain sums; a share of nothing is None, never zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from litigation.core.history import LoanHistory
from litigation.core.money import ZERO, total_of

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ChargedOff:
    """A loan that was written off: what was open, what came back since, what getting it cost."""

    principal: Decimal
    recovered: Decimal
    fee: Decimal
    group: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryTable:
    """Sums of loans that were written off."""

    loans: int
    some: int
    principal: Decimal
    recovered: Decimal
    fee: Decimal

    @property
    def gross(self) -> Decimal | None:
        """Recovered over principal."""
        return share(self.recovered, self.principal)

    @property
    def net(self) -> Decimal | None:
        """Recovered less fees, over principal."""
        return share(self.recovered - self.fee, self.principal)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part of a whole to four places; None of nothing."""
    return (part / whole).quantize(Decimal("0.0001")) if whole else None


def recovery_of(loans: Iterable[ChargedOff]) -> RecoveryTable:
    """Add up."""
    all_of = list(loans)
    return RecoveryTable(
        len(all_of),
        sum(1 for one in all_of if one.recovered > 0),
        total_of(one.principal for one in all_of),
        total_of(one.recovered for one in all_of),
        total_of(one.fee for one in all_of),
    )


def charged_off(history: LoanHistory) -> ChargedOff | None:
    """A loan's write-off and what came after it; None where it was not written off. Grouped by year."""
    event = history.last("loan.charged_off")
    if event is None:
        return None
    came = history.all("recovery.received")
    month = event.payload.get("month") or event.occurred_at.date().isoformat()
    return ChargedOff(
        Decimal(event.payload["principal"]),
        total_of(Decimal(one.payload["amount"]) for one in came),
        total_of(Decimal(one.payload.get("fee", ZERO)) for one in came),
        str(month)[:4],
    )


def rates(moves: Mapping[tuple[State, State], int]) -> dict[tuple[State, State], Decimal]:
    """Of those that began in a bucket, the share that ended in each."""
    begun: dict[State, int] = {}
    for (before, _), count in moves.items():
        begun[before] = begun.get(before, 0) + count
    return {
        (before, after): (Decimal(count) / begun[before]).quantize(Decimal("0.0001"))
        for (before, after), count in moves.items()
        if begun[before]
    }
