"""What happened to the loan since a party's package was drawn: payments above all, as its disclosure set allows.

Spec: docs/spec/served.md section 4. The sum of the package stays as it was computed; this says what it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.disclosure_set import Selection
from litigation.core.history import LoanHistory
from litigation.core.money import total_of
from litigation.core.reread import changes_since
from litigation.core.rules import Rules

MONEY = frozenset({"payment.received", "recovery.received", "performance.made"})
TOLD = MONEY | {
    "loan.restructured",
    "settlement.agreed",
    "mediation.agreed",
    "loan.closed",
    "claim.assigned",
    "judgment.entered",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the package does not take into account. `amount` is None where none is disclosed."""

    day: date
    type: str
    amount: Decimal | None
    currency: str
    correction: bool

    @property
    def paid(self) -> bool:
        """Whether money came; a correction of a payment is told, but not added."""
        return self.type in MONEY and not self.correction


@dataclass(frozen=True, slots=True)
class Changes:
    """All of them, in the order of the log, and what was paid since."""

    all: tuple[Change, ...]

    @property
    def paid(self) -> Decimal:
        """The payments that are no corrections, added up."""
        return total_of(one.amount for one in self.all if one.amount is not None and one.paid)


def since(
    history: LoanHistory, as_of: date, tree_size: int, selection: Selection, rules: Rules, today: date
) -> Changes:
    """What changed since the package, of the kinds that a party is told."""
    events = {event.event_id: event for event in history.events}
    found = []
    for one in changes_since(history, as_of, tree_size, rules, today):
        event = events[one.event]
        if event.type not in TOLD or event.erased:
            continue
        shown = event.type in MONEY and selection.opens(event, "payload.amount")
        found.append(
            Change(
                day=one.day,
                type=event.type,
                amount=Decimal(event.payload["amount"]) if shown else None,
                currency=str(event.payload.get("currency", "")) if shown else "",
                correction=bool(event.corrects),
            )
        )
    return Changes(tuple(found))
