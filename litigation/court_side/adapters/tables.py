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
    Index("court_submission_loan", "institution", "loan"),
    Index("court_submission_state", "state", "received_at"),
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
APPEND_ONLY = ("court_entry", "court_move", "court_number")
