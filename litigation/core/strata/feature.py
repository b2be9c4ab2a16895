"""Features: how fields of a row become the numbers that the model weighs. What is missing is a number of its own.

Spec: docs/spec/strata.md section 3. The same row gives the same numbers on every machine: no mean of the day, no
random fill; centre and spread are stored with the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from litigation.core.strata.loan_class import ModelDataError, number


class Kind(StrEnum):
    """How a field is read."""

    NUMBER = "number"
    LOG = "log"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Feature:
    """One field of the row. Numbers are clipped to [low, high]; `levels` are told apart, the first is the base."""

    name: str
    field: str
    kind: Kind = Kind.NUMBER
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    zh: str = ""
    en: str = ""

    def columns(self) -> tuple[str, ...]:
        """Names of the numbers that it makes: levels beside the base, or the number and whether it is missing."""
        if self.kind is Kind.LEVEL:
            return tuple(f"{self.name}={level}" for level in (*self.levels[1:], "other"))
        return (self.name, f"{self.name}:missing")

    def values(self, row: Mapping[str, str]) -> tuple[float, ...]:
        """Its numbers for a row, before centring; a missing number is NaN, to be put at the centre."""
        if self.kind is Kind.LEVEL:
            found = row.get(self.field, "")
            known = found in self.levels
            return (*(1.0 if found == level else 0.0 for level in self.levels[1:]), 0.0 if known else 1.0)
        value = number(row, self.field)
        if value is None:
            return (math.nan, 1.0)
        if self.low is not None:
            value = max(value, self.low)
        if self.high is not None:
            value = min(value, self.high)
        if self.kind is Kind.LOG:
            if value <= -1.0:
                raise ModelDataError(f"field {self.field} is {value}: a logarithm needs more than -1; set `low`")
            value = math.log1p(value)
        return (value, 0.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a column's centre lies and how wide it spreads in the training rows."""

    centre: float
    spread: float

    def of(self, value: float) -> float:
        """The value in spreads from the centre; a missing one lies at the centre."""
        return 0.0 if math.isnan(value) else (value - self.centre) / self.spread


def raw_columns(features: Sequence[Feature], row: Mapping[str, str]) -> list[float]:
    """All numbers of a row, in the order of `column_names`."""
    return [value for feature in features for value in feature.values(row)]


def column_names(features: Sequence[Feature]) -> list[str]:
    """Names of all numbers."""
    return [name for feature in features for name in feature.columns()]


def scale_of(values: Sequence[float], *, indicator: bool) -> Scale:
    """Centre and spread of a column over the rows that have it; a 0-or-1 column stays as it is."""
    if indicator:
        return Scale(0.0, 1.0)
    present = [value for value in values if not math.isnan(value)]
    if not present:
        return Scale(0.0, 1.0)
    centre = math.fsum(present) / len(present)
    spread = math.sqrt(math.fsum((value - centre) ** 2 for value in present) / len(present))
    return Scale(centre, spread or 1.0)
