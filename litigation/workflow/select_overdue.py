"""Select: which loans of an institution are overdue on a day, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from litigation.core.duplicates import open_suit
from litigation.core.history import LoanHistory
from litigation.core.rules import Rules
from litigation.workflow.assess import overdue_days

OVER = ("loan.closed",)


def select_overdue(
    loans: Iterable[str], read: Callable[[str], LoanHistory], as_of: date, rules: Rules, min_days: int
) -> list[str]:
    """Loans whose oldest unpaid instalment fell due at least `min_days` ago, or that were charged off; not closed, and
    without an open suit."""
    chosen = []
    for loan in loans:
        history = read(loan)
        if history.first(*OVER) is not None or open_suit(history, as_of, rules) is not None:
            continue
        charged_off = history.first("loan.charged_off") is not None
        if charged_off or overdue_days(history, as_of, rules) >= min_days:
            chosen.append(loan)
    return chosen
