"""Decimals from a source, exactly as written: no float ever touches them.

Spec: docs/guide/importing.md. A number in the form of the event schema keeps its very text (trailing zeros and
all twelve places of a source that computed with floats); scientific notation is written out, digit for digit.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext

from evidence_service.core.payload import DECIMAL
from evidence_service.importing.records import RowError

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_AS_IS = DECIMAL.match


def exact_decimal(text: str, column: str) -> str:
    """Return the number as decimal text; NaN, infinity, separators and words are a RowError."""
    if _AS_IS(text):
        return text
    if not NUMBER.match(text):
        raise RowError("bad-amount", f"column {column}: not a number written with digits and a point")
    written = format(Decimal(text), "f")
    if not _AS_IS(written):
        raise RowError("bad-amount", f"column {column}: the number is too large or has too many places")
    return written


def exact_product(text: str, factor: Decimal) -> str:
    """Multiply exactly, for example a percentage by 0.01."""
    with localcontext() as context:
        context.prec = 100
        return _plain(Decimal(text) * factor)


def exact_difference(first: str, second: str) -> str:
    """Subtract exactly."""
    with localcontext() as context:
        context.prec = 100
        return _plain(Decimal(first) - Decimal(second))


def _plain(number: Decimal) -> str:
    return format(number, "f")
