"""Re-read: what happened to a loan since its package was drawn, before the package is filed.

Spec: docs/spec/file.md (re-reading), the rule `filing.reread`. Two things count as a change: an event that was logged
after the state that the package rests on, and one that happened after the cut-off day of its claim. A correction of any
event counts too: the package holds what was corrected. Limitation is asked again for the day of filing: a package with
an old cut-off may have been in time then and be late now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from litigation.core.filing import FilingRefusedError
from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.limitation import LimitationState
from litigation.core.rules import Rules

REREAD = "filing.reread"
EXPIRED = "limitation-expired"
"""The defect of docs/spec/readiness.md that a person may accept."""
DAYS = {
    "payment.received": "received_on",
    "performance.made": "received_on",
    "recovery.received": "received_on",
    "borrower.deceased": "on",
    "borrower.insolvent": "on",
}
"""Where an event says on which day it took effect; elsewhere its own time says it."""


class FilingChangedError(FilingRefusedError):
    """Something happened since the package was drawn; it is named. Nothing was lodged."""

    code = "filing-changed"


class FilingLateError(FilingRefusedError):
    """Limitation has run out since the package was drawn, and nobody took that upon himself. Nothing was lodged."""

    code = "filing-late"


@dataclass(frozen=True, slots=True)
class Change:
    """One event that the package does not take into account, and why not."""

    event: str
    type: str
    day: date
    reason: str


def changes_since(history: LoanHistory, as_of: date, tree_size: int, rules: Rules, today: date) -> tuple[Change, ...]:
    """Everything that the package leaves out, in the order of the log."""
    kinds = rules.in_force(REREAD, today).words
    return tuple(_changes(history, kinds, as_of, tree_size))


def refuse_changed(history: LoanHistory, as_of: date, tree_size: int, rules: Rules, today: date) -> None:
    """Stop where anything changed, naming each change; a person builds the package anew or leaves it."""
    found = changes_since(history, as_of, tree_size, rules, today)
    if found:
        told = "; ".join(f"{one.type} of {one.day.isoformat()} ({one.reason}, event {one.event})" for one in found)
        raise FilingChangedError(
            f"the loan changed since this package was drawn (cut-off {as_of.isoformat()}, log size {tree_size}): "
            f"{told}. Publish, anchor and build the package again, with a cut-off that covers it, or leave the suit"
        )


def refuse_late(state: LimitationState | None, accepted: Collection[str], today: date) -> None:
    """Stop a suit that is late today on every reading, unless a person accepted that in `route.decided`."""
    if state is not None and state.late(today) and EXPIRED not in accepted:
        raise FilingLateError(
            f"limitation ran out on {state.latest_day.isoformat()} on every reading; the package is of an earlier day. "
            f"A person may take it upon himself: `case decide --accept {EXPIRED}`, then file again"
        )


def _changes(history: LoanHistory, kinds: tuple[str, ...], as_of: date, tree_size: int) -> Iterator[Change]:
    held = _open_holds(history)
    for event in history.events:
        day = _day(event)
        if event.type == "hold.placed" and event.event_id not in held:
            continue
        if event.index >= tree_size and (event.type in kinds or event.corrects):
            reason = "a correction logged since" if event.corrects else "logged since"
            yield Change(event.event_id, event.type, day, reason)
        elif event.type in kinds and day > as_of and event.event_id not in history.superseded():
            yield Change(event.event_id, event.type, day, "after the cut-off")


def _open_holds(history: LoanHistory) -> frozenset[str]:
    """Holds that no release followed: a release ends all holds of the loan."""
    held: list[str] = []
    for event in history.events:
        if event.type == "hold.placed":
            held.append(event.event_id)
        elif event.type == "hold.released":
            held.clear()
    return frozenset(held)


def _day(event: HistoryEvent) -> date:
    field = DAYS.get(event.type)
    return (day_of(event.payload.get(field)) if field else None) or court_date(event.occurred_at)
