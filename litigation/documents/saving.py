"""Saving: the same PDF gives the same bytes, in a form that small readers and archives understand.

Spec: docs/spec/papers.md section 14; ISO 19005-3 6.1.7. No stream of ours ends in a carriage return: the line feed that
follows it would read as the second half of a line end, and the stated length as one byte too long.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zlib import compress

import pikepdf

from litigation.documents.fontobjects import QUICK

_CR = b"\r"
_SMALL = 400  # not worth a filter


def save(pdf: pikepdf.Pdf) -> bytes:
    """Save deterministically, with a plain cross-reference table."""
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            _settle(item)
    out = BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,  # done below, where the last byte can be seen
        linearize=False,
    )
    return out.getvalue()


def _settle(item: pikepdf.Stream) -> None:
    """Compress a plain stream; store one plainly whose packed form would end in a carriage return."""
    filters = [str(name) for name in _listed(item.get("/Filter"))]
    if not filters:
        data = item.read_raw_bytes()
        packed = compress(data, QUICK) if len(data) > _SMALL and item.get("/Type") != "/Metadata" else _CR
        if not packed.endswith(_CR):
            item.write(packed, filter=pikepdf.Name.FlateDecode)
    elif filters == ["/FlateDecode"] and "/DecodeParms" not in item and item.read_raw_bytes().endswith(_CR):
        item.write(item.read_bytes())


def _listed(value: Any) -> list[Any]:
    """Return a filter entry as a list: it may be absent, one name, or an array."""
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]
