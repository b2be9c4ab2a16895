"""First tables of the three rooms: logs and entries, cases and filings, accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("entry", "event", "subtree", "checkpoint", "package", "docket_entry")
OPEN_FILING = sa.text("state NOT IN ('returned', 'refused', 'failed')")
TABLES = (
    "anchor",
    "checkpoint",
    "entry",
    "event",
    "loan",
    "log",
    "subtree",
    "case_file",
    "docket_entry",
    "filing",
    "package",
    "account",
)


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("log_id", sa.Integer(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("chain_id", BIG, nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("chain_log_id", sa.Text(), nullable=False),
        sa.Column("nonce", BIG, nullable=False),
        sa.Column("tx", sa.Text(), nullable=False),
        sa.Column("raw_tx", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("block", BIG),
        sa.Column("block_hash", sa.Text()),
        sa.Column("gas", BIG),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.UniqueConstraint("log_id", "tx", name="anchor_tx"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("size", BIG, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "entry",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("loan", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("key_id", BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("log_id", "event_id", name="event_id"),
        sa.UniqueConstraint("log_id", "loan", "sequence", name="event_loan_sequence"),
    )
    op.create_index("event_key", "event", ["key_id"])
    op.create_table(
        "loan",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("loan", sa.Text(), primary_key=True),
        sa.Column("reference", sa.Text(), nullable=False, unique=True),
        sa.Column("next_sequence", sa.Integer(), nullable=False),
        sa.Column("last_leaf_hash", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "log",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("institution", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False, unique=True),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("package_vkey", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "subtree",
        sa.Column("log_id", sa.Integer(), primary_key=True),
        sa.Column("level", sa.Integer(), primary_key=True),
        sa.Column("idx", BIG, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("our_reference", sa.Text(), nullable=False, unique=True),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("loan", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.UniqueConstraint("institution", "loan", name="case_file_loan"),
    )
    op.create_table(
        "docket_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("our_reference", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail_digest", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("tx", sa.Text(), nullable=False),
        sa.Column("block", BIG, nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.UniqueConstraint("filing_id", "tx", "kind", name="docket_entry_once"),
    )
    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("our_reference", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("court_address", sa.Text(), nullable=False),
        sa.Column("package_sha256", sa.Text(), nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("chain_id", BIG, nullable=False),
        sa.Column("registry", sa.Text(), nullable=False),
        sa.Column("nonce", BIG, nullable=False),
        sa.Column("tx", sa.Text(), nullable=False),
        sa.Column("raw_tx", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("block", BIG),
        sa.Column("block_hash", sa.Text()),
        sa.Column("lodged_at", sa.Text()),
        sa.Column("outbox", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.UniqueConstraint("package_sha256", "court_address", name="filing_once"),
    )
    op.create_index(
        "filing_open_case",
        "filing",
        ["our_reference"],
        unique=True,
        sqlite_where=OPEN_FILING,
        postgresql_where=OPEN_FILING,
    )
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("our_reference", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pdf_sha256", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("tree_size", BIG, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("built_at", sa.Text(), nullable=False),
        sa.UniqueConstraint("our_reference", "sha256", name="package_bytes"),
    )
    op.create_table(
        "account",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text()),
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        unprotect(table)
    for table in reversed(TABLES):
        op.drop_table(table)
