"""One event as a rule of conformance sees it: what, when, who, and the few fields that some rule asks for.

Spec: docs/spec/conformance.md. An event whose content was erased still has its type and time; who did it and what it
said is then unknown, never absent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

Value = str | int | bool
PAYLOAD = "payload."
NOTHING: Mapping[str, Any] = {}


class Happening(NamedTuple):
    """An event of a loan. `entry` is its leaf index (in a file: its place), `sequence` its number in the loan.

    `values` holds the fields that were asked for, by dotted name; None where the content was erased.
    """

    entry: int
    id: str
    sequence: int
    type: str
    at: datetime
    actor: str | None
    role: str
    values: Mapping[str, Value] | None
    corrects: str | None = None

    @property
    def erased(self) -> bool:
        """Whether its content was erased, so that only type and time are known."""
        return self.values is None


@dataclass(frozen=True, slots=True)
class History:
    """All events of one loan, in the order of the log."""

    loan: str
    happenings: tuple[Happening, ...]
    by_type: Mapping[str, Sequence[Happening]] = field(default_factory=dict)

    def of_types(self, types: Collection[str]) -> Sequence[Happening]:
        """The events of these types, in the order of the log."""
        if len(types) == 1:
            return self.by_type.get(next(iter(types)), ())
        return sorted((one for kind in types for one in self.by_type.get(kind, ())), key=_sequence)


def history_of(loan: str, happenings: Iterable[Happening], *, as_declared: bool = False) -> History:
    """A loan's events with corrections applied: what was corrected is left out, its newest correction stands.

    `as_declared` turns that round: the first declarations stand, corrections are left out.
    """
    ordered = sorted(happenings, key=_sequence)
    if any(one.corrects is not None for one in ordered):
        if as_declared:
            ordered = [one for one in ordered if one.corrects is None]
        else:
            replaced = {one.corrects for one in ordered}
            ordered = [one for one in ordered if one.id not in replaced]
    by_type: dict[str, list[Happening]] = {}
    for one in ordered:
        by_type.setdefault(one.type, []).append(one)
    return History(loan, tuple(ordered), by_type)


def fields_of(event: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Value]:
    """The wanted fields that an event has, by dotted name: `payload.amount`, `attributes.activity`."""
    payload: Mapping[str, Any] = event["payload"]
    attributes: Mapping[str, Any] = payload.get("attributes", NOTHING)
    found: dict[str, Value] = {}
    for name in wanted:
        group = payload if name.startswith(PAYLOAD) else attributes
        value = group.get(name.partition(".")[2])
        if value is not None and isinstance(value, (str, int)):
            found[name] = value
    return found


def _sequence(one: Happening) -> int:
    return one.sequence
