"""Who may file with a court: an institution under its credit code, recognised by a key.

Spec: docs/spec/filing.md, "Filers".
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from litigation.court_side.core.quota import OwnQuota

NOBODY = bytes(32)
NO_OWN_QUOTA = OwnQuota()


@dataclass(frozen=True, slots=True)
class Filer:
    """One registered filer. `digest` is the SHA-256 of its key's secret; the key itself is not kept."""

    id: str
    name: str
    institution: str
    credit_code: str
    digest: bytes
    added_at: datetime
    revoked_at: datetime | None = None
    quota: OwnQuota = NO_OWN_QUOTA


def opens(filer: Filer | None, digest: bytes) -> bool:
    """Whether a secret with this digest is the filer's. Constant time, also where there is no such filer."""
    same = hmac.compare_digest(NOBODY if filer is None else filer.digest, digest)
    return same and filer is not None and filer.revoked_at is None
