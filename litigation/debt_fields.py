"""Fields of a debt file: strict JSON, each value read with its place, so that every mistake names its field.

Spec: docs/spec/debt.md section 2. Money and rates are strings; floats, NaN and duplicate keys are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from evidence_service.core.canonical import MAX_DEPTH, nesting_exceeds
from litigation.errors import DebtInputError

MAX_BYTES = 5_000_000
_MONEY = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?", re.ASCII)
_RATE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,30})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_E = TypeVar("_E", bound=StrEnum)
_T = TypeVar("_T")


def load(data: bytes) -> Any:
    """Parse JSON without floats, NaN or duplicate keys."""
    if len(data) > MAX_BYTES:
        raise DebtInputError("file", f"is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DebtInputError("file", "is not UTF-8") from error
    if nesting_exceeds(text, MAX_DEPTH):  # the interpreter's own limit may be raised, and its stack is not
        raise DebtInputError("file", "is nested too deeply")
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_float=_Float, parse_constant=_Float)
    except json.JSONDecodeError as error:
        raise DebtInputError("file", f"is not JSON: line {error.lineno} column {error.colno}: {error.msg}") from error
    except DebtInputError:
        raise
    except ValueError as error:  # a whole number of more than 4,300 digits
        raise DebtInputError("file", "holds a number that is too long") from error


@dataclass(frozen=True, slots=True)
class _Float:
    """A number with a fraction, or NaN or Infinity: kept as such so that its field can be named."""

    literal: str


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DebtInputError(_shown(key), "stands twice in one object")
        found[key] = value
    return found


def an_object(value: Any, place: str, required: Set[str], optional: Set[str] = frozenset()) -> dict[str, Any]:
    """Check that an object has all required fields and no unknown one."""
    if not isinstance(value, dict):
        raise DebtInputError(place or "file", "must be an object")
    prefix = f"{place}." if place else ""
    for key in value:
        if key not in required and key not in optional:
            raise DebtInputError(prefix + _shown(key), "is not a known field")
    for key in sorted(required):
        if key not in value:
            raise DebtInputError(prefix + key, "is missing")
    return value


def _shown(key: str) -> str:
    """Show a key from outside shortly and without control characters."""
    return "".join(sign if sign.isprintable() else "?" for sign in key[:60]) or "(empty key)"


def _wrong(place: str, value: Any, wanted: str) -> NoReturn:
    """Refuse a value; a bare number gets the hint that it must be a string."""
    if isinstance(value, _Float) or (isinstance(value, int) and not isinstance(value, bool)):
        raise DebtInputError(place, f"must be {wanted}, not a bare number")
    raise DebtInputError(place, f"must be {wanted}")


def a_text(value: Any, place: str) -> str:
    """A text."""
    if not isinstance(value, str):
        _wrong(place, value, "text")
    return value


def an_amount(value: Any, place: str) -> Decimal:
    """Money: a string, not negative, at most two decimals."""
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        _wrong(place, value, 'an amount as a string such as "1234.50", not negative, at most two decimals')
    return Decimal(value)


def a_rate(value: Any, place: str) -> Decimal:
    """A rate: an annual fraction as a string."""
    if not isinstance(value, str) or not _RATE.fullmatch(value):
        _wrong(place, value, 'an annual fraction as a string such as "0.234", not negative')
    return Decimal(value)


def a_day(value: Any, place: str) -> date:
    """A day of the calendar as YYYY-MM-DD."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        _wrong(place, value, 'a day as a string such as "2026-02-10"')
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise DebtInputError(place, "is no day of the calendar") from error


def a_whole_number(value: Any, place: str) -> int:
    """A whole number, not a truth value."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise DebtInputError(place, "must be a whole number")
    return value


def a_truth(value: Any, place: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise DebtInputError(place, "must be true or false")
    return value


def a_choice(value: Any, place: str, choices: type[_E]) -> _E:
    """One of the words of an enumeration."""
    if not isinstance(value, str) or value not in set(choices):
        raise DebtInputError(place, "must be one of " + ", ".join(choices))
    return choices(value)


def a_list(value: Any, place: str, read: Callable[[Any, str], _T]) -> tuple[_T, ...]:
    """A list, each item read with its place."""
    if not isinstance(value, list):
        raise DebtInputError(place, "must be a list")
    return tuple(read(item, f"{place}[{number}]") for number, item in enumerate(value))
