"""Keys of data subjects, and sealed parts of events under another subject's key.

On SQLite the keys lie in a file of their own (subject-keys.db), which its adapter makes; only PostgreSQL has them here.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "event_part",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key_id", BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index("event_part_key", "event_part", ["key_id"])
    protect("event_part")
    if op.get_bind().dialect.name == "postgresql":
        op.create_table(
            "subject_key",
            sa.Column("id", BIG, primary_key=True),
            sa.Column("name", sa.LargeBinary(), nullable=False),
            sa.Column("generation", sa.Integer(), nullable=False),
            sa.Column("destroyed", sa.Boolean(), nullable=False),
            sa.Column("wrapped", sa.LargeBinary(), nullable=False),
            sa.UniqueConstraint("name", "generation", name="subject_key_name"),
        )
        op.create_table(
            "subject_key_epoch",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("epoch", BIG, nullable=False),
        )
        op.execute("INSERT INTO subject_key_epoch (id, epoch) VALUES (1, 0)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("subject_key_epoch")
        op.drop_table("subject_key")
    unprotect("event_part")
    op.drop_table("event_part")
