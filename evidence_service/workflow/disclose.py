"""disclose: chosen fields of one event are opened for somebody, and the access log says which, and what for.

Spec: docs/spec/erasure.md (Selective disclosure), docs/spec/commitment.md. What is not named stays closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence_service.core.commitment import Disclosure
from evidence_service.core.event import EventError
from evidence_service.ports import StoredEvent
from evidence_service.workflow.privacy import PrivacyDoors, refuse_restricted
from evidence_service.workflow.prove import disclosures_of


class UnknownFieldError(EventError):
    """A field was named that the event does not have; the message lists those that it has."""

    code = "unknown-field"


def disclose(event: StoredEvent, fields: Sequence[str] | None, doors: PrivacyDoors) -> tuple[Disclosure, ...]:
    """The disclosures of the named fields in their order, or of all (None).

    UnknownFieldError, RestrictedError, or SubjectErasedError where nothing is left to open.
    """
    refuse_restricted(event.loan, doors)
    there = {one.name: one for one in disclosures_of(event)}
    if fields is None:
        return tuple(there.values())
    missing = [name for name in fields if name not in there]
    if missing or not fields:
        what = f"this event has no field {missing[0][:60]!r}" if missing else "no field is named"
        raise UnknownFieldError(f"{what}; its fields are: {', '.join(sorted(there))}")
    return tuple(one for name, one in there.items() if name in set(fields))
