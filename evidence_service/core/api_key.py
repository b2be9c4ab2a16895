"""Keys of the HTTP API: how one is made, written, and recognised again.

Spec: docs/guide/api.md (Keys). A key is `pd_ID_SECRET`. The secret has 256 random bits, so nobody guesses it and a slow
password hash would add nothing but load: one SHA-256 is kept, compared in constant time. The key is shown once.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from evidence_service.core.commitment import base64url

ID_BYTES, SECRET_BYTES = 8, 32
KEY = re.compile(r"pd_([0-9a-f]{16})_([A-Za-z0-9_-]{43})\Z")
NOBODY = bytes(32)
"""Digest that is compared where no key has the id, so that the work is the same."""


class Scope(StrEnum):
    """What a key may do with its institution's log."""

    EVENTS_WRITE = "events:write"
    EVENTS_READ = "events:read"
    ATTACHMENTS_WRITE = "attachments:write"
    PROOFS_READ = "proofs:read"
    LOG_READ = "log:read"
    ENTRIES_READ = "entries:read"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key as it is kept: whose it is, what for, what it may do, how often. Never the key itself."""

    id: str
    institution: str
    purpose: str
    scopes: frozenset[Scope]
    digest: bytes
    per_minute: int
    created_at: datetime
    revoked_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether the key has a scope."""
        return scope in self.scopes


def new_key(drawn: bytes) -> tuple[str, str, bytes]:
    """(id, key as it is shown this once, digest that is kept), from 40 random bytes."""
    assert len(drawn) == ID_BYTES + SECRET_BYTES
    key_id, secret = drawn[:ID_BYTES].hex(), base64url(drawn[ID_BYTES:])
    return key_id, f"pd_{key_id}_{secret}", sha256(secret.encode()).digest()


def split_key(text: str) -> tuple[str, bytes] | None:
    """(id, digest of the secret) of a key as somebody sent it; None where it is not written like one."""
    found = KEY.match(text)
    return None if found is None else (found[1], sha256(found[2].encode()).digest())


def opens(key: ApiKey | None, digest: bytes) -> bool:
    """Whether a secret with this digest is the key's. Constant time, also where there is no key."""
    same = hmac.compare_digest(NOBODY if key is None else key.digest, digest)
    return same and key is not None and key.revoked_at is None
