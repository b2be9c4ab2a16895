"""The order of a case's exhibits as others call it: record what a person set, as an event.

Spec: docs/spec/bundle.md. The order counts for packages from the next anchored checkpoint on; until then a package of
that loan is refused as stale, so that no order is ever silently left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from evidence_service.core.event import format_instant
from evidence_service.errors import NotFoundError
from litigation.adapters.evidence_door import history_of
from litigation.core.exhibit_order import ORDERED, ExhibitOrderError, check_order, wished_order
from litigation.service import SYSTEM_VERSION, LitigationService
from litigation.workflow.case_source import our_reference


class ExhibitService:
    """Orders of exhibits, set in the name of an account."""

    def __init__(self, litigation: LitigationService, who: str) -> None:
        self._evidence = litigation.evidence
        self._who = who

    def order(self, institution: str, loan: str, order: Sequence[str]) -> str:
        """Record an order of every exhibit of the case; returns the event's id, empty where nothing changed."""
        self._evidence.refuse_restricted(institution, loan)
        events = self._evidence.store.events_of_loan(institution, loan)
        if not events:
            raise NotFoundError("this loan has no events in the log")
        history = history_of(institution, loan, events)
        wanted = check_order(history, order)
        if wanted == wished_order(history):
            return ""
        number = sum(event.type == ORDERED for event in events)
        reference = our_reference(institution, loan)
        event = {
            "id": f"{ORDERED}:{sha256(reference.encode()).hexdigest()[:32]}:{number}",
            "institution": institution,
            "loan": loan,
            "type": ORDERED,
            "type_version": 1,
            "occurred_at": format_instant(self._evidence.now()),
            "actor": {"role": "legal_staff", "org": institution},
            "source": {"system": "proofdocket", "mechanism": "manual", "version": SYSTEM_VERSION},
            "payload": {"our_reference": reference, "order": list(wanted), "decided_by": self._who},
        }
        (receipt,) = self._evidence.submit([event])
        if receipt.state == "rejected":
            raise ExhibitOrderError("somebody else set an order at the same moment; open the page anew and try again")
        return str(event["id"])
