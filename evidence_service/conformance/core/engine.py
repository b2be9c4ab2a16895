"""The engine: every rule over every loan, in one pass. Pure: loans come in, tallies and findings come out.

Spec: docs/spec/conformance.md (Evaluation). Where events only perhaps match (a field is missing or erased), the rule is
judged without and with them; answers that differ are *unknown*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from evidence_service.conformance.core.finding import Finding, finding_of
from evidence_service.conformance.core.happening import Happening, History
from evidence_service.conformance.core.rule import Rule, RuleSet
from evidence_service.conformance.core.selector import Picked
from evidence_service.conformance.core.verdict import Circumstances, Outcome, Verdict, unique

Events = Sequence[Happening]
KEPT = frozenset({Verdict.BREACH, Verdict.UNORDERED, Verdict.UNKNOWN})


@dataclass(slots=True)
class Tally:
    """What one rule found so far. Population = satisfied + breaches + unordered + unknown + pending."""

    rule: Rule
    satisfied: int = 0
    breaches: int = 0
    unordered: int = 0
    unknown: int = 0
    pending: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def population(self) -> int:
        """Loans (or events) to which the rule applies."""
        return self.satisfied + self.breaches + self.unordered + self.unknown + self.pending

    def add(self, loan: str, outcome: Outcome) -> None:
        """Count one outcome; what is no plain yes is kept with its events."""
        match outcome.verdict:
            case Verdict.SATISFIED:
                self.satisfied += 1
            case Verdict.BREACH:
                self.breaches += 1
            case Verdict.UNORDERED:
                self.unordered += 1
            case Verdict.UNKNOWN:
                self.unknown += 1
            case Verdict.PENDING:
                self.pending += 1
        if outcome.verdict in KEPT:
            self.findings.append(finding_of(self.rule, loan, outcome))


@dataclass(slots=True)
class Evaluation:
    """What a rule set found over loans: a tally per rule, and how much was looked at."""

    rules: RuleSet
    tallies: list[Tally]
    loans: int = 0
    events: int = 0
    erased: int = 0


class Engine:
    """A rule set made ready for one run."""

    def __init__(self, rules: RuleSet, as_of: datetime) -> None:
        self.result = Evaluation(rules, [Tally(rule) for rule in rules.rules])
        self._judges = [_Judge(rule, Circumstances(as_of, rules.zone, rule.tie)) for rule in rules.rules]

    def take(self, history: History) -> None:
        """Judge one loan by every rule."""
        self.result.loans += 1
        self.result.events += len(history.happenings)
        self.result.erased += sum(one.values is None for one in history.happenings)
        for judge, tally in zip(self._judges, self.result.tallies, strict=True):
            for outcome in judge.outcomes(history):
                tally.add(history.loan, outcome)


def evaluate(rules: RuleSet, histories: Iterable[History], as_of: datetime) -> Evaluation:
    """Judge every loan by every rule of a set."""
    engine = Engine(rules, as_of)
    for history in histories:
        engine.take(history)
    return engine.result


class _Judge:
    """One rule with its dates turned into instants."""

    def __init__(self, rule: Rule, now: Circumstances) -> None:
        self._rule, self._now = rule, now
        self._since, self._until = rule.in_force(now.zone)
        self._selectors = rule.check.looks_at

    def outcomes(self, history: History) -> list[Outcome]:
        """What the rule says of a loan: nothing where the loan is not in its population."""
        own = self._dated(self._selectors[0].pick(history))
        if not own.sure and not own.perhaps and not self._may_lack_own:
            return []
        if self._rule.per_event:
            return self._each(own, history)
        others = [selector.pick(history) for selector in self._selectors[1:]]
        picked = [own, *(self._dated(one) for one in others)] if self._may_lack_own else [own, *others]
        extra = [one.pick(history) for one in (self._rule.given, self._rule.unless) if one is not None]
        if not any(one.perhaps for one in picked) and not any(one.perhaps for one in extra):
            return self._judged([one.sure for one in picked], [bool(one.sure) for one in extra])
        return self._both_ways(picked, extra)

    @property
    def _may_lack_own(self) -> bool:
        """`not_coexistence` and `balance` have no event of their own: either side will do."""
        return self._rule.kind in ("not_coexistence", "balance")

    def _each(self, own: Picked, history: History) -> list[Outcome]:
        extra = [one.pick(history) for one in (self._rule.given, self._rule.unless) if one is not None]
        if not self._applies([bool(one.sure) for one in extra]):
            return []
        unsure = [Outcome(Verdict.UNKNOWN, (one,)) for one in own.perhaps]
        return self._rule.check.judge([own.sure], self._now) + unsure

    def _both_ways(self, picked: Sequence[Picked], extra: Sequence[Picked]) -> list[Outcome]:
        choices: list[list[Events]] = [
            [one.sure, _merged(one)] if one.perhaps else [one.sure] for one in (*picked, *extra)
        ]
        answers = []
        for chosen in product(*choices):
            lists, rest = chosen[: len(picked)], chosen[len(picked) :]
            answers.append(self._judged(list(lists), [bool(one) for one in rest]))
        verdicts = {answer[0].verdict if answer else None for answer in answers}
        if len(verdicts) == 1:
            return answers[-1]
        unsure = unique(event for one in (*picked, *extra) for event in one.perhaps)
        return [Outcome(Verdict.UNKNOWN, unsure)]

    def _judged(self, lists: list[Events], extra: list[bool]) -> list[Outcome]:
        if not self._applies(extra):
            return []
        narrowed = [one.narrowed(events) for one, events in zip(self._selectors, lists, strict=True)]
        return self._rule.check.judge(narrowed, self._now)

    def _applies(self, extra: list[bool]) -> bool:
        answers = iter(extra)
        given = self._rule.given is None or next(answers)
        return given and (self._rule.unless is None or not next(answers))

    def _dated(self, picked: Picked) -> Picked:
        if self._since is None and self._until is None:
            return picked
        return Picked(
            [one for one in picked.sure if self._in_force(one)], [one for one in picked.perhaps if self._in_force(one)]
        )

    def _in_force(self, one: Happening) -> bool:
        early = self._since is not None and one.at < self._since
        return not early and not (self._until is not None and one.at >= self._until)


def _merged(picked: Picked) -> Events:
    return sorted((*picked.sure, *picked.perhaps), key=lambda one: one.sequence)
