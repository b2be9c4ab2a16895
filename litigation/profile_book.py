"""Profile book: reads court profiles strictly, the shipped ones and those of the instance.

Spec: docs/spec/export.md. Refused: an unknown key, a missing source or mark, an overlap of
versions, a name with a placeholder that nobody fills. A profile of the instance takes the place of
the shipped one of that name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from litigation.core.court_profile import CellKind, Column, CourtProfile, CourtProfileError, Split
from litigation.core.rules import Mark

_VERSION = {"from", "until", "source", "mark", "form", "split", "max_bytes", "max_name", "folder", "file", "part",
            "table", "sheet", "column"}  # fmt: skip
_COLUMN = {"head", "keys", "kind", "width", "each"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_KNOWN = {
    "folder": {"number", "reference", "defendant"},
    "file": {"number", "title", "part"},
    "part": {"part", "parts"},
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def load_profiles(own: Path | None = None) -> dict[str, tuple[CourtProfile, ...]]:
    """Every profile by name, its versions in order."""
    contents = {
        item.name.removesuffix(".toml"): item.read_bytes()
        for item in files("litigation.court_profiles").iterdir()
        if item.name.endswith(".toml")
    }
    if own is not None and own.is_dir():
        contents |= {path.stem: path.read_bytes() for path in sorted(own.glob("*.toml"))}
    return {name: read_profile(name, data) for name, data in sorted(contents.items())}


def read_profile(name: str, data: bytes) -> tuple[CourtProfile, ...]:
    """Read one profile file."""
    if not _NAME.fullmatch(name):
        raise CourtProfileError(f"profile {name!r}: a name has small letters, digits, - and _")
    try:
        body = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CourtProfileError(f"profile {name}: not TOML: {problem}") from problem
    if set(body) != {"title", "version"} or not isinstance(body["version"], list) or not body["version"]:
        raise CourtProfileError(f"profile {name}: needs title and one or more [[version]]")
    title = _text(name, body, "title")
    versions = tuple(sorted((_version(name, title, raw) for raw in body["version"]), key=lambda one: one.starts))
    for earlier, later in pairwise(versions):
        if earlier.until is None or earlier.until > later.starts:
            raise CourtProfileError(f"profile {name}: versions overlap from {later.starts.isoformat()}")
    return versions


def _version(name: str, title: str, raw: Any) -> CourtProfile:
    if not isinstance(raw, dict) or set(raw) - _VERSION:
        raise CourtProfileError(f"profile {name}: a version has the keys {', '.join(sorted(_VERSION))}")
    columns = raw.get("column")
    if not isinstance(columns, list) or not columns:
        raise CourtProfileError(f"profile {name}: needs at least one [[version.column]]")
    until = _day(name, raw, "until") if "until" in raw else None
    return CourtProfile(
        name=name,
        title=title,
        starts=_day(name, raw, "from"),
        until=until,
        source=_text(name, raw, "source"),
        mark=_word(name, raw, "mark", Mark),
        form=_text(name, raw, "form"),
        split=_word(name, raw, "split", Split),
        max_bytes=_whole(name, raw, "max_bytes", 100_000, 2_000_000_000),
        max_name=_whole(name, raw, "max_name", 10, 120),
        folder=_pattern(name, raw, "folder"),
        file=_pattern(name, raw, "file"),
        part=_pattern(name, raw, "part"),
        table=_text(name, raw, "table"),
        sheet=_text(name, raw, "sheet"),
        columns=tuple(_column(name, column) for column in columns),
    )


def _column(name: str, raw: Any) -> Column:
    if not isinstance(raw, dict) or set(raw) - _COLUMN:
        raise CourtProfileError(f"profile {name}: a column has the keys {', '.join(sorted(_COLUMN))}")
    keys = raw.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) and key for key in keys):
        raise CourtProfileError(f"profile {name}: a column needs keys, a list of texts")
    kind = _word(name, raw, "kind", CellKind)
    width = _whole(name, raw, "width", 3, 120)
    return Column(_text(name, raw, "head"), tuple(keys), kind, width, raw.get("each") is True)


def _pattern(name: str, raw: Mapping[str, Any], key: str) -> str:
    text = _text(name, raw, key)
    unknown = set(_PLACEHOLDER.findall(text)) - _KNOWN[key]
    if unknown or "{" in _PLACEHOLDER.sub("", text):
        raise CourtProfileError(f"profile {name}: {key} may hold {', '.join(sorted(_KNOWN[key]))} in braces")
    return text


def _word(name: str, raw: Mapping[str, Any], key: str, kind: Any) -> Any:
    try:
        return kind(raw.get(key))
    except ValueError:
        raise CourtProfileError(f"profile {name}: {key} is one of {', '.join(kind)}") from None


def _whole(name: str, raw: Mapping[str, Any], key: str, low: int, high: int) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise CourtProfileError(f"profile {name}: {key} is a whole number from {low} to {high}")
    return value


def _text(name: str, raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise CourtProfileError(f"profile {name}: {key} must be text")
    return value


def _day(name: str, raw: Mapping[str, Any], key: str) -> date:
    value = raw.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise CourtProfileError(f"profile {name}: {key} must be a day such as 2025-07-14")
    return value
