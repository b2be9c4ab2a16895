"""Limits for files of others: what is too large to be shown, found out before anything unpacks it.

Spec: docs/spec/papers.md section 12. A few kilobytes can unpack to gigabytes; such a file gets a cover sheet, and
stays in the package as it is.
"""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Callable
from typing import Any

import pikepdf

MAX_FILE = 64 * 1024 * 1024
MAX_PAGES = 2_000
MAX_STREAM = 32 * 1024 * 1024
"""A content stream or an object stream beyond that is no page that somebody wrote."""
_MAX_OTHER = 256 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_HEAD = 600  # bytes before the word stream, in which its dictionary says /Image
_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "/ASCII85Decode": lambda data: a85decode(data.strip(), adobe=data.strip().startswith(b"<~")) if data else b"",
    "/ASCIIHexDecode": lambda data: bytes.fromhex(data.split(b">")[0].decode("ascii")),
}


def unpacks_hugely(content: bytes) -> bool:
    """Say whether a packed stream of a PDF that is no picture unpacks beyond the limit; before the PDF is opened."""
    for found in _STREAM.finditer(content):
        head = content[max(0, found.start() - _HEAD) : found.start()].rpartition(b"obj")[2]
        if b"/Image" not in head and _inflates_hugely(content[found.end() : found.end() + MAX_STREAM]):
            return True
    return False


def contents_are_huge(page: pikepdf.Page) -> bool:
    """Say whether the content streams of a page unpack beyond the limit, through every filter that they name."""
    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return any(isinstance(part, pikepdf.Stream) and is_huge(part) for part in parts)


def is_huge(part: Any) -> bool:
    """Say whether a stream unpacks beyond the limit, or by filters that nobody can bound."""
    data = part.read_raw_bytes()
    kind = part.get("/Filter")
    names = [str(name) for name in (list(kind) if isinstance(kind, pikepdf.Array) else [kind] if kind else [])]
    while names and names[0] in _DECODERS:
        try:
            data = _DECODERS[names.pop(0)](data)
        except ValueError:
            return False  # damaged, not huge
    if not names:
        return len(data) > MAX_STREAM
    if names == ["/FlateDecode"]:
        return _inflates_hugely(data)
    return len(data) > _MAX_OTHER or len(names) > 1  # LZW and run lengths unpack without a bound of their own


def _inflates_hugely(data: bytes) -> bool:
    unpacker = zlib.decompressobj()
    try:
        return len(unpacker.decompress(data, MAX_STREAM + 1)) > MAX_STREAM
    except zlib.error:
        return False
