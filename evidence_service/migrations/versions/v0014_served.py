"""Served papers: invitations of a case's parties, each opening, and the sessions that an opening begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("served_invitation", "served_opening", "served_session")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "served_invitation",
        sa.Column("id", sa.Text(), primary_key=True),
        *(_text(name) for name in ("token_digest", "code_hash", "our_reference", "institution", "loan", "recipient")),
        *(_text(name) for name in ("package_sha256", "made_by", "made_at", "expires_at")),
        *(_number(name) for name in ("openings", "max_openings", "failed")),
        *(_text(name, nullable=True) for name in ("locked_at", "withdrawn_at")),
        sa.UniqueConstraint("token_digest", name="served_invitation_token"),
    )
    op.create_index("served_invitation_case", "served_invitation", ["our_reference"])
    op.create_table(
        "served_opening",
        sa.Column("id", BIG, primary_key=True),
        _text("invitation"),
        _number("n"),
        _text("at"),
        sa.UniqueConstraint("invitation", "n", name="served_opening_once"),
    )
    op.create_table(
        "served_session",
        sa.Column("cookie_digest", sa.Text(), primary_key=True),
        *(_text(name) for name in ("invitation", "began_at", "ends_at")),
    )
    op.create_index("served_session_of", "served_session", ["invitation"])
    protect("served_opening")


def downgrade() -> None:
    unprotect("served_opening")
    for table in reversed(TABLES):
        op.drop_table(table)
