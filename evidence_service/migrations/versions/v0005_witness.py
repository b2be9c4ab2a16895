"""Cosignatures of witnesses on checkpoints, and the policy of the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("cosignature", "checkpoint_policy")


def upgrade() -> None:
    op.add_column("log", sa.Column("mldsa_vkey", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "cosignature",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("vkey", sa.Text(), primary_key=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "checkpoint_policy",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "witness_answer",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("vkey", sa.Text(), primary_key=True),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        unprotect(table)
    for table in ("witness_answer", "checkpoint_policy", "cosignature"):
        op.drop_table(table)
    op.drop_column("log", "mldsa_vkey")
