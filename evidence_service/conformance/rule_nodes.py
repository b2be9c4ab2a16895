"""Parts of a rule file as values: selectors, conditions, dates, durations; every error names rule and field.

Spec: docs/spec/conformance.md (Selectors). Read from `importing.yaml_nodes`: scalars stay text, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeVar

from evidence_service.conformance.core.happening import Value
from evidence_service.conformance.core.selector import Condition, Pattern, Selector, Which
from evidence_service.core.catalogue import CATALOGUE, Kind
from evidence_service.errors import EvidenceError
from evidence_service.importing.records import ProfileError
from evidence_service.importing.yaml_nodes import Node

DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,30})?\Z", re.ASCII)
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?\Z", re.ASCII)
ATTRIBUTE = re.compile(r"attributes\.[!-~]([ -~]{0,98}[!-~])?\Z", re.ASCII)
COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "over": lambda value, bound: value > bound,
    "at_least": lambda value, bound: value >= bound,
    "under": lambda value, bound: value < bound,
    "at_most": lambda value, bound: value <= bound,
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERS = (Kind.AMOUNT, Kind.RATE, Kind.INTEGER)
Choice = TypeVar("Choice", bound=StrEnum)


class RuleFileError(EvidenceError):
    """A file of conformance rules is wrong; the message names rule, field and line."""

    code: ClassVar[str] = "conformance-rules"


@contextmanager
def field_of(rule: str, field: str) -> Iterator[None]:
    """Whatever is wrong in here is said of this field of this rule."""
    try:
        yield
    except ProfileError as error:
        raise RuleFileError(f"rule {rule}, field {field}: {error}") from None


def choice_from(node: Node, kind: type[Choice]) -> Choice:
    """One of a closed list of words."""
    try:
        return kind(node.text())
    except ValueError:
        node.fail(f"{node.text()[:40]!r} is none of {', '.join(kind)}")


def whole_number(node: Node, least: int = 0) -> int:
    """A whole number of at most nine digits."""
    if not re.fullmatch(r"[0-9]{1,9}", node.text(), re.ASCII) or int(node.text()) < least:
        node.fail(f"a whole number from {least} on is expected here")
    return int(node.text())


def decimal_from(node: Node) -> Decimal:
    """A decimal such as 200000 or 0.36."""
    if not DECIMAL.match(node.text()):
        node.fail("a decimal such as 200000 or 0.36 is expected here")
    return Decimal(node.text())


def day_from(node: Node) -> date:
    """A day such as 2026-08-01."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", node.text(), re.ASCII):
        try:
            return date.fromisoformat(node.text())
        except ValueError:
            pass
    node.fail("a day such as 2026-08-01 is expected here")


def clock_from(node: Node) -> time:
    """A time of day such as 08:00."""
    if not CLOCK.match(node.text()):
        node.fail("a time of day such as 08:00 is expected here")
    return time.fromisoformat(node.text())


def weekdays_from(node: Node) -> frozenset[int]:
    """Days of the week by their English short names; Monday is 0."""
    for name in node.texts():
        if name not in WEEKDAYS:
            node.fail(f"{name[:20]!r} is none of {', '.join(WEEKDAYS)}")
    return frozenset(WEEKDAYS.index(name) for name in node.texts())


def names_from(node: Node) -> Mapping[str, str]:
    """A text in both languages."""
    keys = node.only("zh", "en")
    found = {language: node.need(language).text() for language in ("zh", "en")}
    for language, text in found.items():
        if not text.strip():
            keys[language].fail("is empty")
    return found


def selector_from(node: Node, default: Which = Which.EVERY) -> Selector:
    """A type, a list of alternatives, or a map of `type` (or `any_of`), `where`, `role`, `not_role`, `which`."""
    which = default
    if isinstance(node.value, dict) and "which" in node.value:
        which = choice_from(node.value["which"], Which)
    if isinstance(node.value, dict) and "any_of" in node.value:
        node.only("any_of", "which")
        alternatives = node.need("any_of").items()
    elif isinstance(node.value, list):
        alternatives = node.value
    else:
        return Selector((_pattern(node, outermost=True),), which)
    if not alternatives:
        node.fail("no event is named")
    return Selector(tuple(_pattern(item) for item in alternatives), which)


def _pattern(node: Node, *, outermost: bool = False) -> Pattern:
    if isinstance(node.value, str):
        return Pattern(_types(node))
    keys = node.only(*("type", "where", "role", "not_role", *(("which",) if outermost else ())))
    types = frozenset[str]() if "type" not in keys else _types(keys["type"])
    where = keys["where"].pairs() if "where" in keys else {}
    return Pattern(
        types,
        tuple(one for name, test in where.items() for one in conditions_from(name, test, types)),
        frozenset(keys["role"].texts()) if "role" in keys else frozenset(),
        frozenset(keys["not_role"].texts()) if "not_role" in keys else frozenset(),
    )


def _types(node: Node) -> frozenset[str]:
    names = node.texts()
    if names == ("any",):
        return frozenset()
    for name in names:
        if name not in CATALOGUE:
            node.fail(f"no event type {name[:60]!r} in the catalogue")
    if not names:
        node.fail("no event type is named")
    return frozenset(names)


def field_name(node: Node, name: str, types: frozenset[str], *, number: bool = False) -> str:
    """The dotted name of a field that every one of these types has: payload.NAME or attributes.NAME."""
    if ATTRIBUTE.match(name):
        return name
    group, _, field = name.partition(".")
    if group != "payload" or not types:
        node.fail(f"{name[:60]!r} is neither payload.FIELD of a named type nor attributes.NAME")
    for code in sorted(types):
        found = CATALOGUE[code].field(field)
        if found is None or found.kind in (Kind.TEXTS, Kind.MAP):
            node.fail(f"{code} has no single field {field[:60]!r}")
        if number and found.kind not in NUMBERS:
            node.fail(f"{name} of {code} is no number")
    return name


def conditions_from(name: str, node: Node, types: frozenset[str]) -> list[Condition]:
    """One entry under `where`: a text or list (any of these), or a map of tests that must all hold."""
    if not isinstance(node.value, dict):
        return [_any_of(field_name(node, name, types), frozenset(node.texts()))]
    tests = node.only("given", "any_of", "none_of", *COMPARISONS)
    if not tests:
        node.fail(f"one of given, any_of, none_of, {', '.join(COMPARISONS)}")
    # `given` first: what must be there and is not settles the matter, before other tests find nothing to look at.
    return [_test(name, test, tests[test], types) for test in sorted(tests, key=lambda test: test != "given")]


def _test(name: str, test: str, value: Node, types: frozenset[str]) -> Condition:
    field = field_name(value, name, types, number=test in COMPARISONS)
    if test == "given":
        wanted = value.flag()
        return Condition(field, lambda _: wanted, not wanted)
    if test in COMPARISONS:
        return _compared(field, COMPARISONS[test], decimal_from(value))
    words = frozenset(value.texts())
    if test == "any_of":
        return _any_of(field, words)
    return Condition(field, lambda found: word_of(found) not in words)


def word_of(value: Value) -> str:
    """A value as a rule file writes it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _any_of(field: str, words: frozenset[str]) -> Condition:
    return Condition(field, lambda found: word_of(found) in words)


def _compared(field: str, holds: Callable[[Decimal, Decimal], bool], bound: Decimal) -> Condition:
    def test(value: Value) -> bool | None:
        text = word_of(value)
        return holds(Decimal(text), bound) if DECIMAL.match(text) else None

    return Condition(field, test)
