"""Events through the API: one, a batch, and where one stands. Answered once they are sequenced and durable."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from evidence_service.api.access import caller, door, reads, writes
from evidence_service.api.bodies import idempotency_key, json_body
from evidence_service.api.limits import MAX_BATCH, MAX_EVENT, MAX_EVENTS
from evidence_service.api.problems import Refusal
from evidence_service.api_door import Idempotency, request_digest
from evidence_service.core.api_key import Scope
from evidence_service.core.event import EventError
from evidence_service.core.material import material_bytes
from evidence_service.errors import NotFoundError
from evidence_service.workflow.answer import receipt_json

CONFLICTS = frozenset({"duplicate-id"})


@writes(Scope.EVENTS_WRITE)
def post_event(institution: str) -> Response:
    """Log one event."""
    repeat = idempotency_key(required=False)
    raw, value = json_body(MAX_EVENT)
    row = json.loads(_submit("event", raw, [value], repeat))["receipts"][0]
    if row["state"] == "rejected":
        raise Refusal(409 if row["code"] in CONFLICTS else 400, row["reason"], row["code"])
    return _json(row, 201 if row["state"] == "accepted" else 200)


@writes(Scope.EVENTS_WRITE)
def post_batch(institution: str) -> Response:
    """Log up to 1,000 events in order."""
    repeat = idempotency_key(required=True)
    raw, value = json_body(MAX_BATCH)
    if not isinstance(value, dict) or set(value) != {"events"} or not isinstance(value["events"], list):
        raise EventError('a batch is {"events": […]} and nothing else')
    if not 1 <= len(value["events"]) <= MAX_EVENTS:
        raise EventError(f"events: 1 to {MAX_EVENTS} of them")
    return Response(_submit("batch", raw, value["events"], repeat), content_type="application/json")


@reads(Scope.EVENTS_READ)
def get_event(institution: str, looked_at: list[str], event_id: str) -> Response:
    """Where an event stands in its log, and which checkpoint covers it."""
    stored = door().receipt(institution, event_id)
    looked_at.append(f"entry {stored.index}")
    published = door().service.store.checkpoint_covering(institution, stored.index)
    size = published.checkpoint.size if published else None
    return _json({"event_id": event_id, **receipt_json(stored), "checkpoint_size": size})


@reads(Scope.PROOFS_READ)
def get_proof(institution: str, looked_at: list[str], event_id: str) -> Response:
    """The C2SP tlog-proof of an event."""
    proof = _prove(institution, event_id, looked_at)
    return Response(proof.proof.text(), content_type="text/plain; charset=utf-8")


@reads(Scope.PROOFS_READ)
def get_leaf(institution: str, looked_at: list[str], event_id: str) -> Response:
    """The exact bytes of the log entry, as they were hashed."""
    index = door().receipt(institution, event_id).index
    looked_at.append(f"entry {index}")
    found = next(iter(door().service.store.leaves(institution, index, index + 1)), None)
    if found is None:
        raise NotFoundError("no such entry in this log")
    return Response(found[1], content_type="application/json")


@reads(Scope.PROOFS_READ)
def get_material(institution: str, looked_at: list[str], event_id: str) -> Response:
    """What confirms the log's state beside the proof: anchor, map, policy, timestamps."""
    proof = _prove(institution, event_id, looked_at)
    material = door().service.material(institution, proof.event.loan, proof.published)
    return Response(material_bytes(material), content_type="application/json")


def _prove(institution: str, event_id: str, looked_at: list[str]) -> Any:
    index = door().receipt(institution, event_id).index
    looked_at.append(f"proof of entry {index}")
    return door().service.prove(door().service.event(event_id, institution))


def _submit(kind: str, raw: bytes, values: list[Any], repeat: str | None) -> bytes:
    who = caller()
    sent = request_digest(kind.encode(), who.key.institution.encode(), raw)
    return door().submit(who, values, None if repeat is None else Idempotency(repeat, sent)).body


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, content_type="application/json")
