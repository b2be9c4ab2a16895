"""The overview of loans (derived from the log, rebuilt at will), its daily sums, and filters that people saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "loan_overview",
        _text("institution", key=True),
        _text("loan", key=True),
        _text("as_of"),
        _whole("entries"),
        _text("product"),
        _text("stratum"),
        _text("court"),
        _text("month"),
        sa.Column("principal", BIG, nullable=False),
        _text("overdue_since"),
        _whole("before_days"),
        sa.Column("claim", BIG, nullable=False),
        _text("limitation"),
        _whole("blocking"),
        _whole("warnings"),
        _text("defects"),
        _text("recommended"),
        _text("reasons"),
        _text("decided"),
        _text("objection"),
        _text("changes_on"),
    )
    for column in ("overdue_since", "claim", "limitation"):
        op.create_index(f"loan_overview_{column}", "loan_overview", ["institution", column, "loan"])
    op.create_index("loan_overview_changes", "loan_overview", ["institution", "changes_on"])
    op.create_index("loan_overview_objection", "loan_overview", ["institution", "objection"])
    op.create_table(
        "overview_mark",
        _text("institution", key=True),
        sa.Column("size", BIG, nullable=False),
        _text("as_of"),
        _text("updated_at"),
    )
    op.create_table(
        "overview_day",
        _text("institution", key=True),
        _text("day", key=True),
        _text("bucket", key=True),
        _whole("loans"),
        sa.Column("amount", BIG, nullable=False),
    )
    op.create_table(
        "saved_filter",
        _text("account", key=True),
        _text("page", key=True),
        _text("name", key=True),
        _text("query"),
        _text("saved_at"),
    )
    op.create_index("case_file_state", "case_file", ["institution", "state"])
    op.create_index("package_reference", "package", ["our_reference", "id"])


def downgrade() -> None:
    op.drop_index("package_reference", "package")
    op.drop_index("case_file_state", "case_file")
    for table in ("saved_filter", "overview_day", "overview_mark", "loan_overview"):
        op.drop_table(table)
