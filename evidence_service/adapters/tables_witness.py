"""The tables of witnesses: cosignatures and the policy of the day (append-only), and each witness's last answer."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from evidence_service.adapters.tables import Big, metadata

cosignature = Table(
    "cosignature",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("vkey", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("cosigned_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
)
checkpoint_policy = Table(
    "checkpoint_policy",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("policy", Text, nullable=False),
    Column("kept_at", Text, nullable=False),
)
witness_answer = Table(
    "witness_answer",
    metadata,
    Column("log_id", Integer, primary_key=True),
    Column("vkey", Text, primary_key=True),
    Column("asked_at", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
