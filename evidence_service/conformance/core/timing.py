"""Rules about time: how long from one event to another (window), and at which hours of the day (hours).

Spec: docs/spec/conformance.md (window, hours). Days are calendar days in the zone of the rule set, as a court counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.selector import Selector
from evidence_service.conformance.core.verdict import Circumstances, Outcome, Verdict, earliest, heaviest

Events = Sequence[Happening]
TIME_BASIS = "attributes.time_basis"


class Unit(StrEnum):
    """DAYS are calendar days; the others are elapsed time."""

    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    SECONDS = "seconds"


SECONDS = {Unit.HOURS: 3600, Unit.MINUTES: 60, Unit.SECONDS: 1}


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end` at least and at most so long. Of loans that have both; the first `start` counts."""

    start: Selector
    end: Selector
    unit: Unit
    at_least: Decimal | None
    at_most: Decimal | None

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`end`, `start`."""
        return (self.end, self.start)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has both."""
        ends, starts = found
        if not starts:
            return []
        start = earliest(starts)
        return heaviest(
            Outcome(Verdict.SATISFIED if self._fits(start, end, now) else Verdict.BREACH, (start, end)) for end in ends
        )

    def _fits(self, start: Happening, end: Happening, now: Circumstances) -> bool:
        long = elapsed(start.at, end.at, self.unit, now)
        too_soon = self.at_least is not None and long < self.at_least
        return not too_soon and not (self.at_most is not None and long > self.at_most)


def elapsed(start: datetime, end: datetime, unit: Unit, now: Circumstances) -> Decimal:
    """Time between two instants, negative where the second is earlier."""
    if unit is Unit.DAYS:
        return Decimal((end.astimezone(now.zone).date() - start.astimezone(now.zone).date()).days)
    return Decimal((end - start) // timedelta(microseconds=1)) / (SECONDS[unit] * 1_000_000)


@dataclass(frozen=True, slots=True)
class Hours:
    """`event` falls between two hours of the day, both included, and on one of these weekdays (Monday is 0).

    One outcome for each event. An event whose source says that its time is no moment is unknown.
    """

    event: Selector
    earliest: time
    latest: time
    weekdays: frozenset[int]

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`event`."""
        return (self.event,)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for each event."""
        return [Outcome(self._one(one, now.zone), (one,)) for one in found[0]]

    def _one(self, one: Happening, zone: tzinfo) -> Verdict:
        if one.values is None or TIME_BASIS in one.values:
            return Verdict.UNKNOWN
        local = one.at.astimezone(zone)
        inside = self.earliest <= local.time() <= self.latest and local.weekday() in self.weekdays
        return Verdict.SATISFIED if inside else Verdict.BREACH
