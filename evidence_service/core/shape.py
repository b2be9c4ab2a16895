"""Shapes of JSON from outside: exact members and typed fields, each error naming its place.

Used by the readers of package.json, facts.json, evidence.json and the trust file.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from evidence_service.errors import MalformedInputError

HASH_0X = re.compile(r"0x[0-9a-f]{64}\Z")
ADDRESS_0X = re.compile(r"0x[0-9a-f]{40}\Z")
HEX_32 = re.compile(r"[0-9a-f]{64}\Z")
LINE = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")
CREDIT_CODE = re.compile(r"([0-9A-Z]{18})?\Z")
"""统一社会信用代码 (GB 32100), or empty where it is not known."""
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class ShapeError(MalformedInputError):
    """A JSON document lacks a member, has one too many, or holds a value of the wrong kind."""

    code = "shape"


class VersionError(ShapeError):
    """A document is of a kind or version that this program does not know."""

    code = "version-unknown"


def members_of(value: Any, names: frozenset[str], place: str, optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The value as an object with exactly these members (and perhaps the optional ones)."""
    if not isinstance(value, dict):
        raise ShapeError(f"{place}: an object")
    missing, extra = names - set(value), set(value) - names - optional
    if missing or extra:
        what = f"{min(missing)}: missing" if missing else f"{min(extra)[:60]}: unknown member"
        raise ShapeError(f"{place}.{what}")
    return value


def check_version(value: Any, kind: str, place: str, *, version: int = 1) -> None:
    """Raise VersionError unless the document says this kind and version."""
    if not isinstance(value, dict):
        raise ShapeError(f"{place}: an object")
    if value.get("kind") != kind or value.get("v") != version or isinstance(value.get("v"), bool):
        raise VersionError(f"{place}: not {kind} version {version}")


def text(value: Any, place: str, pattern: re.Pattern[str] | None = None) -> str:
    """A text, of the pattern if one is given."""
    if not isinstance(value, str) or (pattern is not None and not pattern.match(value)):
        raise ShapeError(f"{place}: not in its form")
    return value


def day(value: Any, place: str) -> str:
    """A day of the calendar as YYYY-MM-DD; 2026-04-31 is none."""
    found = text(value, place, DAY)
    try:
        date.fromisoformat(found)
    except ValueError:
        raise ShapeError(f"{place}: there is no such day") from None
    return found


def whole(value: Any, place: str, *, least: int = 0) -> int:
    """A whole number that is not smaller than `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ShapeError(f"{place}: a whole number from {least}")
    return value


def flag(value: Any, place: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ShapeError(f"{place}: true or false")
    return value


def items(value: Any, place: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise ShapeError(f"{place}: a list")
    return value
