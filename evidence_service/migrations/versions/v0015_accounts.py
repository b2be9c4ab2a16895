"""Institutions of an account, second factor, sessions, pauses of an address, stated purposes, four-eyes requests.

Accounts of before saw every institution; they keep those that are there today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evidence_service.migrations.append_only import protect, unprotect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "account_institution",
    "account_factor",
    "account_recovery",
    "web_session",
    "address_pause",
    "stated_purpose",
    "approval_request",
    "approval_decision",
    "approval_outcome",
)
APPEND_ONLY = ("approval_request", "approval_decision", "approval_outcome")
NEW_COLUMNS = ("disabled_at", "must_change", "issuer", "subject")


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, primary_key=primary_key)


def _number(name: str, kind: sa.types.TypeEngine[int] | None = None) -> sa.Column[int]:
    return sa.Column(name, kind or sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    op.add_column("account", _text("disabled_at", nullable=True))
    op.add_column("account", _number("must_change"))
    op.add_column("account", _text("issuer", nullable=True))
    op.add_column("account", _text("subject", nullable=True))
    op.create_index("account_issuer", "account", ["issuer", "subject"], unique=True)
    _people()
    _sessions()
    _approvals()
    op.execute(
        "INSERT INTO account_institution (account, institution) "
        "SELECT account.name, log.institution FROM account CROSS JOIN log"
    )
    for table in APPEND_ONLY:
        protect(table)


def _people() -> None:
    op.create_table("account_institution", _text("account", primary_key=True), _text("institution", primary_key=True))
    op.create_table(
        "account_factor",
        _text("account", primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("made_at"),
        _text("confirmed_at", nullable=True),
        _number("last_step", BIG),
    )
    op.create_table(
        "account_recovery",
        _text("account", primary_key=True),
        _text("digest", primary_key=True),
        _text("used_at", nullable=True),
    )


def _sessions() -> None:
    op.create_table(
        "web_session",
        _text("digest", primary_key=True),
        _text("account"),
        *(_text(name) for name in ("how", "address", "agent", "began_at", "seen_at")),
        _number("whole"),
        _text("ended_at", nullable=True),
    )
    op.create_index("web_session_account", "web_session", ["account", "began_at"])
    op.create_table(
        "address_pause",
        _text("address", primary_key=True),
        _number("failed"),
        _text("last_at"),
        _text("locked_until", nullable=True),
    )
    op.create_table(
        "stated_purpose",
        _text("session", primary_key=True),
        _text("thing", primary_key=True),
        _text("purpose"),
        _text("at"),
    )


def _approvals() -> None:
    op.create_table(
        "approval_request",
        _text("id", primary_key=True),
        *(_text(name) for name in ("kind", "institution", "object", "digest")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *(_text(name) for name in ("reason", "asked_by", "asked_at", "expires_at")),
    )
    op.create_index("approval_request_asked", "approval_request", ["institution", "asked_at"])
    op.create_table(
        "approval_decision",
        _text("request", primary_key=True),
        *(_text(name) for name in ("asked_by", "decided_by")),
        _number("approved"),
        *(_text(name) for name in ("reason", "at")),
        sa.CheckConstraint("asked_by <> decided_by", name="approval_by_another"),
    )
    op.create_table(
        "approval_outcome",
        sa.Column("id", BIG, primary_key=True),
        _text("request"),
        _text("at"),
        _number("done"),
        _text("detail"),
    )
    op.create_index("approval_outcome_request", "approval_outcome", ["request"])


def downgrade() -> None:
    for table in APPEND_ONLY:
        unprotect(table)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("account_issuer", "account")
    with op.batch_alter_table("account") as batch:
        for column in NEW_COLUMNS:
            batch.drop_column(column)
