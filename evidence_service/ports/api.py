"""What the HTTP API keeps: who looked at what, which answer a repeated request gets, which uploads wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Access:
    """One access as it stays on record. `object` names entries, sizes and digests, never a person or a loan."""

    who: str
    action: str
    institution: str
    object: str
    purpose: str
    request_id: str
    at: datetime
    outcome: str = "done"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer that a repeated request gets again, byte for byte. `request` is the digest of what was sent."""

    request: bytes
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """Where an event stands in its log."""

    event_id: str
    index: int
    sequence: int
    captured_at: str
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """An original that was sent ahead of its event. `sealed` holds the key that its waiting file is encrypted under."""

    institution: str
    sha256: str
    sm3: str
    size: int
    sealed: bytes
    uploaded_at: datetime
