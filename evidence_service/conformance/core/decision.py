"""Decisions about findings: assigned, dismissed with a reason, closed with what was done. Each is an event of the loan.

Spec: docs/spec/conformance.md (Decisions). The newest event in the log decides; a finding without any is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from evidence_service.core.event import parse_instant


class State(StrEnum):
    """How far a finding is."""

    OPEN = "open"
    ASSIGNED = "assigned"
    DISMISSED = "dismissed"
    CLOSED = "closed"


DECISIONS: Mapping[str, State] = {
    "finding.assigned": State.ASSIGNED,
    "finding.dismissed": State.DISMISSED,
    "finding.closed": State.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, from its event. `person` is whom it was assigned to, else who decided."""

    finding: str
    rule: str
    loan: str
    state: State
    person: str
    decided_by: str
    reason: str
    due_on: str
    at: datetime
    entry: int
    event: str


def decision_from(event: Mapping[str, Any], entry: int) -> Decision:
    """The decision that an event of one of the three types tells of."""
    payload: Mapping[str, Any] = event["payload"]
    return Decision(
        finding=payload["finding"],
        rule=payload["rule"],
        loan=event["loan"],
        state=DECISIONS[event["type"]],
        person=payload.get("assigned_to", payload["decided_by"]),
        decided_by=payload["decided_by"],
        reason=payload.get("reason", ""),
        due_on=payload.get("due_on", ""),
        at=parse_instant(event["occurred_at"], "occurred_at"),
        entry=entry,
        event=event["id"],
    )


def newest(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """The decision in force for each finding: the one with the highest leaf index."""
    found: dict[str, Decision] = {}
    for one in sorted(decisions, key=lambda decision: decision.entry):
        found[one.finding] = one
    return found
