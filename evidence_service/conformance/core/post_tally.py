"""What each person did in each key post, counted loan by loan in one pass.

Spec: docs/spec/conformance.md (Indicators). Acts without a known actor are counted under nobody (None), never dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from evidence_service.conformance.core.happening import Happening, History
from evidence_service.conformance.core.post import Indicator, Post, PostBook
from evidence_service.conformance.core.selector import Match, Selector

Events = Sequence[Happening]


class Act(NamedTuple):
    """One act of a post, as the drill-down names it."""

    at: datetime
    loan: str
    entry: int
    id: str


@dataclass(slots=True)
class Count:
    """Hits of so many; `unmeasured` could not be told. `shown` are the events of the hits."""

    hits: int = 0
    of: int = 0
    unmeasured: int = 0
    shown: list[Act] = field(default_factory=list)

    def add(self, hit: bool | None, act: Act) -> None:
        """Count one case: a hit, none, or not to be told."""
        if hit is None:
            self.unmeasured += 1
            return
        self.of += 1
        if hit:
            self.hits += 1
            self.shown.append(act)


@dataclass(slots=True)
class Holder:
    """One person in one post (None: acts of which the log does not say who did them)."""

    loans: int = 0
    acts: list[Act] = field(default_factory=list)
    counts: dict[Indicator, Count] = field(default_factory=dict)
    strata: dict[int, list[int]] = field(default_factory=dict)
    partners: Counter[str] = field(default_factory=Counter)

    def count(self, indicator: Indicator) -> Count:
        """The count of an indicator."""
        return self.counts.setdefault(indicator, Count())


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """What is asked of a loan once for all of its posts."""

    loan: str
    stratum: int
    visited: bool | None
    defaulted: bool | None
    complained: bool | None


class PostTally:
    """Every post over every loan that is taken."""

    def __init__(self, book: PostBook, as_of: datetime) -> None:
        self.book, self.as_of = book, as_of
        self.holders: dict[str, dict[str | None, Holder]] = {post.id: {} for post in book.posts}
        self.loans = 0

    def take(self, history: History) -> None:
        """Count one loan."""
        self.loans += 1
        facts: LoanFacts | None = None
        for post in self.book.posts:
            acts = [one for one in post.acts.pick(history).sure if one.role not in post.except_roles]
            if not acts:
                continue
            facts = facts or self._facts(history)
            self._post(post, acts, history, facts)

    def _post(self, post: Post, acts: Events, history: History, facts: LoanFacts) -> None:
        by_actor: dict[str | None, list[Happening]] = {}
        for act in acts:
            by_actor.setdefault(act.actor, []).append(act)
        for actor, mine in by_actor.items():
            holder = self.holders[post.id].setdefault(actor, Holder())
            holder.loans += 1
            holder.acts += [_act(one, facts.loan) for one in mine]
            self._loan_shares(post, holder, mine, facts)
            self._act_shares(post, holder, mine, history, facts)
            self._together(post, holder, actor, mine, history, facts)

    def _loan_shares(self, post: Post, holder: Holder, mine: Events, facts: LoanFacts) -> None:
        act = _act(mine[-1], facts.loan)
        if post.rework is not None:
            again = Counter(one.type for one in mine if post.rework.match(one) is Match.YES)
            if again:
                holder.count(Indicator.REWORK).add(max(again.values()) > 1, act)
        if facts.visited is not None:
            holder.count(Indicator.VISIT_COVERAGE).add(facts.visited, act)
        if facts.complained is not None:
            holder.count(Indicator.COMPLAINTS).add(facts.complained, act)
        if self.book.default is not None:
            holder.count(Indicator.EARLY_DEFAULT).add(facts.defaulted, act)

    def _act_shares(self, post: Post, holder: Holder, mine: Events, history: History, facts: LoanFacts) -> None:
        granted = _entries(post.grants.pick(history).sure) if post.grants else frozenset[int]()
        declined = _entries(post.declines.pick(history).sure) if post.declines else frozenset[int]()
        opened = post.opened_by.pick(history).sure if post.opened_by else ()
        for one in mine:
            act = _act(one, facts.loan)
            holder.count(Indicator.OFF_HOURS).add(self._off_hours(one), act)
            if post.opened_by is not None:
                holder.count(Indicator.FAST).add(self._fast(one, opened), act)
            if one.entry in granted or one.entry in declined:
                holder.count(Indicator.APPROVAL_RATE).add(one.entry in granted, act)
                stratum = holder.strata.setdefault(facts.stratum, [0, 0])
                stratum[0] += one.entry in granted
                stratum[1] += 1

    def _together(
        self, post: Post, holder: Holder, actor: str | None, mine: Events, history: History, facts: LoanFacts
    ) -> None:
        own = _entries(mine)
        act = _act(mine[-1], facts.loan)
        if post.conflicts is not None:
            others = [one for one in post.conflicts.pick(history).sure if one.entry not in own]
            others = [one for one in others if one.role not in post.except_roles]
            if others:
                same = actor is not None and any(one.actor == actor for one in others)
                unclear = actor is None or any(one.actor is None for one in others)
                holder.count(Indicator.SELF_DEALING).add(True if same else (None if unclear else False), act)
        if post.counterpart is not None:
            partners = {one.actor for one in post.counterpart.pick(history).sure if one.entry not in own}
            holder.partners.update(one for one in partners if one is not None and one != actor)

    def _off_hours(self, one: Happening) -> bool:
        local = one.at.astimezone(self.book.zone)
        inside = self.book.earliest <= local.time() <= self.book.latest and local.weekday() in self.book.weekdays
        return not inside

    def _fast(self, one: Happening, opened: Events) -> bool | None:
        """Whether the act came sooner after the file was opened (by himself, else by anybody) than anybody reads."""
        before = [other for other in opened if other.at < one.at]
        if not before:
            return None
        mine = [other for other in before if other.actor == one.actor and one.actor is not None]
        last = max(other.at for other in (mine or before))
        return one.at - last < timedelta(seconds=self.book.fast_seconds)

    def _facts(self, history: History) -> LoanFacts:
        book = self.book
        amounts = [one.values.get(book.amount_field) for one in book.amount.pick(history).sure if one.values]
        known = [float(amount) for amount in amounts if isinstance(amount, str | int) and not isinstance(amount, bool)]
        lent = book.book.pick(history).sure if book.book else ()
        return LoanFacts(
            loan=history.loan,
            stratum=bisect_right(book.bands, known[-1]) if known else -1,
            visited=_happened(book.visit, history),
            defaulted=self._defaulted(lent, history),
            complained=_happened(book.complaint, history),
        )

    def _defaulted(self, lent: Events, history: History) -> bool | None:
        """Whether it fell overdue soon after the money; None where there is no money, or it is too early to tell."""
        if not lent or self.book.default is None:
            return None
        end = min(one.at for one in lent) + timedelta(days=self.book.default_days)
        if any(one.at <= end for one in self.book.default.pick(history).sure):
            return True
        return False if self.as_of >= end else None


def _happened(selector: Selector | None, history: History) -> bool | None:
    """Whether it happened in the loan; None where the book does not ask."""
    return None if selector is None else bool(selector.pick(history).sure)


def _act(one: Happening, loan: str) -> Act:
    return Act(one.at, loan, one.entry, one.id)


def _entries(events: Events) -> frozenset[int]:
    return frozenset(one.entry for one in events)
