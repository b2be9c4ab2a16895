"""The tables of a court's instance. Instants are RFC 3339 text in UTC; entries, moves and numbers are append-only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

filer = Table(
    "court_filer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("credit_code", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("requests_per_minute", Big),
    Column("bytes_per_day", Big),
    Column("packages_waiting", Big),
)
submission = Table(
    "court_submission",
    metadata,
    Column("filing_id", Text, primary_key=True),
    Column("filer", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("our_reference", Text, nullable=False),
    Column("loan", Text, nullable=False),
    Column("package_sha256", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("letter", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("assigned_to", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("cures", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("moved_at", Text, nullable=False),
    Column("due_on", Text, nullable=False, server_default="9999-12-31"),
    Column("due_what", Text, nullable=False, server_default=""),
    Column("flags", Text, nullable=False, server_default=""),
    Index("court_submission_loan", "institution", "loan"),
    Index("court_submission_state", "state", "received_at"),
    Index("court_submission_board", "state", "urgent", "due_on", "filing_id"),
    Index("court_submission_clerk", "assigned_to", "state"),
)
entry = Table(
    "court_entry",
    metadata,
    Column("id", Big, primary_key=True),
    Column("filing_id", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    UniqueConstraint("filing_id", "n", name="court_entry_once"),
    Index("court_entry_kind", "kind", "at"),
)
number = Table(
    "court_number",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("filing_id", Text, nullable=False),
    UniqueConstraint("filing_id", name="court_number_filing"),
)
answer = Table(
    "court_answer",
    metadata,
    Column("filing_id", Text, primary_key=True),
    Column("decision", Integer, nullable=False),
    Column("detail_digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("nonce", Big),
    Column("tx", Text, nullable=False),
    Column("raw_tx", LargeBinary, nullable=False),
    Column("block", Big),
    Column("updated_at", Text, nullable=False),
    Column("block_hash", Text, nullable=False, server_default=""),
)
move = Table(
    "court_move",
    metadata,
    Column("id", Big, primary_key=True),
    Column("filing_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
    UniqueConstraint("filing_id", "sha256", name="court_move_once"),
)
sheet = Table(
    "court_sheet",
    metadata,
    Column("filing_id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
attempt = Table(
    "court_attempt",
    metadata,
    Column("filing_id", Text, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("next_at", Text, nullable=False),
)
taken = Table(
    "court_taken",
    metadata,
    Column("filer", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("bytes", Big, nullable=False),
)
key = Table(
    "court_key",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("vkey", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("note", Text, nullable=False),
)
APPEND_ONLY = ("court_entry", "court_key", "court_move", "court_number")
