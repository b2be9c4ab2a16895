"""Rules about people: two duties by different (or by the same) persons, and how many persons a loan passed through.

Spec: docs/spec/conformance.md (different_actor, same_actor, people). A pair of duties is named by the rule: nobody is
suspected for two duties that the bank's own design puts in one hand. Who is missing is unknown, never cleared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.selector import Selector, Which
from evidence_service.conformance.core.verdict import Circumstances, Outcome, Verdict, latest, tied, unique

Events = Sequence[Happening]


@dataclass(frozen=True, slots=True)
class ActorPair:
    """`first` and `second` are done by different persons (or, `same`, by one). Of loans in which both were done.

    Events by `except_roles` (a machine) are not looked at.
    """

    first: Selector
    second: Selector
    same: bool = False
    except_roles: frozenset[str] = frozenset()

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`first`, `second`."""
        return (self.first, self.second)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan in which both duties were done by somebody."""
        first, second = (self._persons(events) for events in found)
        if not first or not second:
            return []
        offends = self._offends
        pairs = [(one, other) for one in first for other in second if offends(one, other)]
        if pairs and self._certain(first, second):
            return [Outcome(Verdict.BREACH, _shown(pairs))]
        if pairs:
            in_log = offends(latest(first), latest(second))
            return [Outcome(tied(not in_log, now.tie), _shown(pairs))]
        nobody = [one for one in (*first, *second) if one.actor is None]
        verdict = Verdict.UNKNOWN if nobody else Verdict.SATISFIED
        return [Outcome(verdict, tuple(nobody) or (second[0], first[0]))]

    def _persons(self, events: Events) -> list[Happening]:
        return [one for one in events if one.role not in self.except_roles]

    def _offends(self, one: Happening, other: Happening) -> bool:
        if one.actor is None or other.actor is None:
            return False
        return (one.actor != other.actor) if self.same else (one.actor == other.actor)

    def _certain(self, first: Events, second: Events) -> bool:
        """Whether it is so however events of the same instant are ordered."""
        either = self.first.which is Which.EVERY, self.second.which is Which.EVERY
        if all(either):
            return True
        if either[0]:
            return all(any(self._offends(one, other) for one in first) for other in second)
        if either[1]:
            return all(any(self._offends(one, other) for other in second) for one in first)
        return all(self._offends(one, other) for one in first for other in second)


def _shown(pairs: Sequence[tuple[Happening, Happening]]) -> tuple[Happening, ...]:
    """Every event of the pairs once, those of the first duty last: who holds it answers."""
    firsts = unique(one for one, _ in pairs)
    answering = {one.entry for one in firsts}
    return (*unique(other for _, other in pairs if other.entry not in answering), *firsts)


@dataclass(frozen=True, slots=True)
class People:
    """Where `given` happened, at least so many different persons did the events of `among`."""

    given: Selector
    among: Selector
    at_least: int
    except_roles: frozenset[str] = frozenset()

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """`given`, `among`."""
        return (self.given, self.among)

    def judge(self, found: Sequence[Events], now: Circumstances) -> list[Outcome]:
        """One outcome for a loan that has `given`."""
        given, among = found
        if not given:
            return []
        looked_at = [one for one in among if one.role not in self.except_roles]
        persons = {one.actor for one in looked_at if one.actor is not None}
        nobody = [one for one in looked_at if one.actor is None]
        if len(persons) >= self.at_least:
            return [Outcome(Verdict.SATISFIED, (given[0],))]
        if nobody:
            return [Outcome(Verdict.UNKNOWN, (*nobody, given[0]))]
        return [Outcome(Verdict.BREACH, (*looked_at, given[0]))]
