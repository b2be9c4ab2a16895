"""Bytes from a file, plain or gzip, cut into lines of bounded length.

Spec: docs/guide/importing.md. Memory is flat: a line longer than the limit is skipped in pieces and told as such.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from evidence_service.importing.records import MAX_ROW_BYTES, ImportFileError, Rejected

GZIP_MAGIC = b"\x1f\x8b"
BUFFER = 1024 * 1024
BROKEN_STREAM = (EOFError, zlib.error, gzip.BadGzipFile)
"""What a cut or damaged gzip file raises while it is read."""


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading; gzip is recognised by its first two bytes, not by its name."""
    try:
        plain = path.open("rb")
    except OSError as error:
        raise ImportFileError(f"{path.name}: cannot be opened ({error.strerror})") from error
    if plain.read(2) != GZIP_MAGIC:
        plain.seek(0)
        return plain
    plain.close()
    # The raw stream of gzip.open answers line by line too slowly; the buffer in front of it is in C.
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, gzip.open(path, "rb")), BUFFER))


def bounded_lines(stream: BinaryIO, limit: int = MAX_ROW_BYTES) -> Iterator[tuple[int, bytes | None]]:
    """Cut a stream into lines without their newline, numbered from 1. A line over the limit comes as None.

    A last line without newline is a line. A damaged gzip stream raises one of BROKEN_STREAM after the last
    whole line.
    """
    number = 0
    while piece := stream.readline(limit + 2):
        number += 1
        if piece[-1:] == b"\n":
            piece = piece[:-2] if piece[-2:-1] == b"\r" else piece[:-1]
        elif len(piece) > limit:
            _skip_line(stream)
        yield number, piece if len(piece) <= limit else None


def too_large(line: int) -> Rejected:
    """Say that a row is over the limit."""
    limit = MAX_ROW_BYTES // (1024 * 1024)
    return Rejected(line, "row-too-large", f"the row is longer than {limit} MiB; it was skipped unread")


def cut_short(line: int) -> Rejected:
    """Say that the compressed file ends or breaks after that line: later rows, if any, were not seen."""
    return Rejected(
        line,
        "file-cut-short",
        f"the compressed file is damaged or cut off in line {line} or later; "
        "rows after this place were not read: get the whole file and import it again",
    )


def _skip_line(stream: BinaryIO) -> None:
    while piece := stream.readline(BUFFER):
        if piece[-1:] == b"\n":
            return
