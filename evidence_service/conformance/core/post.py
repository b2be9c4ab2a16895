"""A key post: whose acts are looked at, by which indicators, and from which value on somebody should look closer.

Spec: docs/spec/conformance.md (Key posts). Posts and thresholds are data with their sources; a threshold asks a person
to look, it never says that somebody did wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, tzinfo
from enum import StrEnum

from evidence_service.conformance.core.rule import Names
from evidence_service.conformance.core.selector import Selector


class Indicator(StrEnum):
    """What is measured of a person in a post. Each is a share of acts or of loans."""

    CONCENTRATION = "concentration"
    APPROVAL_RATE = "approval_rate"
    FAST = "fast"
    BURST = "burst"
    OFF_HOURS = "off_hours"
    REWORK = "rework"
    SELF_DEALING = "self_dealing"
    PARTNER = "partner"
    EARLY_DEFAULT = "early_default"
    VISIT_COVERAGE = "visit_coverage"
    COMPLAINTS = "complaints"


class Bound(StrEnum):
    """How a threshold is meant: a share above, a share below, or so far from what is expected."""

    OVER = "over"
    UNDER = "under"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which value on an indicator of a post is notable, since when, and who says so."""

    post: str
    indicator: Indicator
    bound: Bound
    value: float
    since: date | None
    until: date | None
    source: str
    mark: str

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `acts` are its duty; who did one holds the post in that loan."""

    id: str
    names: Names
    duty: Names
    acts: Selector
    grants: Selector | None
    declines: Selector | None
    opened_by: Selector | None
    rework: Selector | None
    conflicts: Selector | None
    counterpart: Selector | None
    except_roles: frozenset[str]

    @property
    def fields(self) -> frozenset[str]:
        """Every field of an event that it asks for."""
        given = (self.grants, self.declines, self.opened_by, self.rework, self.conflicts, self.counterpart)
        return self.acts.fields.union(*(one.fields for one in given if one is not None))


@dataclass(frozen=True, slots=True)
class PostBook:
    """The posts of a house, what is common to them, and the thresholds. What no selector names is not measured."""

    name: str
    version: str
    title: Names
    zone: tzinfo
    posts: tuple[Post, ...]
    thresholds: tuple[Threshold, ...]
    minimum: int
    earliest: time
    latest: time
    weekdays: frozenset[int]
    fast_seconds: int
    burst_seconds: int
    bands: tuple[float, ...]
    amount: Selector
    amount_field: str
    visit: Selector | None
    book: Selector | None
    default: Selector | None
    default_days: int
    complaint: Selector | None

    @property
    def fields(self) -> frozenset[str]:
        """Every field of an event that some post asks for."""
        found = {self.amount_field}
        for post in self.posts:
            found |= post.fields
        for one in (self.amount, self.visit, self.book, self.default, self.complaint):
            found |= one.fields if one is not None else frozenset()
        return frozenset(found)

    def thresholds_of(self, post: str, day: date) -> Mapping[Indicator, Threshold]:
        """The thresholds of a post that hold on a day."""
        return {one.indicator: one for one in self.thresholds if one.post == post and one.in_force(day)}
