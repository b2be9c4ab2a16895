"""The log entry of one event: what the Merkle tree holds, without personal data.

Spec: docs/spec/log.md. Canonical JSON with institution, type, a random loan reference, the per-loan sequence number
and previous leaf hash, the times, and the sorted digests of every field.
"""

from __future__ import annotations

import re
from binascii import hexlify
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence_service.core.canonical import encode_checked, parse_canonical
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.core.event import DIGEST, INSTITUTION, Event, format_instant, parse_instant
from evidence_service.errors import MalformedInputError

VERSION = 1
NAMES = frozenset(
    [
        "v",
        "kind",
        "institution",
        "type",
        "type_version",
        "loan",
        "seq",
        "prev",
        "occurred_at",
        "captured_at",
        "sd",
        "sd_alg",
    ]
)
LOAN_REFERENCE = re.compile(r"[A-Za-z0-9_-]{22}\Z")
SD_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}\Z")
PLAIN_LEAF = (
    b'%b%b","occurred_at":"%b","prev":"%b","sd":[%b],"sd_alg":"sha-256","seq":%d,"type":"%b","type_version":%d,"v":1}'
)


class LeafError(MalformedInputError):
    """Leaf bytes do not follow their format."""

    code = "leaf-malformed"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One log entry. `previous` is the hex leaf hash of the loan's previous entry, empty for its first."""

    institution: str
    type: str
    type_version: int
    loan_reference: str
    sequence: int
    previous: str
    occurred_at: datetime
    captured_at: datetime
    digests: tuple[str, ...]


def leaf_bytes(
    event: Event, loan_reference: str, sequence: int, previous: str, captured_at: datetime, sd: Sequence[str]
) -> bytes:
    """Write the entry of an event: canonical JSON, ready to be hashed."""
    return encode_checked(
        {
            "v": VERSION,
            "kind": "event",
            "institution": event.institution,
            "type": event.type.code,
            "type_version": event.type.version,
            "loan": loan_reference,
            "seq": sequence,
            "prev": previous,
            "occurred_at": format_instant(event.occurred_at),
            "captured_at": format_instant(captured_at),
            "sd": list(sd),
            "sd_alg": "sha-256",
        }
    )


def plain_leaf_head(institution: str, captured_at: str) -> bytes:
    """What all leaves of one batch begin with."""
    return b'{"captured_at":"%b","institution":"%b","kind":"event","loan":"' % (
        captured_at.encode(),
        institution.encode(),
    )


def plain_leaf(
    head: bytes, reference: bytes, occurred_at: str, last: bytes, sd: bytes, sequence: int, kind: str, version: int
) -> bytes:
    """``leaf_bytes`` put together from pieces that need no escape; `sd` is quoted and joined already."""
    return PLAIN_LEAF % (
        head, reference, occurred_at.encode(), hexlify(last), sd, sequence, kind.encode(), version,
    )  # fmt: skip


def parse_leaf(raw: bytes) -> Leaf:
    """Read a log entry strictly; the bytes must be canonical and every member of its kind."""
    value = parse_canonical(raw)
    if not isinstance(value, dict) or set(value) != NAMES:
        raise LeafError("a log entry has exactly the members of docs/spec/log.md")
    _check_members(value)
    return Leaf(
        institution=value["institution"],
        type=value["type"],
        type_version=value["type_version"],
        loan_reference=value["loan"],
        sequence=value["seq"],
        previous=value["prev"],
        occurred_at=parse_instant(value["occurred_at"], "occurred_at"),
        captured_at=parse_instant(value["captured_at"], "captured_at"),
        digests=tuple(value["sd"]),
    )


def _check_members(value: dict[str, Any]) -> None:
    sd = value["sd"]
    rules = {
        "v": value["v"] == VERSION and not isinstance(value["v"], bool),
        "kind": value["kind"] == "event",
        "institution": isinstance(value["institution"], str) and INSTITUTION.match(value["institution"]),
        "type": isinstance(value["type"], str) and value["type"] in CATALOGUE,
        "type_version": isinstance(value["type_version"], int) and not isinstance(value["type_version"], bool),
        "loan": isinstance(value["loan"], str) and LOAN_REFERENCE.match(value["loan"]),
        "seq": isinstance(value["seq"], int) and not isinstance(value["seq"], bool) and value["seq"] >= 0,
        "prev": isinstance(value["prev"], str) and (not value["prev"] or DIGEST.match(value["prev"])),
        "sd_alg": value["sd_alg"] == "sha-256",
        "sd": isinstance(sd, list)
        and all(isinstance(item, str) and SD_DIGEST.match(item) for item in sd)
        and sd == sorted(set(sd)),
    }
    for name, good in rules.items():
        if not good:
            raise LeafError(f"{name}: not as docs/spec/log.md says")
    if (value["seq"] == 0) != (value["prev"] == ""):
        raise LeafError("prev: empty exactly for the first entry of a loan")
