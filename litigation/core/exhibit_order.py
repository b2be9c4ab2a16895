"""The order of exhibits: as courts expect it, unless a person of the institution set another one (`exhibits.ordered`).

Spec: docs/spec/bundle.md. An order is an event, so the same pinned state still gives the same package. What it does not
name keeps its usual place behind what it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litigation.core.exhibit_places import purpose_of
from litigation.core.history import HistoryEvent, LoanHistory, Original
from litigation.errors import LitigationError

ORDERED = "exhibits.ordered"


class ExhibitOrderError(LitigationError):
    """An order of exhibits does not name the exhibits of the case."""

    code = "exhibit-order"


@dataclass(frozen=True, slots=True)
class OfferedExhibit:
    """One original as it would be offered: its number, and the event behind it."""

    number: int
    event: HistoryEvent
    original: Original


def in_order(history: LoanHistory) -> list[tuple[HistoryEvent, Original]]:
    """Originals in the order in which they are offered; the same original on two events stands at each."""
    events = sorted(history.current(), key=lambda event: (purpose_of(event.type).place, event.sequence))
    usual = [(event, original) for event in events for original in event.originals]
    wished = {digest: at for at, digest in enumerate(wished_order(history))}
    return sorted(usual, key=lambda pair: wished.get(pair[1].sha256, len(wished)))


def wished_order(history: LoanHistory) -> tuple[str, ...]:
    """The digests of the newest order that somebody set; empty where nobody did."""
    event = history.last(ORDERED)
    return tuple(str(one) for one in event.payload.get("order", ())) if event else ()


def offered(history: LoanHistory) -> list[OfferedExhibit]:
    """The exhibits as they would be numbered now, each original once."""
    seen: dict[str, tuple[HistoryEvent, Original]] = {}
    for event, original in in_order(history):
        seen.setdefault(original.sha256, (event, original))
    return [OfferedExhibit(number, *pair) for number, pair in enumerate(seen.values(), 1)]


def check_order(history: LoanHistory, order: Sequence[str]) -> tuple[str, ...]:
    """An order must name every exhibit of the case once, and nothing else."""
    known = {one.original.sha256 for one in offered(history)}
    if len(set(order)) != len(order) or set(order) != known:
        raise ExhibitOrderError("the order must name every exhibit of the case once; open the page anew and try again")
    return tuple(order)
