"""Retention: how long the law makes us keep what is logged about a loan, and when it makes us delete it.

Spec: docs/spec/erasure.md (Retention calendar). The duties are dated data (evidence_service/retention.toml), each with
its legal source and how well that source is known. A clock starts with an event; where the event that would start it
has not happened, the clock does not run, and what it keeps is kept. Times are those that senders declared.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LEAP_DAY = (2, 29)


class DutyKind(StrEnum):
    """What a duty asks for: keep until, delete after, or mind a day on which somebody else may stop keeping."""

    KEEP = "keep"
    DELETE = "delete"
    WARN = "warn"


class Clock(StrEnum):
    """Where a duty stands for a loan.

    `open`: the event that starts its clock has not happened. `running`: its day lies ahead. `passed`: its day came.
    """

    OPEN = "open"
    RUNNING = "running"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the law.

    It holds for loans that have an event of `applies`. Its clock starts at the newest event of `starts`, provided that
    there is one of `ends` where that is not empty (a relationship that has not ended starts no clock). It is in force
    from `since` until the day before `until`.
    """

    id: str
    kind: DutyKind
    zh: str
    en: str
    source: str
    mark: str
    years: int
    since: date
    until: date | None
    applies: frozenset[str]
    starts: frozenset[str]
    ends: frozenset[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a loan as a clock sees it: its type and its day in China."""

    type: str
    day: date


@dataclass(frozen=True, slots=True)
class DutyState:
    """One duty on one loan: `day` is when its clock ends, None while it has not started."""

    duty: Duty
    clock: Clock
    started: date | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Retention:
    """What the calendar says of one loan on a day.

    `kept_until` is the last day on which a statute keeps it; None where a keeping clock has not started (`kept` is
    True then), or where no duty to keep applies. `due` is True where it is kept by nothing and to be deleted.
    """

    states: tuple[DutyState, ...]
    kept: bool
    kept_until: date | None
    due: bool

    @property
    def keeping(self) -> tuple[DutyState, ...]:
        """The duties that keep it on that day."""
        return tuple(one for one in self.states if one.duty.kind is DutyKind.KEEP and one.clock is not Clock.PASSED)


def retention_of(duties: Iterable[Duty], happenings: Sequence[Happening], as_of: date) -> Retention:
    """What the duties in force on a day say of a loan with these events."""
    in_force = [duty for duty in duties if duty.since <= as_of and (duty.until is None or as_of < duty.until)]
    states = tuple(state for duty in in_force if (state := state_of(duty, happenings, as_of)) is not None)
    keeps = [one for one in states if one.duty.kind is DutyKind.KEEP]
    kept = any(one.clock is not Clock.PASSED for one in keeps)
    running = [one.day for one in keeps if one.clock is Clock.RUNNING and one.day is not None]
    open_clock = any(one.clock is Clock.OPEN for one in keeps)
    until = None if open_clock or not running else max(running)
    deletes = any(one.duty.kind is DutyKind.DELETE and one.clock is Clock.PASSED for one in states)
    return Retention(states, kept, until, due=deletes and not kept)


def state_of(duty: Duty, happenings: Sequence[Happening], as_of: date) -> DutyState | None:
    """Where one duty stands for a loan; None where it does not apply."""
    types = {one.type for one in happenings}
    if duty.applies and not types & duty.applies:
        return None
    days = [one.day for one in happenings if one.type in duty.starts or not duty.starts]
    if not days or (duty.ends and not types & duty.ends):
        return DutyState(duty, Clock.OPEN, None, None)
    started = max(days)
    day = years_after(started, duty.years)
    return DutyState(duty, Clock.PASSED if day <= as_of else Clock.RUNNING, started, day)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March, so that no period is cut short."""
    year = day.year + years
    if (day.month, day.day) == LEAP_DAY and not isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)
