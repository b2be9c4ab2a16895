"""The court's side: filers, submissions, docket entries, case numbers, answers on the chain, moves of the filers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("court_answer", "court_entry", "court_filer", "court_move", "court_number", "court_submission")


def _text(name: str, **options: bool) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, **options)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "court_filer",
        _text("id", primary_key=True),
        _text("name"),
        _text("institution"),
        _text("credit_code"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _text("added_at"),
        sa.Column("revoked_at", sa.Text()),
    )
    op.create_table(
        "court_submission",
        _text("filing_id", primary_key=True),
        *(_text(name) for name in ("filer", "institution", "our_reference", "loan", "package_sha256")),
        sa.Column("size", BIG, nullable=False),
        sa.Column("letter", sa.LargeBinary(), nullable=False),
        _text("state"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *(_text(name) for name in ("assigned_to", "case_number", "cures", "result", "received_at", "moved_at")),
    )
    op.create_index("court_submission_loan", "court_submission", ["institution", "loan"])
    op.create_index("court_submission_state", "court_submission", ["state", "received_at"])
    op.create_table(
        "court_entry",
        sa.Column("id", BIG, primary_key=True),
        _text("filing_id"),
        sa.Column("n", sa.Integer(), nullable=False),
        _text("kind"),
        _text("at"),
        _text("note"),
        _text("by"),
        sa.UniqueConstraint("filing_id", "n", name="court_entry_once"),
    )
    op.create_table(
        "court_number",
        sa.Column("year", sa.Integer(), primary_key=True),
        _text("kind", primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        _text("filing_id"),
        sa.UniqueConstraint("filing_id", name="court_number_filing"),
    )
    op.create_table(
        "court_answer",
        _text("filing_id", primary_key=True),
        sa.Column("decision", sa.Integer(), nullable=False),
        _text("detail_digest"),
        _text("state"),
        sa.Column("nonce", BIG),
        _text("tx"),
        sa.Column("raw_tx", sa.LargeBinary(), nullable=False),
        sa.Column("block", BIG),
        _text("updated_at"),
    )
    op.create_table(
        "court_move",
        sa.Column("id", BIG, primary_key=True),
        _text("filing_id"),
        _text("sha256"),
        _text("kind"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _text("received_at"),
        sa.UniqueConstraint("filing_id", "sha256", name="court_move_once"),
    )
    for table in ("court_entry", "court_move", "court_number"):
        protect(table)


def downgrade() -> None:
    for table in ("court_entry", "court_move", "court_number"):
        unprotect(table)
    for table in reversed(TABLES):
        op.drop_table(table)
