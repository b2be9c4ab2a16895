"""Rules about order: something first (precedence), something afterwards (response), something not meanwhile.

Spec: docs/spec/conformance.md (precedence, response, not_while). Only strictly later counts as later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import product

from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.selector import Selector
from evidence_service.conformance.core.verdict import (
    Circumstances,
    Outcome,
    Verdict,
    earliest,
    heaviest,
    latest,
    tied,
)

Events = Sequence[Happening]


@dataclass(frozen=True, slots=True)
class Precedence:
    """Before `event` (the first, the last, every one) there was one of `before`."""

    event: Selector
    before: Selector

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`event`, `before`."""
        return (self.event, self.before)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has `event`."""
        events, before = found
        if not before:
            return [Outcome(Verdict.BREACH, (earliest(events),))] if events else []
        first = earliest(before)
        return heaviest(self._one(event, first, before, now) for event in events)

    def _one(self, event: Happening, first: Happening, before: Events, now: Circumstances) -> Outcome:
        if first.at < event.at:
            return Outcome(Verdict.SATISFIED, (first, event))
        if first.at > event.at:
            return Outcome(Verdict.BREACH, (first, event))
        ordered = any(one.at == event.at and one.sequence < event.sequence for one in before)
        return Outcome(tied(ordered, now.tie), (first, event))


@dataclass(frozen=True, slots=True)
class Within:
    """A time in which something must follow: so much elapsed time, or (`days`) until the end of that calendar day."""

    elapsed: timedelta = timedelta()
    days: int = 0

    def deadline(self, event: Happening, now: Circumstances) -> datetime:
        """The last instant at which it is still in time."""
        if not self.days:
            return event.at + self.elapsed
        day = event.at.astimezone(now.zone).date() + timedelta(days=self.days)
        return datetime.combine(day, time.max, now.zone)


@dataclass(frozen=True, slots=True)
class Response:
    """After `event` (the first, the last, every one) came one of `after`; where `within` is given, in that time."""

    event: Selector
    after: Selector
    within: Within | None = None

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`event`, `after`."""
        return (self.event, self.after)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has `event`."""
        events, after = found
        return heaviest(self._one(event, after, now) for event in events)

    def _one(self, event: Happening, after: Events, now: Circumstances) -> Outcome:
        deadline = None if self.within is None else self.within.deadline(event, now)
        later = [one for one in after if one.at > event.at]
        if later and (deadline is None or earliest(later).at <= deadline):
            return Outcome(Verdict.SATISFIED, (earliest(later), event))
        ties = [one for one in after if one.at == event.at and one.entry != event.entry]
        if ties:
            ordered = any(one.sequence > event.sequence for one in ties)
            return Outcome(tied(ordered, now.tie), (ties[0], event))
        if deadline is not None and not later and now.as_of <= deadline:
            return Outcome(Verdict.PENDING, (event,))
        shown = (earliest(later),) if later else ((latest(after),) if after else ())
        return Outcome(Verdict.BREACH, (*shown, event))


@dataclass(frozen=True, slots=True)
class NotWhile:
    """No `event` after an `after` that no `until` has ended; without `until`, never after it."""

    event: Selector
    after: Selector
    until: Selector | None = None

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`event`, `after`, and `until` where it is given."""
        return (self.event, self.after) if self.until is None else (self.event, self.after, self.until)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has `event`."""
        events, after = found[0], found[1]
        until: Events = found[2] if self.until is not None else ()
        return heaviest(self._one(event, after, until, now) for event in events)

    def _one(self, event: Happening, after: Events, until: Events, now: Circumstances) -> Outcome:
        choices = [_open(event, after, until, *ties) for ties in product((False, True), repeat=3)]
        witnesses = next((opener for opener in choices if opener is not None), None)
        if all(opener is None for opener in choices):
            return Outcome(Verdict.SATISFIED, (event,))
        assert witnesses is not None
        if all(opener is not None for opener in choices):
            return Outcome(Verdict.BREACH, (witnesses, event))
        return Outcome(tied(_closed_in_log(event, after, until), now.tie), (witnesses, event))


def _open(
    event: Happening, after: Events, until: Events, opens_at_once: bool, ends_at_once: bool, ends_same: bool
) -> Happening | None:
    """What stands open at an event. The flags choose what equal times mean: each is tried both ways."""
    opened = [one for one in after if one.at < event.at or (opens_at_once and one.at == event.at)]
    opened = [one for one in opened if one.entry != event.entry]
    if not opened:
        return None
    newest = latest(opened)
    ended = [one for one in until if one.at < event.at or (ends_at_once and one.at == event.at)]
    if any(one.at > newest.at or (ends_same and one.at == newest.at) for one in ended):
        return None
    return newest


def _closed_in_log(event: Happening, after: Events, until: Events) -> bool:
    """Whether, by the order of the log among equal times, nothing stood open."""
    place = (event.at, event.sequence)
    opened = [(one.at, one.sequence) for one in after if (one.at, one.sequence) < place]
    ended = [(one.at, one.sequence) for one in until if (one.at, one.sequence) < place]
    return not opened or (bool(ended) and max(ended) > max(opened))
