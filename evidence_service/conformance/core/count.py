"""Rules about number: at least so many (existence), at most so many (absence), not both, as many of one as of another.

Spec: docs/spec/conformance.md (existence, absence, not_coexistence, balance). Order plays no part in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.selector import Selector
from evidence_service.conformance.core.verdict import Circumstances, Outcome, Verdict, earliest

Events = Sequence[Happening]


@dataclass(frozen=True, slots=True)
class Existence:
    """Where `given` happened, `event` happens at least so many times, at whatever time."""

    given: Selector
    event: Selector
    at_least: int = 1

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`given`, `event`."""
        return (self.given, self.event)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has `given`."""
        given, events = found
        if not given:
            return []
        enough = len(events) >= self.at_least
        return [Outcome(Verdict.SATISFIED if enough else Verdict.BREACH, (*events, earliest(given)))]


@dataclass(frozen=True, slots=True)
class Absence:
    """`event` happens at most so many times. Of loans that have it once; with at most none, of those with `given`."""

    event: Selector
    at_most: int = 0
    given: Selector | None = None

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`event`, and `given` where it is."""
        return (self.event,) if self.given is None else (self.given, self.event)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan of the population."""
        events, population = found[-1], found[0]
        if not population:
            return []
        kept = len(events) <= self.at_most
        return [Outcome(Verdict.SATISFIED if kept else Verdict.BREACH, tuple(events or population[:1]))]


@dataclass(frozen=True, slots=True)
class NotCoexistence:
    """Never both in one loan, in whatever order. Of loans that have one of them."""

    first: Selector
    second: Selector

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`first`, `second`."""
        return (self.first, self.second)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has one of both."""
        first, second = found
        if first and second:
            return [Outcome(Verdict.BREACH, (earliest(first), earliest(second)))]
        return [Outcome(Verdict.SATISFIED, (earliest(first or second),))] if first or second else []


@dataclass(frozen=True, slots=True)
class Balance:
    """As many of `first` as of `second`; with `by`, for each value of that field. Of loans that have one of them."""

    first: Selector
    second: Selector
    by: str = ""

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`first`, `second`."""
        return (self.first, self.second)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has one of both."""
        first, second = found
        if not first and not second:
            return []
        if self.by and any(one.values is None or self.by not in one.values for one in (*first, *second)):
            return [Outcome(Verdict.UNKNOWN, (*first, *second))]
        counts, others = self._counted(first), self._counted(second)
        odd = {value for value in counts.keys() | others.keys() if counts[value] != others[value]}
        if not odd:
            return [Outcome(Verdict.SATISFIED, (*first[:1], *second[:1]))]
        return [Outcome(Verdict.BREACH, tuple(one for one in (*first, *second) if self._value(one) in odd))]

    def _counted(self, events: Events) -> Counter[object]:
        return Counter(self._value(one) for one in events)

    def _value(self, one: Happening) -> object:
        return one.values[self.by] if self.by and one.values is not None else ""
