"""Tables of erasure: the keys of originals, erasures with their progress, restrictions, and which event corrects which.

None of them names a person: keys by number, loans by the lender's number; a restriction names its subject only while it
stands. `correction` is append-only.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from evidence_service.adapters.tables import Big, metadata

original_key = Table(
    "original_key",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("copy", Text, primary_key=True),
    Column("key_id", Big, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("original_key_key", "key_id"),
)
erasure = Table(
    "erasure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("institution", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("loans", Text, nullable=False),
    Column("events", Integer, nullable=False),
    Column("originals", Integer, nullable=False),
    Column("copies", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("done_at", Text),
)
erasure_key = Table(
    "erasure_key",
    metadata,
    Column("key_id", Big, primary_key=True, autoincrement=False),
    Column("erasure_id", Integer, nullable=False),
)
restriction = Table(
    "restriction",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("kept_until", Text),
    Column("restricted_at", Text, nullable=False),
)
correction = Table(
    "correction",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("corrected", Big, nullable=False),
    Index("correction_corrected", "log_id", "corrected"),
)
APPEND_ONLY = ("correction",)
