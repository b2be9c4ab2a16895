"""hold: nothing of a loan is erased while a legal hold stands; placing and releasing are events of the loan.

Spec: docs/spec/erasure.md (Legal hold).
"""

from __future__ import annotations

from evidence_service.core.event import format_instant
from evidence_service.core.holds import HOLD_PLACED, HOLD_RELEASED, Hold
from evidence_service.errors import NotFoundError
from evidence_service.workflow.privacy import (
    PrivacyDoors,
    checked_reason,
    house_event,
    id_of,
    log_house_events,
    standing_of,
)


def place_hold(loan: str, reason: str, scope: str, doors: PrivacyDoors) -> tuple[Hold, ...]:
    """Place a legal hold on a loan; returns what holds it now."""
    said = checked_reason(reason)
    _require_loan(loan, doors)
    payload = {"reason": said} | ({"scope": scope} if scope else {})
    event_id = id_of(HOLD_PLACED, loan, format_instant(doors.now))
    log_house_events([house_event(HOLD_PLACED, event_id, loan, doors.now, payload, doors)], doors)
    return standing_of(loan, doors).holds


def release_hold(loan: str, reason: str, doors: PrivacyDoors) -> tuple[Hold, ...]:
    """Release every hold of a loan; returns what still holds it (an open case). NotFoundError where none stands."""
    said = checked_reason(reason)
    _require_loan(loan, doors)
    if not any(one.kind == "hold" for one in standing_of(loan, doors).holds):
        raise NotFoundError("no legal hold stands on this loan; an open case ends with an event case.closed")
    event_id = id_of(HOLD_RELEASED, loan, format_instant(doors.now))
    log_house_events([house_event(HOLD_RELEASED, event_id, loan, doors.now, {"reason": said}, doors)], doors)
    return standing_of(loan, doors).holds


def _require_loan(loan: str, doors: PrivacyDoors) -> None:
    if not doors.erasures.marks_of_loan(doors.institution, loan):
        raise NotFoundError("this loan is not in the log of the institution")
