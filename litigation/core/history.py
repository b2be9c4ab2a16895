"""A loan's history: its logged events in order, with superseded ones left out.

A correction supersedes the event it names; the superseded event stays in the log and in the package, but no fact of
the papers is drawn from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

COURT_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Original:
    """An original that belongs to an event."""

    name: str
    media_type: str
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One logged event of the loan. `corrects` is the id of the event that it supersedes, or empty."""

    event_id: str
    type: str
    occurred_at: datetime
    captured_at: datetime
    sequence: int
    index: int
    leaf_hash: str
    payload: Mapping[str, Any]
    originals: tuple[Original, ...]
    corrects: str


@dataclass(frozen=True, slots=True)
class LoanHistory:
    """All events of one loan by sequence number."""

    institution: str
    loan: str
    events: tuple[HistoryEvent, ...]

    def current(self) -> tuple[HistoryEvent, ...]:
        """The events that no later event corrects."""
        superseded = {event.corrects for event in self.events if event.corrects}
        return tuple(event for event in self.events if event.event_id not in superseded)

    def all(self, *types: str) -> tuple[HistoryEvent, ...]:
        """Current events of these types, in order."""
        return tuple(event for event in self.current() if event.type in types)

    def first(self, *types: str) -> HistoryEvent | None:
        """The first current event of these types."""
        return next(iter(self.all(*types)), None)

    def last(self, *types: str) -> HistoryEvent | None:
        """The last current event of these types."""
        found = self.all(*types)
        return found[-1] if found else None


def court_date(moment: datetime) -> date:
    """The day on which an instant falls for a court of the People's Republic of China (Asia/Shanghai)."""
    return moment.astimezone(COURT_ZONE).date()


def day_of(text: Any) -> date | None:
    """A date of a payload; None where it is absent."""
    return date.fromisoformat(text) if isinstance(text, str) and text else None
