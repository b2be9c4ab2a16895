"""Where the events of a loan come from, for the provenance sheet: from the history and what others confirmed.

Spec: docs/spec/provenance.md. The contract's own clause on electronic evidence is quoted, never made up.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidence_service.core.environment import Environment, in_force
from evidence_service.core.provenance import Confirmation, EventOrigin, Provenance, provenance
from litigation.core.history import HistoryEvent, LoanHistory

CLAUSE = "e_evidence"
"""Topic of the contract clause that agrees how electronic data is kept (Civil Evidence Rules 94 (5))."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the evidence room knows beside the events: who else saw the checkpoint, and each observed environment."""

    confirmations: tuple[Confirmation, ...] = ()
    observed: tuple[Environment, ...] = ()


def provenance_of(history: LoanHistory, surroundings: Surroundings) -> Provenance:
    """The provenance of a loan's events."""
    captures = [event.captured_at for event in history.events]
    return provenance(
        [_origin(event) for event in history.events],
        surroundings.confirmations,
        in_force(list(surroundings.observed), captures),
        _agreed(history),
    )


def _origin(event: HistoryEvent) -> EventOrigin:
    source = event.source
    return EventOrigin(
        event_id=event.event_id,
        type=event.type,
        sequence=event.sequence,
        occurred_at=event.occurred_at,
        captured_at=event.captured_at,
        system=str(source.get("system", "")),
        version=str(source.get("version", "")),
        mechanism=str(source.get("mechanism", "")),
        environment=event.environment,
        key=event.source_key,
        corroborates=event.corroborates,
        originals=len(event.originals),
        corrects=event.corrects,
        erased=event.erased,
    )


def _agreed(history: LoanHistory) -> tuple[str, str]:
    """Number and text of the clause, as the newest contract event states them."""
    signed = history.last("contract.signed")
    payload = signed.payload if signed else {}
    return str(payload.get("clauses", {}).get(CLAUSE, "")), str(payload.get("clause_texts", {}).get(CLAUSE, ""))
