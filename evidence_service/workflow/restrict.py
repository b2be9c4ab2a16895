"""restrict: a subject's data is stored and secured, and nothing else is done with it (PIPL 47), until that is lifted.

Spec: docs/spec/erasure.md (Restriction). Restricting takes effect before it is logged, lifting after: in between, the
data is restricted. Each is an event on every loan of the subject.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence_service.core.event import format_instant
from evidence_service.errors import NotFoundError
from evidence_service.ports.erasure import Restriction
from evidence_service.workflow.privacy import (
    LoanStanding,
    PrivacyDoors,
    checked_reason,
    house_event,
    id_of,
    loans_of,
    log_house_events,
    marks_of_subject,
)


def restrict(subject: str, reason: str, doors: PrivacyDoors, *, kept: Sequence[LoanStanding] = ()) -> Restriction:
    """Restrict a subject's data to storage; `kept` are the loans that a statute keeps, where that is why."""
    said = checked_reason(reason)
    loans = loans_of(marks_of_subject(subject, doors))
    days = [one.retention.kept_until for one in kept]
    until = max((day for day in days if day is not None), default=None) if None not in days else None
    wanted = Restriction(doors.institution, subject, said, until, doors.now)
    standing = doors.erasures.restrict(wanted)
    # Crash here: restricted, and the log does not say so; the next call logs the events.
    payload = {"reason": standing.reason}
    if standing.kept_until is not None:
        payload["kept_until"] = standing.kept_until.isoformat()
    stamp = format_instant(standing.restricted_at)
    log_house_events(
        [
            house_event(
                "subject.restricted",
                id_of("subject.restricted", subject, stamp, loan),
                loan,
                standing.restricted_at,
                payload | ({"duties": duties} if (duties := _duties(loan, kept)) else {}),
                doors,
            )
            for loan in loans
        ],
        doors,
    )
    return standing


def lift(subject: str, reason: str, doors: PrivacyDoors) -> Restriction:
    """Lift a restriction; NotFoundError where none stands."""
    said = checked_reason(reason)
    standing = next((one for one in doors.erasures.restrictions(doors.institution) if one.subject == subject), None)
    if standing is None:
        raise NotFoundError("this subject is not restricted")
    stamp = format_instant(standing.restricted_at)
    log_house_events(
        [
            house_event(
                "subject.unrestricted",
                id_of("subject.unrestricted", subject, stamp, loan),
                loan,
                doors.now,
                {"reason": said},
                doors,
            )
            for loan in loans_of(marks_of_subject(subject, doors))
        ],
        doors,
    )
    # Crash here: logged, still restricted; the next call logs nothing new and lifts.
    doors.erasures.lift(doors.institution, subject)
    return standing


def _duties(loan: str, kept: Sequence[LoanStanding]) -> list[str]:
    return [state.duty.id for one in kept if one.loan == loan for state in one.retention.keeping]
