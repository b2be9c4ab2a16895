"""The one door for files: pick the reader by the kind of file and hand on its records.

Spec: docs/guide/importing.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence_service.importing.csv_table import read_csv
from evidence_service.importing.ndjson import read_ndjson
from evidence_service.importing.profile import Profile, shipped_profiles
from evidence_service.importing.records import ImportFileError, Record
from evidence_service.importing.xes import read_xes

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xes": "xes",
    ".xml": "xes",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "ndjson",
}


def kind_of(path: Path) -> str:
    """Tell csv, xes or ndjson by the name, `.gz` apart; an unknown ending is an ImportFileError."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    kind = KINDS.get(suffixes[-1]) if suffixes else None
    if kind is None:
        raise ImportFileError(f"{path.name}: the name must end in .ndjson, .csv or .xes (or that and .gz)")
    return kind


def read_events(path: Path, profile: Profile | None) -> Iterator[Record]:
    """Read a file row by row, in its order: `Accepted` once per event, `Rejected` once per bad row.

    Without a profile the file is NDJSON in the event schema. Raises ImportFileError where the whole file cannot
    be read, before the first record.
    """
    kind = kind_of(path)
    if kind == "ndjson":
        if profile is not None:
            raise ImportFileError(f"{path.name}: NDJSON holds events already; leave the profile away")
        return read_ndjson(path)
    if profile is None:
        known = ", ".join(shipped_profiles())
        raise ImportFileError(f"{path.name}: a {kind.upper()} file needs a mapping profile (shipped: {known})")
    if kind not in profile.form.kinds:
        raise ImportFileError(f"{path.name}: profile {profile.name} reads {', '.join(profile.form.kinds)}")
    return read_csv(path, profile) if kind == "csv" else read_xes(path, profile)
