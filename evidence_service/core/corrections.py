"""Corrections: a new event that supersedes an earlier one of the same loan and type. Nothing is ever overwritten.

Spec: docs/spec/event.md (Corrections). An event corrects one that the log holds already, so corrections never run in a
circle; what an event may correct is asked when it is logged, and again of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidence_service.core.event import Event, EventError

LATER_REASONS = frozenset({("filing.returned", "filing.refused")})
"""(corrected, correcting): a court's *no* whose reasons, which come later, are a ruling (docs/spec/docket.md)."""


class CorrectionError(EventError):
    """An event corrects what it may not: itself, an event that is not there, or one of another loan or type."""

    code = "correction-refused"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands: its loan, its type, and its leaf index."""

    loan: str
    type: str
    index: int


def check_correction(event: Event, corrected: Place | None) -> None:
    """Raise CorrectionError unless an event may correct the one that it names (None: the log holds none of that id)."""
    name = event.fields.get("corrects")
    if name is None:
        return
    if name == event.id:
        raise CorrectionError("corrects: an event cannot correct itself")
    if corrected is None:
        raise CorrectionError(
            "corrects: this institution's log holds no event of that id; what is corrected must be logged before"
        )
    if corrected.loan != event.loan:
        raise CorrectionError("corrects: that event belongs to another loan")
    if corrected.type != event.type.code and (corrected.type, event.type.code) not in LATER_REASONS:
        raise CorrectionError(
            f"corrects: that event is {corrected.type}, this one {event.type.code}; a correction is of the same type"
        )
