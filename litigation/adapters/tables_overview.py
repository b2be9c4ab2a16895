"""The overview of loans: what the portfolio page lists. Derived from the log, never trusted for anything that is filed.

Money is kept in fen so that it sorts, -1 where it is not known; days are ISO 8601 text, 9999-12-31 where there is none.
No name, identity number or address stands here: a loan number, amounts, days, codes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

loan_overview = Table(
    "loan_overview",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("loan", Text, primary_key=True),
    Column("as_of", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("product", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("court", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("principal", Big, nullable=False),
    Column("overdue_since", Text, nullable=False),
    Column("before_days", Integer, nullable=False),
    Column("claim", Big, nullable=False),
    Column("limitation", Text, nullable=False),
    Column("blocking", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("defects", Text, nullable=False),
    Column("recommended", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("decided", Text, nullable=False),
    Column("objection", Text, nullable=False),
    Column("changes_on", Text, nullable=False),
    Index("loan_overview_overdue_since", "institution", "overdue_since", "loan"),
    Index("loan_overview_claim", "institution", "claim", "loan"),
    Index("loan_overview_limitation", "institution", "limitation", "loan"),
    Index("loan_overview_changes", "institution", "changes_on"),
    Index("loan_overview_objection", "institution", "objection"),
)
overview_mark = Table(
    "overview_mark",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("size", Big, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
overview_day = Table(
    "overview_day",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("bucket", Text, primary_key=True),
    Column("loans", Integer, nullable=False),
    Column("amount", Big, nullable=False),
)
