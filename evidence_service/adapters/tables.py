"""The tables of the evidence room, as SQLAlchemy Core sees them. The migrations make them; a test compares both.

Instants are RFC 3339 text in UTC; digests are raw bytes. `entry`, `event`, `subtree` and `checkpoint` are
append-only: triggers refuse UPDATE and DELETE, and anchors detect whoever gets past the triggers.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

log = Table(
    "log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("institution", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("origin", Text, nullable=False, unique=True),
    Column("vkey", Text, nullable=False),
    Column("package_vkey", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("mldsa_vkey", Text, nullable=False, server_default=""),
)
loan = Table(
    "loan",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("loan", Text, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("next_sequence", Integer, nullable=False),
    Column("last_leaf_hash", LargeBinary, nullable=False),
)
entry = Table(
    "entry",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
)
event = Table(
    "event",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False),
    Column("loan", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("occurred_at", Text, nullable=False),
    Column("captured_at", Text, nullable=False),
    Column("key_id", Big, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("log_id", "event_id", name="event_id"),
    UniqueConstraint("log_id", "loan", "sequence", name="event_loan_sequence"),
    Index("event_key", "key_id"),
)
event_part = Table(  # fields of an event about a further subject, under that subject's key
    "event_part",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("key_id", Big, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("event_part_key", "key_id"),
)
subtree = Table(
    "subtree",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)
anchor = Table(
    "anchor",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("log_id", Integer, nullable=False),
    Column("size", Big, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("chain_id", Big, nullable=False),
    Column("contract", Text, nullable=False),
    Column("chain_log_id", Text, nullable=False),
    Column("nonce", Big, nullable=False),
    Column("tx", Text, nullable=False),
    Column("raw_tx", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("block", Big),
    Column("block_hash", Text),
    Column("gas", Big),
    Column("error", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("log_id", "tx", name="anchor_tx"),
)
APPEND_ONLY = (
    "entry",
    "event",
    "event_part",
    "subtree",
    "checkpoint",
    "loan_map",
    "map_audit",
    "access",
    "cosignature",
    "checkpoint_policy",
    "correction",
    "timestamp_token",
    "clock_measurement",
    "source_key_change",
    "environment_observation",
    "log_key_change",
)

from evidence_service.adapters import tables_anchor as _tables_anchor  # noqa: E402, F401
from evidence_service.adapters import tables_api as _tables_api  # noqa: E402, F401 - they share `metadata`
from evidence_service.adapters import tables_erasure as _tables_erasure  # noqa: E402, F401
from evidence_service.adapters import tables_log_keys as _tables_log_keys  # noqa: E402, F401
from evidence_service.adapters import tables_map as _tables_map  # noqa: E402, F401
from evidence_service.adapters import tables_timestamps as _tables_timestamps  # noqa: E402, F401
from evidence_service.adapters import tables_witness as _tables_witness  # noqa: E402, F401
