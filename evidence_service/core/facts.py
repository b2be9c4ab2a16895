"""data/facts.json: the facts of the papers, each with how we know it and the field of the event behind it.

Spec: docs/spec/package.md (facts.json). A *proven* fact says exactly what a disclosed field says: check (4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rfc8785

from evidence_service.core import shape
from evidence_service.core.canonical import parse_strict

NAMES = frozenset({"key", "value", "state", "event", "field", "exhibit"})
STATES = frozenset({"proven", "derived", "unsupported", "withheld"})
PROVEN, WITHHELD = "proven", "withheld"


@dataclass(frozen=True, slots=True)
class PackagedFact:
    """One fact: stable key, value as printed, state, and the event id and dotted field name that it rests on."""

    key: str
    value: str
    state: str
    event: str
    field: str
    exhibit: int


def parse_facts(raw: bytes) -> tuple[PackagedFact, ...]:
    """Read data/facts.json strictly. Raises MalformedInputError that names the place."""
    return tuple(
        _fact(item, f"facts[{position}]") for position, item in enumerate(shape.items(parse_strict(raw), "facts"))
    )


def as_text(value: Any) -> str:
    """A disclosed value as facts compare it: a text as it stands, anything else in canonical JSON."""
    return value if isinstance(value, str) else rfc8785.dumps(value).decode()


def _fact(value: Any, place: str) -> PackagedFact:
    shape.members_of(value, NAMES, place)
    if shape.text(value["state"], f"{place}.state") not in STATES:
        raise shape.ShapeError(f"{place}.state: proven, derived, unsupported or withheld")
    if value["state"] == WITHHELD and value["value"] != "":
        raise shape.ShapeError(f"{place}.value: empty, because it is withheld")
    return PackagedFact(
        key=shape.text(value["key"], f"{place}.key", shape.LINE),
        value=shape.text(value["value"], f"{place}.value"),
        state=value["state"],
        event=shape.text(value["event"], f"{place}.event"),
        field=shape.text(value["field"], f"{place}.field"),
        exhibit=shape.whole(value["exhibit"], f"{place}.exhibit"),
    )
