"""A court profile: how a court wants an export named, split and listed, on a day.

Spec: docs/spec/export.md. A profile is dated data with its source and mark; what no source confirms
is marked O and is a setting, never law. Names are made here, so that no fact of a case can lead out
of the export's folder.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from litigation.core.rules import Mark
from litigation.errors import LitigationError

FORBIDDEN = frozenset('\\/:*?"<>|')
RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
NAME_BYTES = 180  # of a name without its ending: file systems take 255


class CourtProfileError(LitigationError):
    """A court profile is malformed, unknown, or does not hold on that day; the message says which."""

    code = "court-profile"


class Split(StrEnum):
    """One file for each paper and exhibit, or one volume of all of them."""

    BY_PAPER = "by_paper"
    VOLUME = "volume"


class CellKind(StrEnum):
    """What a column of the element table holds."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the element table: its head, the facts that fill it (the first known one counts; of `each`, all
    defendants are joined), its kind and width in characters."""

    head: str
    keys: tuple[str, ...]
    kind: CellKind
    width: int
    each: bool = False


@dataclass(frozen=True, slots=True)
class CourtProfile:
    """One version of a profile. `form` is the version of the official complaint that the court takes."""

    name: str
    title: str
    starts: date
    until: date | None
    source: str
    mark: Mark
    form: str
    split: Split
    max_bytes: int
    max_name: int
    folder: str
    file: str
    part: str
    table: str
    sheet: str
    columns: tuple[Column, ...]

    def holds_on(self, day: date) -> bool:
        """Whether this version is the one for that day."""
        return self.starts <= day and (self.until is None or day < self.until)


def profile_on(versions: tuple[CourtProfile, ...], day: date) -> CourtProfile:
    """The version of a profile that holds on a day."""
    for version in versions:
        if version.holds_on(day):
            return version
    names = versions[0].name if versions else "?"
    raise CourtProfileError(f"profile {names} has no version for {day.isoformat()}; enter one with its source")


def safe_name(text: str, longest: int) -> str:
    """A name that every file system takes and that stays where it is put: no separators, controls or ends in dots."""
    clean = "".join("_" if char in FORBIDDEN or unicodedata.category(char)[0] == "C" else char for char in text)
    clean = unicodedata.normalize("NFC", clean).strip(" .")[:longest]
    while len(clean.encode()) > NAME_BYTES:
        clean = clean[:-1]
    clean = clean.strip(" .") or "_"
    return f"_{clean}" if clean.split(".")[0].upper() in RESERVED else clean


def distinct(name: str, taken: set[str]) -> str:
    """The name, or the name with a number where another file has it already (whatever the case of its letters)."""
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found.casefold())
    return found
