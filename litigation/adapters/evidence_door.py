"""The door to the evidence room: a loan's stored events as history, proofs and disclosures."""

from __future__ import annotations

import json
from collections.abc import Sequence

from evidence_service.core.metadata import ChainClaim
from evidence_service.core.package import PackagedEvent
from evidence_service.core.provenance import Confirmation
from evidence_service.ports import PublishedCheckpoint, StoredEvent
from evidence_service.service import EvidenceService
from evidence_service.workflow.prove import body_of, disclosures_of
from litigation.core.disclosure_set import Selection
from litigation.core.history import HistoryEvent, LoanHistory, Original


def history_of(institution: str, loan: str, events: Sequence[StoredEvent]) -> LoanHistory:
    """A loan's events as history."""
    return LoanHistory(institution, loan, tuple(_event(event) for event in events))


def confirmations(
    evidence: EvidenceService, institution: str, published: PublishedCheckpoint, chain: ChainClaim | None
) -> tuple[Confirmation, ...]:
    """Who other than the lender saw a checkpoint: tokens, cosignatures, and its anchor."""
    found = [
        Confirmation("token", one.authority, one.stamped_at, str(one.serial))
        for one in evidence.tokens(institution, published.checkpoint.size)
    ]
    for witness in evidence.witness_report(institution, published).witnesses:
        if witness.cosigned_at is not None:
            found.append(Confirmation("cosignature", witness.name, witness.cosigned_at))
    if chain is not None:
        found.append(Confirmation("anchor", str(chain.chain_id), None, str(chain.block)))
    return tuple(found)


def packaged_events(
    evidence: EvidenceService,
    events: Sequence[StoredEvent],
    history: LoanHistory,
    published: PublishedCheckpoint,
    selection: Selection,
) -> tuple[PackagedEvent, ...]:
    """Leaf, proof under one checkpoint, and what the recipient is shown of each event."""
    pairs = zip(events, history.events, strict=True)
    return tuple(_packaged(evidence, event, said, published, selection) for event, said in pairs)


def _packaged(
    evidence: EvidenceService,
    event: StoredEvent,
    said: HistoryEvent,
    published: PublishedCheckpoint,
    selection: Selection,
) -> PackagedEvent:
    erased = evidence.erased_form(event)
    opened = () if erased is not None else selection.disclosures(said, disclosures_of(event))
    proof = evidence.prove(event, published).proof.text()
    return PackagedEvent(event.sequence, event.leaf, proof, tuple(item.encoded for item in opened), erased)


def _event(event: StoredEvent) -> HistoryEvent:
    body = {"payload": {}} if event.erased else json.loads(body_of(event))
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
        erased=event.erased,
    )
