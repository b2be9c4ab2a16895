"""The specification of a model: which rows, which classes, which features, how it is tried, against which plain rule.

Written by people as YAML; docs/spec/strata.md section 6 is its form. Everything unknown is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from litigation.core.strata.feature import Feature, Kind
from litigation.core.strata.loan_class import Derivation, FieldTest, LoanClass, ModelDataError, derive, number

MIN_ROWS = 200
"""Fewer training rows than this are no ground for a model."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the class of a row comes from: a given column, or rules that derive it."""

    column: str
    rules: tuple[Derivation, ...]

    @property
    def derived(self) -> bool:
        """Whether the classes are derived from other fields."""
        return not self.column

    def of(self, row: Mapping[str, str]) -> LoanClass | None:
        """The row's class; None where there is none."""
        if self.derived:
            return derive(row, self.rules)
        text = row.get(self.column, "")
        found = [one for one in LoanClass if text in (one.value, one.zh)]
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Split:
    """Rows for trying the model, unseen in training: those from a value of a field on, or a share by a seeded hash."""

    field: str
    test_from: str
    test_share: float
    seed: str

    def is_test(self, row: Mapping[str, str]) -> bool:
        """Whether a row is kept for trying."""
        value = row.get(self.field, "")
        if self.test_from:
            return value >= self.test_from
        drawn = int.from_bytes(sha256(f"{self.seed}:{value}".encode()).digest()[:8], "big")
        return drawn < self.test_share * 2**64


@dataclass(frozen=True, slots=True)
class PlainRule:
    """What people would do without a model: one field, larger (or later among `levels`) is worse."""

    field: str
    levels: tuple[str, ...]
    title: str

    def points(self, row: Mapping[str, str]) -> float:
        """How bad the rule finds a row; what it does not know is best."""
        if self.levels:
            value = row.get(self.field, "")
            return float(self.levels.index(value) + 1) if value in self.levels else 0.0
        found = number(row, self.field)
        return -1e9 if found is None else found


@dataclass(frozen=True, slots=True)
class Specification:
    """All of it, with the digest of the file that says it."""

    name: str
    version: str
    title: str
    purpose: str
    keep: tuple[FieldTest, ...]
    target: Target
    features: tuple[Feature, ...]
    split: Split
    plain_rule: PlainRule
    digest: str


def specification_from(data: object, digest: str) -> Specification:
    """Read a specification that a YAML reader parsed; ModelDataError names the place."""
    top = _mapping(data, "the specification")
    _only(
        top, "the specification", "model version title purpose keep target features split plain_rule".split(), ["keep"]
    )
    features = tuple(_feature(one, f"features[{i}]") for i, one in enumerate(_list(top["features"], "features")))
    if not features or len({one.name for one in features}) != len(features):
        raise ModelDataError("features: give at least one, each with a name of its own")
    return Specification(
        _name(top["model"], "model"),
        _name(top["version"], "version"),
        _text(top["title"], "title"),
        _text(top["purpose"], "purpose"),
        tuple(_test(one, f"keep[{i}]") for i, one in enumerate(_list(top.get("keep", []), "keep"))),
        _target(_mapping(top["target"], "target")),
        features,
        _split(_mapping(top["split"], "split")),
        _plain_rule(_mapping(top["plain_rule"], "plain_rule")),
        digest,
    )


def _target(data: Mapping[str, Any]) -> Target:
    if "column" in data:
        _only(data, "target", ["column"])
        return Target(_text(data["column"], "target.column"), ())
    _only(data, "target", ["derived"])
    rules = []
    for index, one in enumerate(_list(data["derived"], "target.derived")):
        place = f"target.derived[{index}]"
        rule = _mapping(one, place)
        _only(rule, place, ["class", "when"], ["when"])
        tests = tuple(_test(test, f"{place}.when[{i}]") for i, test in enumerate(_list(rule.get("when", []), place)))
        try:
            rules.append(Derivation(LoanClass(rule["class"]), tests))
        except ValueError as error:
            raise ModelDataError(f"{place}.class: one of {', '.join(LoanClass)}") from error
    return Target("", tuple(rules))


def _test(data: object, place: str) -> FieldTest:
    one = _mapping(data, place)
    _only(one, place, ["field", "over", "in", "least", "below"], ["over", "in", "least", "below"])
    among = tuple(_text(value, f"{place}.in") for value in _list(one.get("in", []), f"{place}.in"))
    test = FieldTest(
        _text(one["field"], f"{place}.field"),
        _text(one.get("over", ""), f"{place}.over"),
        among,
        _number(one.get("least"), f"{place}.least"),
        _number(one.get("below"), f"{place}.below"),
    )
    if bool(among) == (test.least is not None or test.below is not None):
        raise ModelDataError(f"{place}: say either `in`, or `least` and `below`")
    return test


def _feature(data: object, place: str) -> Feature:
    one = _mapping(data, place)
    optional = ["field", "kind", "low", "high", "levels", "zh", "en"]
    _only(one, place, ["name", *optional], optional)
    name = _name(one["name"], f"{place}.name")
    try:
        kind = Kind(one.get("kind", "number"))
    except ValueError as error:
        raise ModelDataError(f"{place}.kind: one of {', '.join(Kind)}") from error
    levels = tuple(_text(value, f"{place}.levels") for value in _list(one.get("levels", []), f"{place}.levels"))
    if (kind is Kind.LEVEL) != (len(levels) >= 2):
        raise ModelDataError(f"{place}.levels: a level has two or more, a number none")
    return Feature(
        name,
        _text(one.get("field", name), f"{place}.field"),
        kind,
        _number(one.get("low"), f"{place}.low"),
        _number(one.get("high"), f"{place}.high"),
        levels,
        _text(one.get("zh", ""), f"{place}.zh"),
        _text(one.get("en", ""), f"{place}.en"),
    )


def _split(data: Mapping[str, Any]) -> Split:
    _only(data, "split", ["field", "test_from", "test_share", "seed"], ["test_from", "test_share", "seed"])
    share = _number(data.get("test_share"), "split.test_share")
    start = _text(data.get("test_from", ""), "split.test_from")
    if bool(start) == (share is not None) or (share is not None and not 0.05 <= share <= 0.5):
        raise ModelDataError("split: say either `test_from`, or `test_share` between 0.05 and 0.5 with a `seed`")
    return Split(_text(data["field"], "split.field"), start, share or 0.0, _text(data.get("seed", ""), "split.seed"))


def _plain_rule(data: Mapping[str, Any]) -> PlainRule:
    _only(data, "plain_rule", ["field", "levels", "title"], ["levels"])
    levels = tuple(_text(value, "plain_rule.levels") for value in _list(data.get("levels", []), "plain_rule.levels"))
    return PlainRule(_text(data["field"], "plain_rule.field"), levels, _text(data["title"], "plain_rule.title"))


def _only(data: Mapping[str, Any], place: str, known: Sequence[str], optional: Sequence[str] = ()) -> None:
    for key in data:
        if key not in known:
            raise ModelDataError(f"{place}: {str(key)[:40]!r} is not known here; known: {', '.join(known)}")
    for key in known:
        if key not in optional and key not in data:
            raise ModelDataError(f"{place}: {key} is missing")


def _mapping(data: object, place: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ModelDataError(f"{place} must be a mapping of names to values")
    return data


def _list(data: object, place: str) -> Sequence[Any]:
    if not isinstance(data, list):
        raise ModelDataError(f"{place} must be a list")
    return data


def _text(data: object, place: str) -> str:
    if isinstance(data, bool) or not isinstance(data, str | int):
        raise ModelDataError(f"{place} must be a text; put it in quotes")
    return str(data)


def _name(data: object, place: str) -> str:
    name = _text(data, place)
    if (
        not name
        or len(name) > 60
        or not all(letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in name)
    ):
        raise ModelDataError(f"{place}: at most 60 of the characters a-z, A-Z, 0-9, '-', '_', '.'")
    if name.startswith("."):
        raise ModelDataError(f"{place} does not begin with a full stop")
    return name


def _number(data: object, place: str) -> float | None:
    if data is None:
        return None
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise ModelDataError(f"{place} must be a number")
    return float(data)
