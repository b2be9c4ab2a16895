"""What the pages of compliance keep: the last run of the rules over a log, findings, originals by digest, its lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def upgrade() -> None:
    op.create_table(
        "compliance_run",
        _text("institution", key=True),
        sa.Column("size", BIG, nullable=False),
        sa.Column("decided_size", BIG, nullable=False),
        _text("ran_at"),
        _text("ran_by"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "compliance_finding",
        _text("institution", key=True),
        sa.Column("position", sa.Integer(), nullable=False, primary_key=True, autoincrement=False),
        _text("finding"),
        _text("rule"),
        _text("verdict"),
        _text("severity"),
        _text("loan"),
        sa.Column("entry", BIG, nullable=False),
        _text("events"),
        _text("state"),
        sa.Column("decision", BIG, nullable=True),
    )
    op.create_index("compliance_finding_digest", "compliance_finding", ["institution", "finding"])
    op.create_index("compliance_finding_rule", "compliance_finding", ["institution", "rule", "position"])
    op.create_index("compliance_finding_state", "compliance_finding", ["institution", "state", "position"])
    op.create_table(
        "compliance_original",
        _text("institution", key=True),
        sa.Column("entry", BIG, nullable=False, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False, primary_key=True, autoincrement=False),
        _text("sha256"),
        _text("sm3"),
    )
    op.create_index("compliance_original_sha256", "compliance_original", ["institution", "sha256"])
    op.create_index("compliance_original_sm3", "compliance_original", ["institution", "sm3"])
    op.create_table(
        "compliance_job",
        _text("institution", key=True),
        _text("started_at"),
        _text("started_by"),
        sa.Column("ended_at", sa.Text(), nullable=True),
        _text("problem"),
    )


def downgrade() -> None:
    for table in ("compliance_job", "compliance_original", "compliance_finding", "compliance_run"):
        op.drop_table(table)
