"""Triage: is the loan overdue, since when, by how much: the plan against the money received.

Spec: docs/spec/debt.md section 8. No penalty and no cap here: this selects loans, the claim computes
them. Money fills the oldest instalment first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.money import ZERO, total_of
from litigation.core.schedule import ScheduleRow
from litigation.core.terms import Payment


@dataclass(frozen=True, slots=True)
class OverdueState:
    """How far behind a loan is on a day."""

    overdue_since: date | None
    days: int
    instalments_overdue: int
    amount_overdue: Decimal

    @property
    def is_overdue(self) -> bool:
        """Say whether anything is open after its due date."""
        return self.overdue_since is not None


def assess_overdue(schedule: Iterable[ScheduleRow], payments: Iterable[Payment], as_of: date) -> OverdueState:
    """Fill instalments that fell due before `as_of` with the money received by then."""
    money = total_of(payment.amount for payment in payments if payment.on <= as_of)
    since: date | None = None
    count, amount = 0, ZERO
    for row in sorted(schedule, key=lambda row: row.due):
        if row.due >= as_of:  # the due day itself is still in time
            break
        missing = row.payment - min(money, row.payment)
        money -= row.payment - missing
        if missing:
            since = since or row.due
            count += 1
            amount += missing
    return OverdueState(since, (as_of - since).days if since else 0, count, amount)
