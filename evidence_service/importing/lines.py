"""Bytes from a file, plain or gzip, cut into lines of bounded length.

Spec: docs/guide/importing.md. Memory is flat: a line longer than the limit is skipped in pieces and told as such.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from evidence_service.importing.records import MAX_ROW_BYTES, ImportFileError, Rejected

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC = b"\x1f\x8b"
BUFFER = 1024 * 1024
BROKEN_STREAM = (EOFError, zlib.error, gzip.BadGzipFile)
"""What a cut or damaged gzip file raises while it is read."""


@dataclass(frozen=True, slots=True)
class Oversize:
    """A line that was too long to be read; `quotes` tells CSV whether a quote was left open in it."""

    quotes: int


class _Unzipped(io.RawIOBase):
    """The content of a gzip file, handed out as it comes, so that a cut file gives all it has before it fails."""

    def __init__(self, path: Path) -> None:
        self._zipped = gzip.GzipFile(path, "rb")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer with what one step of unzipping gives."""
        view = memoryview(buffer).cast("B")
        piece = self._zipped.read1(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._zipped.close()
        super().close()


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
    unzipped: io.RawIOBase = _Unzipped(path)
    return io.BufferedReader(unzipped, BUFFER)


def bounded_lines(stream: BinaryIO, limit: int = MAX_ROW_BYTES) -> Iterator[tuple[int, bytes | Oversize]]:
    """Cut a stream into lines without their newline, numbered from 1. A line over the limit comes as Oversize.

    A last line without newline is a line. A damaged gzip stream raises one of BROKEN_STREAM after the last
    whole line.
    """
    number = 0
    while piece := stream.readline(limit + 2):
        number += 1
        if piece[-1:] == b"\n":
            piece = piece[:-2] if piece[-2:-1] == b"\r" else piece[:-1]
            yield number, piece if len(piece) <= limit else Oversize(piece.count(b'"'))
        elif len(piece) > limit:
            yield number, Oversize(piece.count(b'"') + _skip_line(stream))
        else:
            yield number, piece


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


def _skip_line(stream: BinaryIO) -> int:
    """Pass over the rest of a line in pieces; return how many quotes it held."""
    quotes = 0
    while piece := stream.readline(BUFFER):
        quotes += piece.count(b'"')
        if piece[-1:] == b"\n":
            break
    return quotes
