"""CSV: rows one by one, each decoded and cut on its own, so that a broken one harms no other.

Spec: docs/guide/importing.md, RFC 4180. Unless the profile says `multiline: true`, a line is a row and a quote must
close in its line: an open quote then costs one row, and no text inside a field can pose as further rows unnoticed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from evidence_service.importing.lines import BROKEN_STREAM, bounded_lines, cut_short, open_bytes, too_large
from evidence_service.importing.mapping import MapRow, mapper_for
from evidence_service.importing.ndjson import UTF8_BOM, UTF16_BOMS
from evidence_service.importing.profile import FileForm, Profile
from evidence_service.importing.records import MAX_ROW_BYTES, ImportFileError, Record, Rejected, RowError

RawRow = tuple[int, "bytes | Rejected"]


def read_csv(path: Path, profile: Profile) -> Iterator[Record]:
    """Read a CSV file through its profile. A wrong header refuses the file; a wrong row is one `Rejected`."""
    form = profile.form
    csv.field_size_limit(MAX_ROW_BYTES)
    with open_bytes(path) as stream:
        rows = _raw_rows(bounded_lines(stream), form)
        header = _header(path, rows, form)
        map_row = mapper_for(profile, header, "csv", path.name)
        for line, raw in rows:
            if isinstance(raw, Rejected):
                yield raw
            elif raw and not raw.isspace():
                yield from _records(line, raw, form, len(header), map_row)


def _header(path: Path, rows: Iterator[RawRow], form: FileForm) -> list[str]:
    line, raw = next(rows, (0, b""))
    if isinstance(raw, Rejected) or not raw:
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


def _raw_rows(lines: Iterator[tuple[int, bytes | None]], form: FileForm) -> Iterator[RawRow]:
    """Put lines together to rows (only where a quoted cell may hold newlines), and end a cut file in words."""
    number = 0
    try:
        for number, line in lines:
            if line is None:
                yield number, too_large(number)
            elif form.multiline and line.count(b'"') % 2:
                yield _continued(number, line, lines)
            else:
                yield number, line
    except BROKEN_STREAM:
        yield number + 1, cut_short(number + 1)


def _continued(start: int, first: bytes, lines: Iterator[tuple[int, bytes | None]]) -> RawRow:
    pieces, size, end = [first], len(first), start
    for number, line in lines:
        end = number
        if line is None:  # its quotes were not seen: nobody can say where this row ends
            break
        size += len(line) + 1
        if size <= MAX_ROW_BYTES:
            pieces.append(line)
        if line.count(b'"') % 2:
            return start, (b"\n".join(pieces) if size <= MAX_ROW_BYTES else too_large(start))
    reason = f"a quote opened in line {start} is still open in line {end}; lines {start} to {end} were not read"
    return start, Rejected(start, "open-quote", reason)
