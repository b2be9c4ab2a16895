"""The tables of times and sources: timestamp tokens, measurements of our clock, keys of source systems, and what was
observed of the capturing environment. All are append-only."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from evidence_service.adapters.tables import Big, metadata

timestamp_token = Table(
    "timestamp_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("log_id", Integer, nullable=False),
    Column("size", Big, nullable=False),
    Column("authority", Text, nullable=False),
    Column("stamped_at", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
)
clock_measurement = Table(
    "clock_measurement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("measured_at", Text, nullable=False),
    Column("least_ms", Big, nullable=False),
    Column("most_ms", Big, nullable=False),
)
source_key_change = Table(
    "source_key_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("institution", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("vkey", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("not_after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
environment_observation = Table(
    "environment_observation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("observed_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("observation", Text, nullable=False),
)
