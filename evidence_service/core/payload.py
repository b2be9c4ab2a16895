"""Payload fields: each kind of value checked against the catalogue, with the field named in the error.

Spec: docs/spec/event.md. Amounts and rates are decimal strings and stay strings: nothing here rounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from evidence_service.core.canonical import shown
from evidence_service.core.catalogue import EventType, Kind
from evidence_service.errors import MalformedInputError

# ASCII: \d alone also takes the full-width digits of Chinese input methods, and not every reader does.
DECIMAL = re.compile(r"-?(0|[1-9]\d{0,15})(\.\d{1,30})?\Z", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
HEX_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
CURRENCY = re.compile(r"[A-Z]{3}\Z")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z\Z", re.ASCII)
MAX_TEXT = 64 * 1024
MAX_ITEMS = 200


class PayloadError(MalformedInputError):
    """A payload does not follow its event type; the message names the field."""

    code = "payload-malformed"


def check_payload(kind: EventType, payload: Any) -> None:
    """Raise PayloadError unless the payload has every required field, no unknown one, and the right kinds."""
    if not isinstance(payload, dict):
        raise PayloadError("payload: an object")
    known = _FIELDS.get(kind.code)
    if known is None:
        known = _FIELDS[kind.code] = (
            {field.name: _CHECKS[field.kind] for field in kind.fields},
            tuple(field.name for field in kind.fields if field.required),
        )
    checks, required = known
    for name in required:
        if name not in payload:
            raise PayloadError(f"payload.{name}: missing in {kind.code}")
    for name, value in payload.items():
        check = checks.get(name)
        if check is None:
            raise PayloadError(f"payload.{shown(name)}: unknown field of {kind.code}; use payload.attributes")
        wanted = check(value)
        if wanted:
            raise PayloadError(f"payload.{name}: {wanted}")


def _pattern(pattern: re.Pattern[str], wanted: str) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, str) and pattern.match(value) else wanted


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and len(value) <= MAX_TEXT else f"a text of at most {MAX_TEXT} characters"


def _real_day(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def _date(value: Any) -> str:
    good = isinstance(value, str) and DATE.match(value) and _real_day(value)
    return "" if good else "a date such as 2026-01-31"


def _instant(value: Any) -> str:
    good = (
        isinstance(value, str)
        and INSTANT.match(value)
        and _real_day(value)
        and value[11:13] < "24"
        and value[14:16] < "60"
        and value[17:19] < "60"
    )
    return "" if good else "an instant in UTC such as 2026-01-05T02:03:04Z"


def _integer(value: Any) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) else "a whole number"


def _boolean(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _texts(value: Any) -> str:
    good = isinstance(value, list) and len(value) <= MAX_ITEMS and all(not _text(item) for item in value)
    return "" if good else f"a list of at most {MAX_ITEMS} texts"


def _map(value: Any) -> str:
    good = (
        isinstance(value, dict)
        and len(value) <= MAX_ITEMS
        and all(isinstance(item, bool | int) or not _text(item) for item in value.values())
    )
    return "" if good else "a flat object of texts, whole numbers, true or false"


_CHECKS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.AMOUNT: _pattern(DECIMAL, 'a decimal string such as "1200.50"'),
    Kind.RATE: _pattern(DECIMAL, 'a decimal string such as "0.234"'),
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.DIGEST: _pattern(HEX_DIGEST, "64 lower-case hexadecimal digits"),
    Kind.CURRENCY: _pattern(CURRENCY, "a currency code such as CNY"),
    Kind.TEXTS: _texts,
    Kind.MAP: _map,
}
_FIELDS: dict[str, tuple[dict[str, Callable[[Any], str]], tuple[str, ...]]] = {}
