"""Valid events to start from: one of every type of the catalogue, minimal and full, and values that break each kind."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import shake_256
from typing import Any

from evidence_service.core.catalogue import CATALOGUE, EventType, Kind
from evidence_service.core.digest import sha256_hex, sm3_hex
from evidence_service.core.event import Event, event_from

INSTITUTION = "sample-cf"
NOW = datetime(2026, 6, 1, 8, 0, 0, tzinfo=UTC)
DIGEST = "ab" * 32
GOOD: dict[Kind, Any] = {
    Kind.TEXT: "王小明",
    Kind.AMOUNT: "1200.50",
    Kind.RATE: "0.234",
    Kind.DATE: "2026-01-31",
    Kind.INSTANT: "2026-01-05T02:03:04.5Z",
    Kind.INTEGER: 12,
    Kind.BOOLEAN: True,
    Kind.DIGEST: DIGEST,
    Kind.CURRENCY: "CNY",
    Kind.TEXTS: ["一", "two"],
    Kind.MAP: {"channel": "app", "tries": 3, "ok": False},
}
_TEXT_TOO_LONG = "长" * (64 * 1024 + 1)
WRONG: dict[Kind, list[Any]] = {
    Kind.TEXT: [None, 1, True, [], {}, _TEXT_TOO_LONG],
    Kind.AMOUNT: [
        None,
        1200,
        "",
        " 1",
        "1,200.50",
        "1e3",
        "+1",
        "01",
        ".5",
        "1.",
        "１２",
        "1\u0662",
        "NaN",
        "1 ",
        "1\n",
    ],
    Kind.RATE: [None, 0, "", "24%", "0,24", "1e-2", "00.1", "0." + "1" * 31, "1" * 17, True],
    Kind.DATE: [None, 20260131, "", "2026-1-31", "2026-02-30", "20260131", "2026-01-31T00:00:00Z", "２０２６-01-31"],
    Kind.INSTANT: [
        None,
        "",
        "2026-01-05",
        "2026-01-05 02:03:04Z",
        "2026-01-05T02:03:04",
        "2026-01-05T02:03:04+08:00",
        "2026-02-30T02:03:04Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T02:60:04Z",
        "2026-01-05T02:03:60Z",
        "2026-01-05T02:03:04.1234567Z",
        "2026-01-05T02:03:04.\u0663Z",
        "2026-01-05T1\u0660:03:04Z",
        1767578584,
    ],
    Kind.INTEGER: [None, "12", True, [12]],
    Kind.BOOLEAN: [None, 0, 1, "true", []],
    Kind.DIGEST: [None, "", DIGEST.upper(), DIGEST[:-1], DIGEST + "0", "0x" + DIGEST[:-2], "g" * 64, 7],
    Kind.CURRENCY: [None, "", "cny", "RMB¥", "CN", "CNYY", "CNY\n", 156],
    Kind.TEXTS: [None, "one", {}, [1], [None], [["nested"]], ["x"] * 201],
    Kind.MAP: [None, "one", [], {"a": None}, {"a": {"b": "c"}}, {"a": ["b"]}, {f"k{n}": "v" for n in range(201)}],
}


def payload_of(kind: EventType, *, full: bool = False) -> dict[str, Any]:
    """The smallest payload of a type, or one with every field."""
    return {field.name: GOOD[field.kind] for field in kind.fields if field.required or full}


def event_value(code: str = "payment.received", **changes: Any) -> dict[str, Any]:
    """A valid event of a type as a JSON object; a change to None takes a member away."""
    value: dict[str, Any] = {
        "id": "E-1",
        "institution": INSTITUTION,
        "loan": "LN-2024-000001",
        "type": code,
        "type_version": 1,
        "occurred_at": "2026-01-05T02:03:04Z",
        "actor": {"id": "staff:17", "role": "collector", "org": "Sample Consumer Finance"},
        "source": {"system": "core-banking", "mechanism": "automatic", "version": "4.2"},
        "environment": {"zone": "east"},
        "subjects": ["borrower:B0001"],
        "payload": payload_of(CATALOGUE[code]),
    }
    value.update(changes)
    return {name: member for name, member in value.items() if member is not None}


def event(code: str = "payment.received", **changes: Any) -> Event:
    """A valid event."""
    return event_from(event_value(code, **changes))


def events(count: int, *, first: int = 0, loans: int = 3, **changes: Any) -> list[Event]:
    """A run of payments that go round some loans; equal times, so that only their order tells them apart."""
    return [
        event(
            **{
                "id": f"E-{number}",
                "loan": f"LN-{number % loans}",
                "payload": {"amount": f"{number}.00", "currency": "CNY", "received_on": "2026-01-05"},
                **changes,
            }
        )
        for number in range(first, first + count)
    ]


def attachment(content: bytes, name: str = "contract.pdf") -> dict[str, Any]:
    """An attachment of an event, with true digests."""
    return {
        "name": name,
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": sha256_hex(content),
        "sm3": sm3_hex(content),
    }


def line(value: dict[str, Any]) -> bytes:
    """An event as a line of an import file."""
    return json.dumps(value, ensure_ascii=False).encode()


class Randomness:
    """Bytes that differ from call to call and are the same in every run."""

    def __init__(self, seed: bytes = b"tests") -> None:
        self._seed, self._calls = seed, 0

    def __call__(self, count: int) -> bytes:
        """The next `count` bytes."""
        self._calls += 1
        return shake_256(self._seed + self._calls.to_bytes(8, "big")).digest(count)
