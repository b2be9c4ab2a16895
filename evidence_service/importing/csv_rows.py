"""Which lines of a CSV file make a row, decided so that no text inside a quoted cell can pose as a row.

Spec: docs/guide/importing.md, section "quotes"; RFC 4180. A line with an odd number of quotes leaves one open. If a
later line closes it, all lines from here to there lie in quotes: one row where the profile says `multiline: true`,
else rejected one by one. If nothing closes it, that line alone is broken, and the file is read again from the next.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence_service.importing.lines import (
    BROKEN_STREAM,
    Oversize,
    bounded_lines,
    cut_short,
    open_bytes,
    too_large,
)
from evidence_service.importing.records import MAX_ROW_BYTES, Rejected

RawRow = tuple[int, "bytes | Rejected"]
Lines = Iterator[tuple[int, "bytes | Oversize"]]


@dataclass(frozen=True, slots=True)
class _Quoted:
    """Lines from an open quote to its end. `row` is None where they are longer than a row may be."""

    last: int
    row: bytes | None


def raw_rows(path: Path, *, multiline: bool) -> Iterator[RawRow]:
    """Give the rows of a file with their first line; what is no row comes as Rejected."""
    start = 1
    while start:
        with open_bytes(path) as stream:
            start = yield from _pass(bounded_lines(stream), start, multiline=multiline)


def _pass(lines: Lines, start: int, *, multiline: bool) -> Generator[RawRow, None, int]:
    """Read on from a line; return the line to read again from, or 0 at the end of the file."""
    number, opened = 0, False
    try:
        for number, line in lines:
            if number < start:
                continue
            if not _open(line):
                yield number, too_large(number) if isinstance(line, Oversize) else line
                continue
            opened = True
            quoted = _to_the_end_of_quotes(line, lines)
            opened = False
            if quoted is None:
                yield number, _never_closed(number)
                return number + 1
            yield from _rows_of(number, quoted, multiline=multiline)
    except BROKEN_STREAM:
        if opened:
            yield number, _never_closed(number)
        yield number + 1, cut_short(number + 1)
    return 0


def _open(line: bytes | Oversize) -> bool:
    quotes = line.quotes if isinstance(line, Oversize) else line.count(b'"')
    return quotes % 2 == 1


def _to_the_end_of_quotes(first: bytes | Oversize, lines: Lines) -> _Quoted | None:
    """Walk to the line that closes the quote; None where the file ends before."""
    pieces: list[bytes] = []
    size = _keep(pieces, first, 0)
    for number, line in lines:
        size = _keep(pieces, line, size)
        if _open(line):
            return _Quoted(number, b"\n".join(pieces) if pieces else None)
    return None


def _keep(pieces: list[bytes], line: bytes | Oversize, size: int) -> int:
    """Keep a line while the row is not too long; return its size so far."""
    size += MAX_ROW_BYTES + 1 if isinstance(line, Oversize) else len(line) + 1
    if size > MAX_ROW_BYTES + 1:  # the row has one newline less than lines
        pieces.clear()
    elif not isinstance(line, Oversize):
        pieces.append(line)
    return size


def _rows_of(first: int, quoted: _Quoted, *, multiline: bool) -> Iterator[RawRow]:
    if multiline:
        yield first, too_large(first) if quoted.row is None else quoted.row
        return
    reason = f"lines {first} to {quoted.last} lie between two open quotes; set 'multiline: true' or mend the file"
    for number in range(first, quoted.last + 1):
        yield number, Rejected(number, "inside-quotes", reason)


def _never_closed(number: int) -> Rejected:
    return Rejected(number, "open-quote", "a quote is opened in this line and never closed")
