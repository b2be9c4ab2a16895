"""Duplicates: whether a suit on this loan is open, or was decided, so that no second one may be brought.

Spec: docs/spec/readiness.md section 6; 民诉法解释 247. An open suit ends by a return, a refusal, a withdrawal or a
dismissal without decision; then another may be brought. A decision on the merits ends the right to sue.
"""

from __future__ import annotations

from datetime import date

from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.rules import Rules
from litigation.errors import LitigationError

OPENS = ("filing.submitted", "filing.accepted")
CLOSES = frozenset({"filing.returned", "filing.refused", "case.closed"})
WITHOUT_DECISION = "suit.ended_without_decision"
RECORDED = "withdrawn"
"""Kind of a `court.recorded` by which a court ends a filing."""


class DuplicateSuitError(LitigationError):
    """A suit on this loan is open: no second one."""

    code = "duplicate-suit"


def open_suit(history: LoanHistory, day: date, rules: Rules) -> HistoryEvent | None:
    """The event that opened a suit which nothing ended since; None where another may be brought.

    A decision ends no suit here: it is named by `decided_suit`, and by the check of standing.
    """
    opened: HistoryEvent | None = None
    for event in history.current():
        if event.type in OPENS:
            opened = opened or event
        elif _ends(event, day, rules):
            opened = None
    return opened


def suit_ended(history: LoanHistory, submitted: str, day: date, rules: Rules) -> bool:
    """Whether the suit that the event `submitted` opened was ended without a decision since."""
    events = history.current()
    places = [place for place, event in enumerate(events) if event.event_id == submitted]
    later = events[places[0] + 1 :] if places else ()
    return decided_suit(history, day, rules) is None and any(_ends(event, day, rules) for event in later)


def decided_suit(history: LoanHistory, day: date, rules: Rules) -> HistoryEvent | None:
    """The decision on the merits, where there is one."""
    judgments = [one for one in history.all("judgment.entered") if not _without_decision(one, day, rules)]
    return judgments[-1] if judgments else None


def refuse_duplicate(history: LoanHistory, day: date, rules: Rules) -> None:
    """Refuse a second suit on one loan, naming what opened the first."""
    opened = open_suit(history, day, rules)
    if opened is None:
        return
    court = str(opened.payload.get("court", ""))
    raise DuplicateSuitError(
        f"a suit on this loan is open{f' with {court}' if court else ''} (event {opened.event_id}, {opened.type}): "
        "a second one is refused until it was returned, refused, withdrawn or dismissed; --draft builds a draft"
    )


def _ends(event: HistoryEvent, day: date, rules: Rules) -> bool:
    if event.type == "court.recorded":
        return event.payload.get("kind") == RECORDED
    return event.type in CLOSES or (event.type == "judgment.entered" and _without_decision(event, day, rules))


def _without_decision(event: HistoryEvent, day: date, rules: Rules) -> bool:
    kind = str(event.payload.get("kind", ""))
    return any(word in kind for word in rules.in_force(WITHOUT_DECISION, day).words)
