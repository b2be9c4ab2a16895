"""The history of a log's keys: each step of a change of keys, of which nothing is ever taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "log_key_change",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("step", sa.Text(), primary_key=True),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("mldsa_vkey", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stolen_since", sa.Text(), nullable=False),
    )
    protect("log_key_change")


def downgrade() -> None:
    unprotect("log_key_change")
    op.drop_table("log_key_change")
