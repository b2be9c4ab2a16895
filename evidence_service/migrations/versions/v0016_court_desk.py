"""The clerk's desk: next deadlines and flags of filings, what the examination read, quotas, depth of answers, keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEVER = "9999-12-31"
TABLES = ("court_attempt", "court_key", "court_sheet", "court_taken")
QUOTAS = ("requests_per_minute", "bytes_per_day", "packages_waiting")


def _text(name: str, *, default: str | None = None, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key, server_default=default)


def upgrade() -> None:
    for quota in QUOTAS:
        op.add_column("court_filer", sa.Column(quota, BIG))
    op.add_column("court_submission", _text("due_on", default=NEVER))
    op.add_column("court_submission", _text("due_what", default=""))
    op.add_column("court_submission", _text("flags", default=""))
    op.create_index("court_submission_board", "court_submission", ["state", "urgent", "due_on", "filing_id"])
    op.create_index("court_submission_clerk", "court_submission", ["assigned_to", "state"])
    op.create_index("court_entry_kind", "court_entry", ["kind", "at"])
    op.add_column("court_answer", _text("block_hash", default=""))
    op.create_table("court_sheet", _text("filing_id", key=True), _text("body"))
    op.create_table(
        "court_attempt",
        _text("filing_id", key=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("problem"),
        _text("next_at"),
    )
    op.create_table(
        "court_taken", _text("filer", key=True), _text("day", key=True), sa.Column("bytes", BIG, nullable=False)
    )
    op.create_table(
        "court_key",
        sa.Column("n", sa.Integer(), primary_key=True),
        _text("vkey"),
        _text("since"),
        _text("note"),
    )
    protect("court_key")


def downgrade() -> None:
    unprotect("court_key")
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("court_answer", "block_hash")
    op.drop_index("court_entry_kind", "court_entry")
    op.drop_index("court_submission_clerk", "court_submission")
    op.drop_index("court_submission_board", "court_submission")
    for column in ("flags", "due_what", "due_on"):
        op.drop_column("court_submission", column)
    for quota in QUOTAS:
        op.drop_column("court_filer", quota)
