"""Rules about money: what stands on one side against the other, at a moment or over the whole loan.

Spec: docs/spec/conformance.md (amounts). Exact decimals. Where money of the very instant decides, the rule is
unordered; where an event does not say its amount, it is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.selector import Selector
from evidence_service.conformance.core.verdict import Circumstances, Outcome, TiePolicy, Verdict, earliest, unique

Events = Sequence[Happening]


class Gather(StrEnum):
    """What one term takes of its events: their sum, the newest, the largest, or their number."""

    SUM = "sum"
    LAST = "last"
    MAX = "max"
    COUNT = "count"


COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "less": operator.lt,
    "at_most": operator.le,
    "equal": operator.eq,
    "at_least": operator.ge,
    "more": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Term:
    """One amount: the sum (newest, largest) of a field over events, or how many there are."""

    gather: Gather
    field: str
    of: Selector

    def value(self, events: Events) -> Decimal | None:
        """The amount; 0 without events, None where one of them does not say it or two newest disagree."""
        if self.gather is Gather.COUNT:
            return Decimal(len(events))
        if not events:
            return Decimal(0)
        if self.gather is Gather.LAST:
            newest = max(one.at for one in events)
            events = [one for one in events if one.at == newest]
        found = [one.values.get(self.field) if one.values is not None else None for one in events]
        if any(value is None for value in found):
            return None
        amounts = [Decimal(str(value)) for value in found]
        if self.gather is Gather.LAST and len(set(amounts)) > 1:
            return None
        return sum(amounts, Decimal(0)) if self.gather is Gather.SUM else max(amounts)


@dataclass(frozen=True, slots=True)
class Amounts:
    """At `event` (its first) the left side compares with the right side as `must` says."""

    event: Selector
    left: tuple[Term, ...]
    must: str
    right: tuple[Term, ...]
    whole: bool = False

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`event`, then what every term is of."""
        return (self.event, *(term.of for term in (*self.left, *self.right)))

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has `event`."""
        if not found[0]:
            return []
        event = earliest(found[0])
        shown = (*unique(one for events in found[1:] for one in events if one.entry != event.entry), event)
        if self.whole:
            return [Outcome(_verdict(self._kept(found[1:])), shown)]
        before = self._kept([[one for one in events if one.at < event.at] for events in found[1:]])
        until = self._kept([[one for one in events if one.at <= event.at] for events in found[1:]])
        if before is until or before == until:
            return [Outcome(_verdict(until), shown)]
        if before is None or until is None:
            return [Outcome(Verdict.UNKNOWN, shown)]
        kept = now.tie is TiePolicy.SATISFIED or (now.tie is TiePolicy.LOG_ORDER and self._in_log(event, found[1:]))
        return [Outcome(Verdict.SATISFIED if kept else Verdict.UNORDERED, shown)]

    def _in_log(self, event: Happening, found: Sequence[Events]) -> bool:
        place = (event.at, event.sequence)
        return self._kept([[one for one in events if (one.at, one.sequence) <= place] for events in found]) is True

    def _kept(self, found: Sequence[Events]) -> bool | None:
        values = [term.value(events) for term, events in zip((*self.left, *self.right), found, strict=True)]
        if any(value is None for value in values):
            return None
        amounts = [value for value in values if value is not None]
        left, right = amounts[: len(self.left)], amounts[len(self.left) :]
        return COMPARE[self.must](sum(left, Decimal(0)), sum(right, Decimal(0)))


def _verdict(kept: bool | None) -> Verdict:
    if kept is None:
        return Verdict.UNKNOWN
    return Verdict.SATISFIED if kept else Verdict.BREACH
