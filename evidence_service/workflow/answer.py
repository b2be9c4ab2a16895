"""What the sender of events is told: one row per event in the order they came, and how many fared how.

Spec: docs/guide/api.md (Answers). The bytes are kept for a repeat, so they are made in one place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evidence_service.ports.api import StoredReceipt
from evidence_service.workflow.ingest import Receipt

STATES = {"accepted": "accepted", "duplicates": "duplicate", "rejected": "rejected"}


def answer_row(receipt: Receipt, stored: Mapping[str, StoredReceipt]) -> dict[str, Any]:
    """What became of one event."""
    if receipt.state == "rejected":
        refused = {"code": receipt.code, "reason": receipt.reason}
        return {"event_id": receipt.event_id, "state": receipt.state, **refused}
    return {"event_id": receipt.event_id, "state": receipt.state, **receipt_json(stored[receipt.event_id])}


def receipt_json(stored: StoredReceipt) -> dict[str, Any]:
    """Where an event stands."""
    return {
        "index": stored.index,
        "sequence": stored.sequence,
        "captured_at": stored.captured_at,
        "leaf_hash": stored.leaf_hash.hex(),
    }


def answer_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The whole answer: accepted + duplicates + rejected = receipts."""
    counts = {name: sum(row["state"] == state for row in rows) for name, state in STATES.items()}
    return json.dumps({**counts, "receipts": list(rows)}, ensure_ascii=False, separators=(",", ":")).encode()


def span(rows: Sequence[Mapping[str, Any]]) -> str:
    """What was written, for the access log: leaf indexes, no ids."""
    new = [row["index"] for row in rows if row["state"] == "accepted"]
    return f"entries {min(new)} to {max(new)}" if new else "no entry"
