"""The table of a log's keys: the steps of each change, keyed by the new key's number. Append-only by trigger."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from evidence_service.adapters.tables import Big, metadata

log_key_change = Table(
    "log_key_change",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("step", Text, primary_key=True),
    Column("vkey", Text, nullable=False),
    Column("mldsa_vkey", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("at", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stolen_since", Text, nullable=False),
)
