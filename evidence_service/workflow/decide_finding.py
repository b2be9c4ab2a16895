"""decide: a finding is assigned, dismissed with a reason, or closed with what was done; the log keeps it as an event.

Spec: docs/spec/conformance.md (Decisions). Saying the same again adds nothing: who got no answer asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from evidence_service.conformance.core.decision import DECISIONS, Decision, State
from evidence_service.conformance.core.finding import Finding
from evidence_service.core.event import format_instant
from evidence_service.errors import ConflictError, StoreError
from evidence_service.workflow.ingest import Receipt
from evidence_service.workflow.privacy import SYSTEM_VERSION, checked_reason

KINDS = {state: kind for kind, state in DECISIONS.items()}
Submit = Callable[[Sequence[Mapping[str, Any]]], list[Receipt]]


class FindingStateError(ConflictError):
    """A finding that was dismissed or closed is not dismissed or closed again; assign it first."""

    code = "finding-state"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody decides about a finding."""

    state: State
    by: str
    reason: str = ""
    to: str = ""
    due_on: date | None = None


def decide(
    finding: Finding, known: Decision | None, wish: Wish, institution: str, submit: Submit, now: datetime
) -> str | None:
    """Log the decision; returns the event's id, None where exactly this was said last."""
    reason = checked_reason(wish.reason) if wish.reason or wish.state is not State.ASSIGNED else ""
    if known is not None and known.state is wish.state and _same(known, wish, reason):
        return None
    ended = known is not None and known.state in (State.DISMISSED, State.CLOSED)
    if ended and known is not None and wish.state is not State.ASSIGNED:
        raise FindingStateError(f"this finding is {known.state} already; `audit findings assign` opens it again")
    last = "" if known is None else known.event
    event = _event(finding, wish, reason, institution, last, now)
    # Crash here: nothing is said yet. Crash after: it is in the log, and the same command finds it said.
    for receipt in submit([event]):
        if receipt.state == "rejected" and receipt.code != "duplicate-id":  # the same act, told at another moment
            raise StoreError(f"the log refused event {receipt.event_id}: {receipt.reason}")
    return str(event["id"])


def _same(known: Decision, wish: Wish, reason: str) -> bool:
    due = wish.due_on.isoformat() if wish.due_on else ""
    person = wish.to if wish.state is State.ASSIGNED else wish.by
    return (known.person, known.decided_by, known.reason, known.due_on) == (person, wish.by, reason, due)


def _event(finding: Finding, wish: Wish, reason: str, institution: str, last: str, now: datetime) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "finding": finding.digest,
        "rule": finding.rule.id,
        "rule_version": finding.rule.version,
        "rule_digest": finding.rule.digest,
        "verdict": finding.verdict.value,
        "events": [one.id for one in finding.events[:200]],
        "decided_by": wish.by,
    }
    if wish.state is State.ASSIGNED:
        payload["assigned_to"] = wish.to
        if wish.due_on is not None:
            payload["due_on"] = wish.due_on.isoformat()
    if reason:
        payload["reason"] = reason
    parts = (finding.digest, wish.state, wish.by, wish.to, reason, last)
    name = sha256("\n".join(parts).encode()).hexdigest()[:32]
    return {
        "id": f"finding-{wish.state}:{name}",
        "institution": institution,
        "loan": finding.loan,
        "type": KINDS[wish.state],
        "type_version": 1,
        "occurred_at": format_instant(now),
        "actor": {"id": wish.by, "role": "compliance", "org": institution},
        "source": {"system": "proofdocket", "mechanism": "manual", "version": SYSTEM_VERSION},
        "payload": payload,
    }
