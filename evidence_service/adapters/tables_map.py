"""Tables of the loan map: its pages by version, and what independent auditors signed about it. Both are append-only.

`version` is the index of the map entry that the page belongs to first; `prefix` is the page's place, in hex digits.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from evidence_service.adapters.tables import Big, metadata

loan_map = Table(
    "loan_map",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("prefix", Text, primary_key=True),
    Column("version", Big, primary_key=True, autoincrement=False),
    Column("page", LargeBinary, nullable=False),
)
map_audit = Table(
    "map_audit",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("sha256", Text, primary_key=True),
    Column("note", Text, nullable=False),
    Column("imported_at", Text, nullable=False),
)
