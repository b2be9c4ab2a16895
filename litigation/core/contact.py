"""Contact: whether the debtor can be reached, by what the log says last.

Spec: docs/spec/readiness.md section 4.5; CPL 162, 166, 225. A text that was delivered is no contact: only an answer is.
"""

from __future__ import annotations

from datetime import date

from litigation.core.history import HistoryEvent, LoanHistory, court_date
from litigation.core.rules import Rules

ANSWERS = frozenset(
    {"promise.made", "dispute.raised", "settlement.agreed", "mediation.agreed", "loan.restructured", "performance.made"}
)
RESULTS = "contact.answered_results"


def lost_contact(history: LoanHistory, day: date, rules: Rules) -> HistoryEvent | None:
    """The event that says that contact is lost, where no answer of the debtor came after it; None: reachable."""
    lost = history.last("contact.lost")
    if lost is None:
        return None
    results = rules.in_force(RESULTS, day).words
    for event in history.current():
        if event.occurred_at <= lost.occurred_at:
            continue
        if event.type in ANSWERS or (event.type == "contact.made" and event.payload.get("result") in results):
            return None
    return lost


def sign_of_willingness(history: LoanHistory, kinds: tuple[str, ...], days: int, as_of: date) -> HistoryEvent | None:
    """The last event of these kinds within so many days before the day."""
    event = history.last(*kinds)
    if event is None or not 0 <= (as_of - court_date(event.occurred_at)).days <= days:
        return None
    return event
