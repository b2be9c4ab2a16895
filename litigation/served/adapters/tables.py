"""Tables of the served papers: invitations, openings, sessions. Instants are RFC 3339 text in UTC.

Of token and cookie only the SHA-256 is kept, of the code an argon2id hash. Openings are append-only.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

invitation = Table(
    "served_invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_digest", Text, nullable=False),
    Column("code_hash", Text, nullable=False),
    Column("our_reference", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("loan", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("package_sha256", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("openings", Integer, nullable=False),
    Column("max_openings", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("locked_at", Text),
    Column("withdrawn_at", Text),
    UniqueConstraint("token_digest", name="served_invitation_token"),
    Index("served_invitation_case", "our_reference"),
)
opening = Table(
    "served_opening",
    metadata,
    Column("id", Big, primary_key=True),
    Column("invitation", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("invitation", "n", name="served_opening_once"),
)
session = Table(
    "served_session",
    metadata,
    Column("cookie_digest", Text, primary_key=True),
    Column("invitation", Text, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Index("served_session_of", "invitation"),
)
APPEND_ONLY = ("served_opening",)
