"""Legal hold: while a case is open or somebody placed a hold, nothing of the loan may be erased.

Spec: docs/spec/erasure.md (Legal hold). Told from the types of a loan's events alone, in their order, so that it also
holds where an event's content can no longer be read. A release ends every hold that was placed before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CASE_OPENS = frozenset(
    {"case.opened", "mediation.requested", "filing.submitted", "appeal.lodged", "enforcement.applied"}
)
CASE_CLOSES = frozenset({"case.closed", "enforcement.closed"})
HOLD_PLACED, HOLD_RELEASED = "hold.placed", "hold.released"


@dataclass(frozen=True, slots=True)
class Hold:
    """What keeps a loan from being erased: `kind` is open-case or hold, `event_id` the event that began it."""

    kind: str
    event_id: str


def holds_of(events: Iterable[tuple[str, str]]) -> tuple[Hold, ...]:
    """What holds a loan, from (type, event id) of its events in order."""
    case: Hold | None = None
    placed: list[Hold] = []
    for kind, event_id in events:
        if kind in CASE_OPENS:
            case = case or Hold("open-case", event_id)
        elif kind in CASE_CLOSES:
            case = None
        elif kind == HOLD_PLACED:
            placed.append(Hold("hold", event_id))
        elif kind == HOLD_RELEASED:
            placed = []
    return (*(() if case is None else (case,)), *placed)
