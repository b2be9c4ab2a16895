"""Who may file with a court: an institution under its credit code, recognised by a key.

Spec: docs/spec/filing.md, "Filers".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
