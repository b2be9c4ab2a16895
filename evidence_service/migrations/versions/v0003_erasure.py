"""Erasures, restrictions, corrections, and the keys of originals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("correction", "erasure", "erasure_key", "original_key", "restriction")


def upgrade() -> None:
    op.create_table(
        "original_key",
        sa.Column("institution", sa.Text(), primary_key=True),
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("copy", sa.Text(), primary_key=True),
        sa.Column("key_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("original_key_key", "original_key", ["key_id"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("loans", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("originals", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("done_at", sa.Text()),
    )
    op.create_table(
        "erasure_key",
        sa.Column("key_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("erasure_id", sa.Integer(), nullable=False),
    )
    op.create_table(
        "restriction",
        sa.Column("institution", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kept_until", sa.Text()),
        sa.Column("restricted_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "correction",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("corrected", BIG, nullable=False),
    )
    op.create_index("correction_corrected", "correction", ["log_id", "corrected"])
    protect("correction")


def downgrade() -> None:
    unprotect("correction")
    for table in TABLES:
        op.drop_table(table)
