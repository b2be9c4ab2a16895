"""A loan's history: its logged events in order, with superseded ones left out.

A correction supersedes the event it names; the superseded event stays in the log and in the package, but no fact of
the papers is drawn from it. Where an event was corrected more than once, the newest correction counts. An event whose
content was erased stays in the history as a place without content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """One logged event of the loan. `corrects` is the id of the event that it supersedes, or empty.

    `source` and `environment` (whether there is any) are what the sender declared; `source_key` names the key of the
    source system whose signature was checked on receipt.

    `erased`: its content was erased; it has neither payload nor originals.
    """

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
    source: Mapping[str, Any] = field(default_factory=dict)
    environment: bool = False
    source_key: str = ""
    corroborates: tuple[str, ...] = ()
    erased: bool = False


@dataclass(frozen=True, slots=True)
class LoanHistory:
    """All events of one loan by sequence number."""

    institution: str
    loan: str
    events: tuple[HistoryEvent, ...]
    _counting: tuple[HistoryEvent, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort out once what counts: papers and checks ask for it hundreds of times."""
        gone = self.superseded()
        counting = tuple(event for event in self.events if event.event_id not in gone and not event.erased)
        object.__setattr__(self, "_counting", counting)

    def current(self) -> tuple[HistoryEvent, ...]:
        """The events that count: of an event and its corrections only the newest, and nothing that was erased."""
        return self._counting

    def superseded(self) -> dict[str, HistoryEvent]:
        """Id of every event that no longer counts -> the correction that counts in its place.

        Corrections of one event, and corrections of those, are one line; its newest member counts.
        """
        first: dict[str, str] = {}
        lines: dict[str, list[HistoryEvent]] = {}
        for event in self.events:  # in order: what an event corrects was logged before it
            beginning = first.get(event.corrects, event.event_id) if event.corrects else event.event_id
            first[event.event_id] = beginning
            lines.setdefault(beginning, []).append(event)
        return {event.event_id: line[-1] for line in lines.values() for event in line[:-1]}

    def all(self, *types: str) -> tuple[HistoryEvent, ...]:
        """Current events of these types, in order."""
        return tuple(event for event in self._counting if event.type in types)

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
