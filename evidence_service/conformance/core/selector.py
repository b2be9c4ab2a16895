"""Which events a rule speaks of: types, conditions on fields and roles, and which of several (first, last, every).

Spec: docs/spec/conformance.md (Selectors). A condition on a field that is not there, or was erased, decides nothing:
the event then matches *perhaps*, and the rule says *unknown* wherever that makes a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from evidence_service.conformance.core.happening import Happening, History, Value


class Match(Enum):
    """Whether an event is meant."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"


class Which(StrEnum):
    """Which of the events that match: in time; events of the same instant are taken together."""

    FIRST = "first"
    LAST = "last"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on one field. `on_absence` is the answer where the field is not there: None for *perhaps*."""

    field: str
    holds: Callable[[Value], bool | None]
    on_absence: bool | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Events of some types (none named: of any) that pass every condition, by somebody in one of these roles."""

    types: frozenset[str]
    conditions: tuple[Condition, ...] = ()
    roles: frozenset[str] = frozenset()
    not_roles: frozenset[str] = frozenset()

    def match(self, one: Happening) -> Match:
        """Whether an event of one of the types is meant."""
        if one.values is None:
            return Match.PERHAPS if self.conditions or self.roles or self.not_roles else Match.YES
        if one.role in self.not_roles or (self.roles and one.role not in self.roles):
            return Match.NO
        answer = Match.YES
        for condition in self.conditions:
            value = one.values.get(condition.field)
            holds = condition.on_absence if value is None else condition.holds(value)
            if holds is False:
                return Match.NO
            if holds is None:
                answer = Match.PERHAPS
        return answer


@dataclass(frozen=True, slots=True)
class Picked:
    """What a selector found: events that match, and those that perhaps do."""

    sure: Sequence[Happening]
    perhaps: Sequence[Happening] = ()


@dataclass(frozen=True, slots=True)
class Selector:
    """Any of several patterns, and which of the events that match."""

    patterns: tuple[Pattern, ...]
    which: Which = Which.EVERY

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it looks at."""
        return frozenset(one.field for pattern in self.patterns for one in pattern.conditions)

    def pick(self, history: History) -> Picked:
        """The events of a loan that it means, in the order of the log; `which` is left to `narrowed`."""
        if len(self.patterns) == 1 and self.patterns[0].types:
            pattern = self.patterns[0]
            there = history.of_types(pattern.types)
            if not there or not (pattern.conditions or pattern.roles or pattern.not_roles):
                return Picked(there)
        sure, perhaps = [], []
        for one in self._candidates(history):
            match = self.match(one)
            if match is Match.YES:
                sure.append(one)
            elif match is Match.PERHAPS:
                perhaps.append(one)
        return Picked(sure, perhaps)

    def match(self, one: Happening) -> Match:
        """Whether an event is meant by any of the patterns."""
        answer = Match.NO
        for pattern in self.patterns:
            if not pattern.types or one.type in pattern.types:
                match = pattern.match(one)
                if match is Match.YES:
                    return match
                if match is Match.PERHAPS:
                    answer = match
        return answer

    def _candidates(self, history: History) -> Sequence[Happening]:
        if all(pattern.types for pattern in self.patterns):
            if len(self.patterns) == 1:
                return history.of_types(self.patterns[0].types)
            return history.of_types(frozenset[str]().union(*(pattern.types for pattern in self.patterns)))
        return history.happenings

    def narrowed(self, events: Sequence[Happening]) -> Sequence[Happening]:
        """The first or last of these in time, with all of the same instant; or every one."""
        if self.which is Which.EVERY or len(events) < 2:
            return events
        edge = (min if self.which is Which.FIRST else max)(one.at for one in events)
        return [one for one in events if one.at == edge]
