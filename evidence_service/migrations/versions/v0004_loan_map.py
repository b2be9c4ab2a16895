"""The loan map: nodes by version, and audits of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("loan_map", "map_audit")


def upgrade() -> None:
    op.create_table(
        "loan_map",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("prefix", sa.Text(), primary_key=True),
        sa.Column("version", BIG, primary_key=True, autoincrement=False),
        sa.Column("page", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "map_audit",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
    )
    for table in TABLES:
        protect(table)


def downgrade() -> None:
    for table in TABLES:
        unprotect(table)
        op.drop_table(table)
