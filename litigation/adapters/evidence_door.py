"""The door to the evidence room: a loan's stored events as history, proofs and disclosures."""

from __future__ import annotations

import json
from collections.abc import Sequence

from evidence_service.core.package import PackagedEvent
from evidence_service.ports import PublishedCheckpoint, StoredEvent
from evidence_service.service import EvidenceService
from evidence_service.workflow.prove import disclosures_of
from litigation.core.disclosure_set import for_court
from litigation.core.history import HistoryEvent, LoanHistory, Original


def history_of(institution: str, loan: str, events: Sequence[StoredEvent]) -> LoanHistory:
    """A loan's events as history."""
    return LoanHistory(institution, loan, tuple(_event(event) for event in events))


def packaged_events(
    evidence: EvidenceService, events: Sequence[StoredEvent], published: PublishedCheckpoint
) -> tuple[PackagedEvent, ...]:
    """Leaf, proof under one checkpoint, and the court's disclosures of each event."""
    return tuple(
        PackagedEvent(
            seq=event.sequence,
            leaf=event.leaf,
            proof=evidence.prove(event, published).proof.text(),
            disclosures=tuple(item.encoded for item in for_court(disclosures_of(event))),
        )
        for event in events
    )


def _event(event: StoredEvent) -> HistoryEvent:
    body = json.loads(event.body)
    return HistoryEvent(
        event_id=event.event_id,
        type=event.type,
        occurred_at=event.occurred_at,
        captured_at=event.captured_at,
        sequence=event.sequence,
        index=event.index,
        leaf_hash=event.leaf_hash.hex(),
        payload=body["payload"],
        originals=tuple(Original(**original) for original in body.get("attachments", [])),
        corrects=body.get("corrects", ""),
        source=body.get("source", {}),
        environment=bool(body.get("environment")),
        source_key=body.get("source_signature", {}).get("key", ""),
        corroborates=tuple(body.get("corroborates", [])),
    )
