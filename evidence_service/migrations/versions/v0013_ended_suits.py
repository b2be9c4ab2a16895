"""A suit that was withdrawn or dismissed keeps no other one of its case out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NAME = "filing_open_case"
BEFORE = sa.text("state NOT IN ('returned', 'refused', 'failed')")
NOW = sa.text("state NOT IN ('returned', 'refused', 'failed', 'ended')")


def upgrade() -> None:
    _replace(NOW)


def downgrade() -> None:
    op.execute(sa.text("UPDATE filing SET state = 'returned' WHERE state = 'ended'"))
    _replace(BEFORE)


def _replace(open_filing: sa.TextClause) -> None:
    op.drop_index(NAME, "filing")
    op.create_index(
        NAME, "filing", ["our_reference"], unique=True, sqlite_where=open_filing, postgresql_where=open_filing
    )
