"""CSV: rows one by one, each decoded and cut on its own, so that a broken one harms no other.

Spec: docs/guide/importing.md, RFC 4180.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from evidence_service.importing.csv_rows import RawRow, raw_rows
from evidence_service.importing.mapping import MapRow, mapper_for
from evidence_service.importing.ndjson import UTF8_BOM, UTF16_BOMS
from evidence_service.importing.profile import FileForm, Profile
from evidence_service.importing.records import MAX_ROW_BYTES, ImportFileError, Record, Rejected, RowError


def read_csv(path: Path, profile: Profile) -> Iterator[Record]:
    """Read a CSV file through its profile. A wrong header refuses the file; a wrong row is one `Rejected`."""
    form = profile.form
    csv.field_size_limit(MAX_ROW_BYTES)
    rows = raw_rows(path, multiline=form.multiline)
    header = _header(path, rows, form)
    map_row = mapper_for(profile, header, "csv", path.name)
    for line, raw in rows:
        if isinstance(raw, Rejected):
            yield raw
        elif raw and not raw.isspace():
            yield from _records(line, raw, form, len(header), map_row)


def _header(path: Path, rows: Iterator[RawRow], form: FileForm) -> list[str]:
    line, raw = next(rows, (0, b""))
    if isinstance(raw, Rejected):
        raise ImportFileError(f"{path.name}, line {line}: {raw.reason}")
    if not raw:
        raise ImportFileError(f"{path.name}: no header row; the first line must name the columns")
    if raw.startswith(UTF16_BOMS):
        raise ImportFileError(f"{path.name}: the file is UTF-16; save it as UTF-8")
    try:
        header = _cells(raw.removeprefix(UTF8_BOM), form)
    except RowError as error:
        raise ImportFileError(f"{path.name}, line {line}: {error}") from None
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise ImportFileError(f"{path.name}: column {', '.join(sorted(twice))} stands there twice")
    return header


def _records(line: int, raw: bytes, form: FileForm, width: int, map_row: MapRow) -> Iterator[Record]:
    try:
        cells = _cells(raw, form)
    except RowError as error:
        yield error.rejected(line)
        return
    if len(cells) != width:
        yield Rejected(line, "wrong-column-count", f"{len(cells)} cells where the header has {width} columns")
        return
    yield from map_row(line, cells)


def _cells(raw: bytes, form: FileForm) -> list[str]:
    try:
        text = raw.decode(form.encoding)
    except UnicodeDecodeError as error:
        code = "broken-utf-8" if form.encoding == "utf-8" else "broken-encoding"
        raise RowError(code, f"byte {error.start + 1} of the row is not {form.encoding.upper()}") from None
    if '"' not in text:
        return text.split(form.delimiter)
    try:
        found = list(csv.reader(text.splitlines(keepends=True), delimiter=form.delimiter, strict=True))
    except csv.Error:
        raise RowError("bad-quotes", "the quotes of the row do not close, or stand inside a cell") from None
    if len(found) != 1:
        raise RowError("bad-quotes", "the quotes of the row do not close in its line")
    return found[0]
