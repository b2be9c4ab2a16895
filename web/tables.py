"""Tables of the web room: accounts and where they belong, second factors, sessions, purposes, four-eyes requests.

Passwords are argon2id hashes, recovery codes and session tokens SHA-256 digests, second-factor secrets sealed. The
three approval tables are append-only by trigger.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

from evidence_service.adapters.tables import Big

metadata = MetaData()

account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("locked_until", Text),
    Column("disabled_at", Text),
    Column("must_change", Integer, nullable=False, server_default="0"),
    Column("issuer", Text),
    Column("subject", Text),
    Index("account_issuer", "issuer", "subject", unique=True),
)
account_institution = Table(
    "account_institution",
    metadata,
    Column("account", Text, primary_key=True),
    Column("institution", Text, primary_key=True),
)
account_factor = Table(
    "account_factor",
    metadata,
    Column("account", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("confirmed_at", Text),
    Column("last_step", Big, nullable=False, server_default="0"),
)
account_recovery = Table(
    "account_recovery",
    metadata,
    Column("account", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("used_at", Text),
)
web_session = Table(
    "web_session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("whole", Integer, nullable=False, server_default="0"),
    Column("ended_at", Text),
    Index("web_session_account", "account", "began_at"),
)
address_pause = Table(
    "address_pause",
    metadata,
    Column("address", Text, primary_key=True),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("last_at", Text, nullable=False),
    Column("locked_until", Text),
)
stated_purpose = Table(
    "stated_purpose",
    metadata,
    Column("session", Text, primary_key=True),
    Column("thing", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("at", Text, nullable=False),
)
approval_request = Table(
    "approval_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("approval_request_asked", "institution", "asked_at"),
)
approval_decision = Table(
    "approval_decision",
    metadata,
    Column("request", Text, primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("approved", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
)
approval_outcome = Table(
    "approval_outcome",
    metadata,
    Column("id", Big, primary_key=True),
    Column("request", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("detail", Text, nullable=False),
    Index("approval_outcome_request", "request"),
)
saved_filter = Table(
    "saved_filter",
    metadata,
    Column("account", Text, primary_key=True),
    Column("page", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)
APPEND_ONLY = ("approval_request", "approval_decision", "approval_outcome")

from web import compliance_tables as _compliance_tables  # noqa: E402, F401 - they share `metadata`
