"""Tables of the HTTP API: keys, remembered answers, uploads that no event names yet, and the access log.

`access` is append-only by trigger: whoever looked at or wrote something stays on record. It holds no personal data.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from evidence_service.adapters.tables import Big, metadata

access = Table(
    "access",
    metadata,
    Column("id", Big, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("access_who", "who", "id"),
    Index("access_at", "at"),
)
api_answer = Table(
    "api_answer",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("idempotency_key", LargeBinary, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("api_answer_created", "created_at"),
)
api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
)
api_upload = Table(
    "api_upload",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("sm3", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("uploaded_at", Text, nullable=False),
)
APPEND_ONLY = ("access",)
