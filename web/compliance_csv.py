"""Lists as CSV that a spreadsheet opens without running anything: cells that could be formulas are escaped.

A cell that begins with = + - @, tab or carriage return gets an apostrophe in front (also after spaces, and the
full-width signs); every cell is quoted, lines end in CRLF (RFC 4180), a byte-order mark tells that it is UTF-8.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

DANGEROUS = frozenset("=+-@\t\r＝＋－＠")
MARK = "\ufeff"


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The whole file."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(one) for one in head])
    for row in rows:
        writer.writerow([safe_cell(one) for one in row])
    return (MARK + text.getvalue()).encode()


def safe_cell(value: object) -> str:
    """A value as a cell: numbers and nothing as they are, texts so that no program takes them for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\x00", "")
    begins = text.lstrip(" \n\v\f\xa0\u3000\ufeff")
    if text[:1] in DANGEROUS or begins[:1] in DANGEROUS:
        return f"'{text}"
    return text
