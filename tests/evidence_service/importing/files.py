"""Small files and a small profile for the import tests."""

from __future__ import annotations

import gzip
from pathlib import Path

from evidence_service.importing import Accepted, Profile, Record, Rejected, read_events
from evidence_service.importing.profile import parse_profile

PROFILE = """\
profile: toy
version: "1"
title: A toy source
institution: {slug: toy, name: Toy lender}
columns:
  loan_no: {kind: text}
  what: {kind: text}
  at: {kind: instant}
  day: {kind: date, csv: at, xes: at, format: written}
  money: {kind: amount}
  who: {kind: text}
event:
  id: "toy:{loan_no}:{what}"
  loan: "{loan_no}"
  time: at
  actor: {id: "{who}", role: staff, org: toy}
  source: {system: toy, mechanism: imported, version: "1"}
by: what
table:
  paid: {type: payment.received, payload: {amount: "{money}", currency: CNY, received_on: "{day}"}}
  asked: {type: application.submitted, payload: {amount_requested: "{money}"}}
"""
HEADER = b"loan_no,what,at,money,who\n"
GOOD = b"L1,paid,2024-01-05T10:03:04.250+08:00,12.50,E1\n"


def toy_profile(old: str = "", new: str = "") -> Profile:
    """The toy profile, with one piece of its text replaced."""
    assert old in PROFILE
    return parse_profile(PROFILE.replace(old, new, 1).encode() if old else PROFILE.encode(), "toy.yaml")


def written(folder: Path, name: str, content: bytes) -> Path:
    """Write a file, gzipped where its name says so."""
    path = folder / name
    path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    return path


def read_csv_bytes(folder: Path, content: bytes, profile: Profile | None = None, name: str = "t.csv") -> list[Record]:
    """Read a CSV file through the toy profile."""
    return list(read_events(written(folder, name, content), profile or toy_profile()))


def accepted(records: list[Record]) -> list[Accepted]:
    """Those that give an event."""
    return [record for record in records if isinstance(record, Accepted)]


def rejected(records: list[Record]) -> list[tuple[int, str]]:
    """Line and reason code of those that do not."""
    return [(record.line, record.reason_code) for record in records if isinstance(record, Rejected)]
