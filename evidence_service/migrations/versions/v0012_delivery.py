"""What courts received and entered: signed notes as they came, and how far each court's entries were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("court_note", "court_place", "filing_move")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "court_note",
        sa.Column("id", BIG, primary_key=True),
        *(_text(name) for name in ("filing_id", "court_address")),
        sa.Column("n", sa.Integer(), nullable=False),
        *(_text(name) for name in ("kind", "at", "note", "received_at")),
        sa.UniqueConstraint("filing_id", "n", name="court_note_once"),
    )
    op.create_table(
        "court_place",
        sa.Column("court_address", sa.Text(), primary_key=True),
        sa.Column("place", BIG, nullable=False),
    )
    op.create_table(
        "filing_move",
        sa.Column("id", BIG, primary_key=True),
        *(_text(name) for name in ("filing_id", "sha256", "kind")),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _text("state"),
        _text("made_at"),
        sa.UniqueConstraint("filing_id", "sha256", name="filing_move_once"),
    )
    protect("court_note")


def downgrade() -> None:
    unprotect("court_note")
    for table in reversed(TABLES):
        op.drop_table(table)
