"""Tables of the delivery to courts over HTTP: their signed notes, how far they were read, what we sent afterwards."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

note = Table(
    "court_note",
    metadata,
    Column("id", Big, primary_key=True),
    Column("filing_id", Text, nullable=False),
    Column("court_address", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    UniqueConstraint("filing_id", "n", name="court_note_once"),
)
place = Table(
    "court_place",
    metadata,
    Column("court_address", Text, primary_key=True),
    Column("place", Big, nullable=False),
)
move = Table(
    "filing_move",
    metadata,
    Column("id", Big, primary_key=True),
    Column("filing_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    UniqueConstraint("filing_id", "sha256", name="filing_move_once"),
)
APPEND_ONLY = ("court_note",)
