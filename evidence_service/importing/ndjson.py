"""NDJSON: one event in the event schema per line, handed on byte for byte.

Spec: docs/guide/importing.md, docs/spec/event.md. Parsing is left to the strict parser of the core, so that a
file and the HTTP API follow one rule; this reader splits lines, bounds them and refuses what is not UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence_service.importing.lines import BROKEN_STREAM, Oversize, bounded_lines, cut_short, open_bytes, too_large
from evidence_service.importing.records import Accepted, ImportFileError, Record, Rejected

UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def read_ndjson(path: Path) -> Iterator[Record]:
    """Read a file line by line. Blank lines hold nothing and are passed over; a UTF-8 BOM is dropped."""
    number = 0
    with open_bytes(path) as stream:
        try:
            for number, line in bounded_lines(stream):
                if isinstance(line, Oversize):
                    yield too_large(number)
                    continue
                raw = _without_bom(path, line) if number == 1 else line
                if raw and not raw.isspace():
                    yield _record(number, raw)
        except BROKEN_STREAM:
            yield cut_short(number + 1)


def _without_bom(path: Path, line: bytes) -> bytes:
    if line.startswith(UTF16_BOMS):
        raise ImportFileError(f"{path.name}: the file is UTF-16; save it as UTF-8")
    return line.removeprefix(UTF8_BOM)


def _record(number: int, raw: bytes) -> Record:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Rejected(number, "broken-utf-8", f"byte {error.start + 1} of the line is not UTF-8")
    return Accepted(number, None, raw)
