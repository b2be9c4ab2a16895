"""Dated rules: what the law or a court's practice says on a day, with its source.

Spec: docs/spec/rules.md. The values live in litigation/rules/*.toml and are read by
litigation.rulebook; here is only their shape. Marks: V the text was read, S secondary, O unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from litigation.errors import RuleMissingError


class Mark(StrEnum):
    """How well a rule is known; O is a setting whose source is shown, never silent law."""

    VERIFIED = "V"
    SECONDARY = "S"
    UNVERIFIED = "O"


@dataclass(frozen=True, slots=True)
class Band:
    """The part of an amount above `over` bears this rate, up to the next band."""

    over: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One value of a rule for one stretch of time; `until` is the first day it no longer holds."""

    series: str
    starts: date
    until: date | None
    source: str
    mark: Mark
    number: Decimal | None = None
    text: str | None = None
    words: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    flat: Decimal = Decimal(0)
    ceiling: Decimal | None = None
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Say whether the value holds on a day."""
        return self.starts <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Rules:
    """All dated rules and the digest of the files they came from."""

    series: Mapping[str, tuple[RuleEntry, ...]]
    digest: str

    def at(self, name: str, day: date) -> RuleEntry:
        """Find the value of a rule on a day; refuse to guess where none is recorded."""
        for entry in self.series.get(name, ()):
            if entry.holds_on(day):
                return entry
        raise RuleMissingError(
            f"{name}: no value is recorded for {day.isoformat()}; enter it in litigation/rules with its source"
        )

    def first_day(self, name: str) -> date:
        """The first day for which a rule is recorded."""
        entries = self.series.get(name, ())
        if not entries:
            raise RuleMissingError(f"{name}: no rule of that name is recorded")
        return entries[0].starts

    def in_force(self, name: str, day: date) -> RuleEntry:
        """The value of a day, or the oldest recorded one for a day before it."""
        return self.at(name, max(day, self.first_day(name)))

    def number(self, name: str, day: date) -> Decimal:
        """Find a rule's number on a day."""
        found = self.at(name, day).number
        if found is None:
            raise RuleMissingError(f"{name}: the rule of {day.isoformat()} is no number")
        return found
