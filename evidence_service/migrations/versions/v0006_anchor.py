"""Proof material of anchors (block header and receipt), and attestations of chain witnesses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "anchor_material",
        sa.Column("anchor_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("block_hash", sa.Text(), nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "attestation",
        sa.Column("chain_log_id", sa.Text(), primary_key=True),
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), primary_key=True),
        sa.Column("signer", sa.Text(), primary_key=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("attestation")
    op.drop_table("anchor_material")
