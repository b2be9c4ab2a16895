"""One row of the measurements: what was measured, beside what, against which target, and whether that is met.

Spec: docs/performance.md. *Met* is said only of a number that this run measured, of the whole thing that the target
names: a row that lacks a part of it is *not yet*, however large its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a row says of its target."""

    MET = "met"
    NOT_YET = "not yet"
    NOT_MEASURED = "not measured"
    LATER = "later issue"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A line of DESIGN section 6. `of` says what is compared with `value`: the measured number or its ratio."""

    text: str
    value: float
    of: str = "measured"
    at_most: bool = False

    def reached(self, number: float) -> bool:
        """Whether a number is on the right side."""
        return number <= self.value if self.at_most else number >= self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `measured` is None where there is nothing to measure; `note` then says why.

    `recorded` marks a yardstick that an earlier study measured elsewhere, not this run. `ratio` is measured over
    yardstick in the sense that more is better. `lacks` names what the target includes and this measurement does not.
    """

    name: str
    title: str
    measured: float | None = None
    unit: str = ""
    yardstick: float | None = None
    yardstick_name: str = ""
    recorded: bool = False
    ratio: float | None = None
    target: Target | None = None
    lacks: str = ""
    later: bool = False
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Met, not yet, not measured, or a later issue."""
        if self.later:
            return Verdict.LATER
        if self.measured is None:
            return Verdict.NOT_MEASURED
        if self.target is None:
            return Verdict.NONE
        number = self.ratio if self.target.of == "ratio" else self.measured
        if number is None:
            return Verdict.NOT_MEASURED
        return Verdict.MET if self.target.reached(number) and not self.lacks else Verdict.NOT_YET

    def as_json(self) -> dict[str, Any]:
        """The row for programs."""
        return {
            "name": self.name,
            "title": self.title,
            "measured": self.measured,
            "unit": self.unit,
            "yardstick": self.yardstick,
            "yardstick_name": self.yardstick_name,
            "yardstick_recorded": self.recorded,
            "ratio": self.ratio,
            "target": self.target.text if self.target else None,
            "verdict": self.verdict.value or None,
            "lacks": self.lacks or None,
            "note": self.note or None,
        }


def later(name: str, title: str, target: str) -> Row:
    """A line of the design for which there is nothing to measure yet."""
    return Row(name, title, target=Target(target, 0), later=True)


def number_text(value: float | None, unit: str = "") -> str:
    """A number with the digits that a noisy machine can vouch for."""
    if value is None:
        return "-"
    digits = ",.0f" if abs(value) >= 100 else ".1f" if abs(value) >= 1 else ".2g"
    return f"{value:{digits}} {unit}".rstrip()
