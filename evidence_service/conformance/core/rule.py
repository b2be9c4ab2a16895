"""A rule of conformance: what it demands of a loan, from which law, since when, and how grave a breach is.

Spec: docs/spec/conformance.md. A rule speaks of the days on which it was in force, by the day of its own event in the
zone of the rule set; a loan without such an event is not in its population.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from evidence_service.conformance.core.amounts import Amounts
from evidence_service.conformance.core.happening import Happening
from evidence_service.conformance.core.selector import Selector
from evidence_service.conformance.core.timing import TIME_BASIS, Hours
from evidence_service.conformance.core.verdict import Circumstances, Outcome, TiePolicy

Names = Mapping[str, str]


class Severity(StrEnum):
    """How grave a breach is, for the order in which people look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Check(Protocol):
    """What a rule demands: which events it looks at (the first selector is its own event), and its verdict."""

    @property
    def looks_at(self) -> tuple[Selector, ...]:
        """Selectors whose events `judge` is given, in this order."""
        ...

    def judge(self, found: Sequence[Sequence[Happening]], now: Circumstances) -> list[Outcome]:
        """At most one outcome for a loan (one for each event where the check is about single events)."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `digest` is the SHA-256 of its text in the file: another text is another rule.

    `duty` says in words of the house whose duty it is; `source` the law, `mark` how well it was read (V, S, O).
    """

    id: str
    version: int
    kind: str
    title: Names
    source: str
    mark: str
    duty: Names
    severity: Severity
    tie: TiePolicy
    since: date | None
    until: date | None
    check: Check
    given: Selector | None
    unless: Selector | None
    digest: str

    @property
    def per_event(self) -> bool:
        """Whether its population counts events, not loans."""
        return isinstance(self.check, Hours)

    @property
    def fields(self) -> frozenset[str]:
        """Every field of an event that it asks for."""
        others = [one for one in (self.given, self.unless) if one is not None]
        found = frozenset[str]().union(*(one.fields for one in (*self.check.looks_at, *others)))
        if isinstance(self.check, Hours):
            found |= {TIME_BASIS}
        if isinstance(self.check, Amounts):
            found |= {term.field for term in (*self.check.left, *self.check.right) if term.field}
        by = getattr(self.check, "by", "")
        return found | ({by} if by else frozenset())

    def in_force(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """The first instant of its time and the first after it; None where it has no such end."""
        start = None if self.since is None else datetime.combine(self.since, time(), zone)
        end = None if self.until is None else datetime.combine(self.until + timedelta(days=1), time(), zone)
        return start, end


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one file, the zone of their days, and the digest of the file."""

    name: str
    version: str
    title: Names
    zone: tzinfo
    rules: tuple[Rule, ...]
    digest: str

    @property
    def fields(self) -> frozenset[str]:
        """Every field of an event that some rule asks for."""
        return frozenset[str]().union(*(rule.fields for rule in self.rules))
