"""Ordered logit: P(class <= k) = 1 / (1 + exp(-(threshold_k - score))), score = sum of weight times column.

McCullagh (1980), proportional odds. Scored here in plain arithmetic from the stored numbers, without the library that
fitted them. Spec: docs/spec/strata.md section 4.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litigation.core.strata.feature import Feature, Scale
from litigation.core.strata.loan_class import LoanClass, ModelDataError

REASONS = 4
"""How many reasons a score gives at most."""


@dataclass(frozen=True, slots=True)
class Column:
    """One number that the model weighs. `error` is the standard error of its weight, None where it is not known."""

    name: str
    scale: Scale
    weight: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field added to the score (in log-odds towards worse classes) against an average row."""

    feature: str
    points: float


@dataclass(frozen=True, slots=True)
class Score:
    """A scored row: log-odds, probability of each class in order, and the fields that weighed most."""

    points: float
    probabilities: tuple[float, ...]
    reasons: tuple[Reason, ...]
    expected: float
    """Expected rank, 0 normal to 4 loss."""


@dataclass(frozen=True, slots=True)
class OrderedLogit:
    """A fitted model: `classes` in order, one threshold fewer, features and a column for each of their numbers.

    `cuts` are the scores from which a row is *assigned* the next class: chosen so that the training rows get each
    class as often as it occurred. The most probable class alone would call nearly everything normal.
    """

    classes: tuple[LoanClass, ...]
    thresholds: tuple[float, ...]
    cuts: tuple[float, ...]
    features: tuple[Feature, ...]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if len(self.classes) < 2 or len(self.thresholds) != len(self.classes) - 1:
            raise ModelDataError("an ordered model needs two classes or more, and one threshold fewer")
        if list(self.thresholds) != sorted(self.thresholds) or list(self.cuts) != sorted(self.cuts):
            raise ModelDataError("thresholds and cuts of a model rise")
        if len(self.cuts) != len(self.thresholds):
            raise ModelDataError("a model has a cut for each threshold")
        if [column.name for column in self.columns] != [name for one in self.features for name in one.columns()]:
            raise ModelDataError("the columns of a model are those of its features, in their order")

    def score(self, row: Mapping[str, str]) -> Score:
        """Score a row; ModelDataError names a field that cannot be read."""
        total, at = 0.0, 0
        parts: list[Reason] = []
        for feature in self.features:
            points = 0.0
            for value in feature.values(row):
                column = self.columns[at]
                points += column.weight * column.scale.of(value)
                at += 1
            parts.append(Reason(feature.name, points))
            total += points
        chances = self.probabilities(total)
        reasons = sorted((one for one in parts if one.points > 0), key=lambda one: (-one.points, one.feature))
        expected = math.fsum(chance * one.rank for chance, one in zip(chances, self.classes, strict=True))
        return Score(total, chances, tuple(reasons[:REASONS]), expected)

    def probabilities(self, points: float) -> tuple[float, ...]:
        """Probability of each class at a score; they sum to one."""
        upto = [logistic(threshold - points) for threshold in self.thresholds]
        return tuple(high - low for low, high in zip([0.0, *upto], [*upto, 1.0], strict=True))

    def assigned(self, points: float) -> LoanClass:
        """The class that a score is assigned by the cuts."""
        return self.classes[sum(1 for cut in self.cuts if points >= cut)]


def logistic(value: float) -> float:
    """1 / (1 + exp(-value)) without overflow."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1.0 + grown)


def matching_cuts(points: Sequence[float], ranks: Sequence[int], classes: int) -> tuple[float, ...]:
    """Cuts that give each class as nearly as often as it occurs: values of the points, those from which on it begins.

    Where many rows share a value, the value is chosen whose rows from it on are nearest in number; the higher of two.
    """
    ordered = sorted(points)
    values = sorted(set(ordered))
    upward = [len(ordered) - bisect_left(ordered, value) for value in values]  # rows at or above each value: falling
    cuts = []
    for index in range(1, classes):
        wanted = sum(1 for rank in ranks if rank >= index)
        best = min(range(len(values)), key=lambda at: (abs(upward[at] - wanted), -at))
        cuts.append(values[best])
    return tuple(cuts)
