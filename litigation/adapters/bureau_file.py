"""A bureau of borrowings as a file: what a bureau delivered overnight, one row a person, read strictly.

CSV with the columns subject, lenders, outstanding (may be empty), reference. Spec: docs/spec/preloan.md section 3.
"""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path

from litigation.core.preloan import BureauAnswer
from litigation.errors import LitigationError

COLUMNS = {"subject", "lenders", "outstanding", "reference"}


class BureauFileError(LitigationError):
    """A file of a bureau cannot be read; the message names the line."""

    code = "bureau-file"


class FileBureau:
    """`Bureau` on a file; `source` is what the answers say they come from."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source

    def ask(self, subject: str) -> BureauAnswer | None:
        """The row of a subject; None where there is none. Two rows of one subject are refused."""
        found: BureauAnswer | None = None
        with self._path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if set(rows.fieldnames or ()) != COLUMNS:
                raise BureauFileError(f"{self._path.name}: the columns are {', '.join(sorted(COLUMNS))}")
            for row in rows:
                if row["subject"] != subject:
                    continue
                if found is not None:
                    raise BureauFileError(f"{self._path.name} line {rows.line_num}: a second row of the same subject")
                found = self._answer(row, rows.line_num)
        return found

    def _answer(self, row: dict[str, str], line: int) -> BureauAnswer:
        try:
            lenders, owed = int(row["lenders"]), Decimal(row["outstanding"]) if row["outstanding"] else None
        except (ValueError, InvalidOperation) as error:
            raise BureauFileError(f"{self._path.name} line {line}: lenders and outstanding are numbers") from error
        if lenders < 0 or (owed is not None and (not owed.is_finite() or owed < 0)) or not row["reference"]:
            raise BureauFileError(f"{self._path.name} line {line}: no negative numbers, and a reference")
        return BureauAnswer(self._source, row["reference"], lenders, owed)
