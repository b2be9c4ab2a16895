"""Allocation: which part of the debt a payment extinguishes first.

Spec: docs/spec/debt.md section 7; Civil Code 561 unless the contract says otherwise. A slot is one
kind of one item; slots are put in order once per payment day and filled one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.terms import Allocation, Kind, Order


@dataclass(frozen=True, slots=True)
class Slot:
    """One kind of one item that is owed now; `age` puts the oldest instalment first."""

    item: str
    age: int
    kind: Kind
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Applied:
    """Money of one day that extinguished one part of the debt."""

    on: date
    item: str
    kind: Kind
    amount: Decimal


def in_order(slots: Iterable[Slot], allocation: Allocation) -> list[Slot]:
    """Put slots in the order in which a payment reaches them."""
    rank = {kind: place for place, kind in enumerate(allocation.kinds)}
    if allocation.order is Order.BY_KIND:
        return sorted(slots, key=lambda slot: (rank[slot.kind], slot.age))
    # Costs belong to no instalment: they come before all of them where the order names costs
    # before principal, and after all of them otherwise.
    costs_first = rank[Kind.COSTS] < rank[Kind.PRINCIPAL]

    def place(slot: Slot) -> tuple[int, int, int]:
        if slot.kind is Kind.COSTS:
            return (0 if costs_first else 2, slot.age, 0)
        return (1, slot.age, rank[slot.kind])

    return sorted(slots, key=place)


def waterfall(
    slots: Sequence[Slot], amount: Decimal, on: date, allocation: Allocation
) -> tuple[list[Applied], Decimal]:
    """Fill slots in order; return what was applied and what is left over."""
    applied: list[Applied] = []
    left = amount
    for slot in in_order(slots, allocation):
        part = min(left, slot.owed)
        if part > 0:
            applied.append(Applied(on, slot.item, slot.kind, part))
            left -= part
    return applied, left
