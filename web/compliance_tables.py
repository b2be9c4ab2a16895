"""Tables of the pages of compliance: the last run over each log, its findings, and who runs the rules now.

All of it comes from the log and may be thrown away; decisions about findings are events. What names people is sealed.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from evidence_service.adapters.tables import Big
from web.tables import metadata

run = Table(
    "compliance_run",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("size", Big, nullable=False),
    Column("decided_size", Big, nullable=False),
    Column("ran_at", Text, nullable=False),
    Column("ran_by", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
finding = Table(
    "compliance_finding",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("finding", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("loan", Text, nullable=False),
    Column("entry", Big, nullable=False),
    Column("events", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decision", Big),
    Index("compliance_finding_digest", "institution", "finding"),
    Index("compliance_finding_rule", "institution", "rule", "position"),
    Index("compliance_finding_state", "institution", "state", "position"),
)
original = Table(  # which entry names which original, for the search by digest
    "compliance_original",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("entry", Big, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),
    Column("sm3", Text, nullable=False),
    Index("compliance_original_sha256", "institution", "sha256"),
    Index("compliance_original_sm3", "institution", "sm3"),
)
job = Table(
    "compliance_job",
    metadata,
    Column("institution", Text, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("ended_at", Text),
    Column("problem", Text, nullable=False),
)
