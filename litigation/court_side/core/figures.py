"""Figures of a court's desk: what came, what was decided and how, for which reasons returned, how long it took.

Spec: docs/spec/filing.md, "Figures". Everything is counted from signed entries: decisions by their instant, arrivals by
theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Protocol

from litigation.core.court_entry import EntryKind, kept_entry
from litigation.court_side.core.due import COURT_TIME

WEEK = timedelta(days=7)


class DecisionLike(Protocol):
    """A decision with its times and its signed note."""

    @property
    def kind(self) -> str:
        """accepted, accepted_in_part, returned or refused."""
        ...

    @property
    def received_at(self) -> datetime:
        """When the filing came."""
        ...

    @property
    def decided_at(self) -> datetime:
        """When it was decided."""
        ...

    @property
    def note(self) -> str:
        """The signed entry."""
        ...


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """One week, named by its Monday."""

    monday: date
    received: int
    accepted: int
    returned: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One time. `hours` are None where nothing was decided; `reasons` by code, the most frequent first."""

    since: datetime
    until: datetime
    received: int
    accepted: int
    accepted_in_part: int
    returned: int
    refused: int
    median_hours: float | None
    longest_hours: float | None
    reasons: tuple[tuple[str, int], ...]
    weeks: tuple[WeekFigures, ...]

    @property
    def decided(self) -> int:
        """All decisions."""
        return self.accepted + self.accepted_in_part + self.returned + self.refused


def figures_of(
    received: Sequence[datetime], decisions: Sequence[DecisionLike], since: datetime, until: datetime
) -> Figures:
    """Count."""
    kinds = Counter(one.kind for one in decisions)
    hours = [(one.decided_at - one.received_at).total_seconds() / 3600 for one in decisions]
    reasons: Counter[str] = Counter()
    for one in decisions:
        if one.kind == EntryKind.RETURNED:
            said = kept_entry(one.note).detail.get("reasons")
            reasons.update(said if isinstance(said, list) and said else ["unnamed"])
    return Figures(
        since=since,
        until=until,
        received=len(received),
        accepted=kinds[EntryKind.ACCEPTED],
        accepted_in_part=kinds[EntryKind.ACCEPTED_IN_PART],
        returned=kinds[EntryKind.RETURNED],
        refused=kinds[EntryKind.REFUSED],
        median_hours=median(hours) if hours else None,
        longest_hours=max(hours) if hours else None,
        reasons=tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
        weeks=_weeks(received, decisions, since, until),
    )


def _weeks(
    received: Sequence[datetime], decisions: Sequence[DecisionLike], since: datetime, until: datetime
) -> tuple[WeekFigures, ...]:
    came = Counter(_monday(at) for at in received)
    accepted, returned = Counter[date](), Counter[date]()
    for one in decisions:
        taken = one.kind in (EntryKind.ACCEPTED, EntryKind.ACCEPTED_IN_PART)
        (accepted if taken else returned)[_monday(one.decided_at)] += 1
    found: list[WeekFigures] = []
    monday = _monday(since)
    while monday <= _monday(until - timedelta(microseconds=1)):  # the end itself is not counted
        found.append(WeekFigures(monday, came[monday], accepted[monday], returned[monday]))
        monday += WEEK
    return tuple(found)


def _monday(at: datetime) -> date:
    day = at.astimezone(COURT_TIME).date()
    return day - timedelta(days=day.weekday())
