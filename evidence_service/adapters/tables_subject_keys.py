"""Tables of subjects' keys.

They lie in a file of their own on SQLite (subject-keys.db) and beside the others on PostgreSQL; hence
their own metadata. A subject stands there only as a keyed digest, never by name.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, Table, UniqueConstraint

Big = BigInteger().with_variant(Integer, "sqlite")
key_metadata = MetaData()
subject_key = Table(
    "subject_key",
    key_metadata,
    Column("id", Big, primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("destroyed", Boolean, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    UniqueConstraint("name", "generation", name="subject_key_name"),
)
subject_key_epoch = Table(
    "subject_key_epoch",
    key_metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", Big, nullable=False),
)
