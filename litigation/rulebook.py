"""Rulebook: reads the dated rules strictly and knows their digest.

Spec: docs/spec/rules.md. Refused: an unknown key, a missing source or mark, a value that
is no string, a gap or an overlap in a continuous rule. The digest covers every byte of every file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from litigation.core.rules import Band, Mark, RuleEntry, Rules
from litigation.errors import RulebookError

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

RULE_FILES = (
    "calendar.toml",
    "courts.toml",
    "fees.toml",
    "limits.toml",
    "periods.toml",
    "preloan.toml",
    "rates.toml",
    "recovery.toml",
    "routing.toml",
    "strata.toml",
)
_SERIES_KEYS = {"title", "continuous", "entry"}
_ENTRY_KEYS = {
    "from", "until", "source", "mark", "note",
    "number", "text", "words", "bands", "flat", "ceiling",
}  # fmt: skip
_VALUES = ("number", "text", "words", "bands")


@cache
def load_rules() -> Rules:
    """Read the rules that ship with the program."""
    return read_rules(shipped_files())


def shipped_files() -> dict[str, bytes]:
    """The rule files that ship with the program, by name."""
    folder = files("litigation") / "rules"
    return {name: (folder / name).read_bytes() for name in RULE_FILES}


def read_rules(contents: Mapping[str, bytes], overrides: Mapping[str, bytes] = MappingProxyType({})) -> Rules:
    """Read rule files by name; the digest is over name, length and bytes in order of name.

    A rule in a file of `overrides` takes the place of the whole rule of that name; those files are digested after the
    others, as `home/` and their name.
    """
    digest = sha256()
    rules = _read_files(contents, digest)
    own = _read_files({f"home/{name}": data for name, data in overrides.items()}, digest)
    return Rules(MappingProxyType(rules | own), digest.hexdigest())


def _read_files(contents: Mapping[str, bytes], digest: Hash) -> dict[str, tuple[RuleEntry, ...]]:
    """Read files in order of name; no rule may stand in two of them."""
    series: dict[str, tuple[RuleEntry, ...]] = {}
    for name in sorted(contents):
        data = contents[name]
        digest.update(f"{name}\n{len(data)}\n".encode() + data)
        for title, body in _parse(name, data).items():
            if title in series:
                raise RulebookError(f"{name}: {title} is defined twice")
            series[title] = _read_series(f"{name}: {title}", title, body)
    return series


def _parse(name: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{name}: no valid TOML: {error}") from error


def _read_series(place: str, name: str, body: Any) -> tuple[RuleEntry, ...]:
    """Read one rule: its entries in order of time."""
    if not isinstance(body, dict) or set(body) != _SERIES_KEYS or not isinstance(body["entry"], list):
        raise RulebookError(f"{place}: needs exactly title, continuous and entry")
    if not isinstance(body["continuous"], bool) or not isinstance(body["title"], str):
        raise RulebookError(f"{place}: title must be text and continuous true or false")
    entries = tuple(_read_entry(f"{place} entry {number}", name, raw) for number, raw in enumerate(body["entry"], 1))
    if not entries:
        raise RulebookError(f"{place}: has no entry")
    _check_order(place, entries, continuous=body["continuous"])
    return entries


def _check_order(place: str, entries: tuple[RuleEntry, ...], *, continuous: bool) -> None:
    """Each entry ends where the next begins: no overlap ever, no gap where continuous."""
    for entry, following in pairwise(entries):
        if entry.until is None or entry.until > following.starts:
            raise RulebookError(f"{place}: overlap before {following.starts.isoformat()}")
        if continuous and entry.until < following.starts:
            raise RulebookError(f"{place}: gap before {following.starts.isoformat()}")


def _read_entry(place: str, name: str, raw: Any) -> RuleEntry:
    """Read one value with its dates, source and mark."""
    if not isinstance(raw, dict) or set(raw) - _ENTRY_KEYS:
        unknown = sorted(set(raw) - _ENTRY_KEYS) if isinstance(raw, dict) else []
        raise RulebookError(f"{place}: unknown {', '.join(unknown) or 'form'}")
    if sum(key in raw for key in _VALUES) != 1:
        raise RulebookError(f"{place}: needs exactly one of {', '.join(_VALUES)}")
    starts, until = _day(place, raw, "from"), _day(place, raw, "until") if "until" in raw else None
    if until is not None and until <= starts:
        raise RulebookError(f"{place}: until must be after from")
    source, mark = _text(place, raw, "source"), _text(place, raw, "mark")
    if mark not in set(Mark):
        raise RulebookError(f"{place}: mark must be V, S or O")
    words = raw.get("words", [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise RulebookError(f"{place}: words must be a list of text")
    return RuleEntry(
        series=name,
        starts=starts,
        until=until,
        source=source,
        mark=Mark(mark),
        number=_number(place, raw, "number") if "number" in raw else None,
        text=_text(place, raw, "text") if "text" in raw else None,
        words=tuple(words),
        bands=_bands(place, raw.get("bands", [])),
        flat=_number(place, raw, "flat") if "flat" in raw else Decimal(0),
        ceiling=_number(place, raw, "ceiling") if "ceiling" in raw else None,
        note=_text(place, raw, "note") if "note" in raw else "",
    )


def _bands(place: str, raw: Any) -> tuple[Band, ...]:
    """Read bands; each begins above the one before it."""
    if not isinstance(raw, list) or not all(isinstance(b, dict) and set(b) == {"over", "rate"} for b in raw):
        raise RulebookError(f"{place}: bands must be a list of over and rate")
    bands = tuple(Band(_number(place, band, "over"), _number(place, band, "rate")) for band in raw)
    if any(low.over >= high.over for low, high in pairwise(bands)):
        raise RulebookError(f"{place}: bands must rise")
    return bands


def _day(place: str, raw: Mapping[str, Any], key: str) -> date:
    value = raw.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise RulebookError(f"{place}: {key} must be a day such as 2025-05-20")
    return value


def _text(place: str, raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RulebookError(f"{place}: {key} must be text")
    return value


def _number(place: str, raw: Mapping[str, Any], key: str) -> Decimal:
    """Numbers are written as text, so that no binary fraction gets in."""
    try:
        number = Decimal(_text(place, raw, key))
    except InvalidOperation as error:
        raise RulebookError(f"{place}: {key} must be a decimal number written as text") from error
    if not number.is_finite() or number < 0:
        raise RulebookError(f"{place}: {key} must not be negative")
    return number
