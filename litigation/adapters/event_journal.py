"""The journal: when a case moves, litigation submits an event through the same door as everybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence_service.errors import NotFoundError, StoreError
from evidence_service.service import EvidenceService


class EventJournal:
    """`Journal` on the instance's evidence log."""

    def __init__(self, evidence: EvidenceService) -> None:
        self._evidence = evidence

    def holds(self, institution: str, event_id: str) -> bool:
        """Whether the log holds an event of this id."""
        try:
            self._evidence.event(event_id, institution)
        except NotFoundError:
            return False
        return True

    def write(self, event: Mapping[str, Any]) -> None:
        """Log an event durably; one that is there already is not logged again."""
        if self.holds(event["institution"], event["id"]):
            return
        (receipt,) = self._evidence.submit([event])
        # Two runs at once may say it with another second in it: the one that was first stands.
        if receipt.state == "rejected" and receipt.code != "duplicate-id":
            raise StoreError(f"the log refused event {receipt.event_id}: {receipt.reason}")

    def write_all(self, events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Log many events durably in one write per institution; event id -> reason of each that was refused."""
        receipts = self._evidence.submit(events)
        refused = [one for one in receipts if one.state == "rejected" and one.code != "duplicate-id"]
        return {one.event_id: f"the log refused event {one.event_id}: {one.reason}" for one in refused}
