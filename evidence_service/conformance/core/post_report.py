"""The indicators of every person in every key post, beside peers, with intervals; small numbers get no verdict.

Spec: docs/spec/conformance.md (Key posts). The approval rate is compared with what the same mix of cases would give at
the rates of the others in the post (indirect standardisation by amount band).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from evidence_service.conformance.core.measure import Measure, Standing, measure
from evidence_service.conformance.core.post import Indicator, Post, PostBook, Threshold
from evidence_service.conformance.core.post_tally import Act, Count, Holder, PostTally

PEERLESS = (Indicator.CONCENTRATION, Indicator.PARTNER)


@dataclass(frozen=True, slots=True)
class Person:
    """One person in a post; `actor` None stands for acts by nobody known: counted, never judged."""

    actor: str | None
    loans: int
    acts: int
    measures: Mapping[Indicator, Measure]
    shown: Mapping[Indicator, tuple[Act, ...]]
    partner: str | None

    @property
    def notable(self) -> list[Indicator]:
        """Indicators at which somebody should look."""
        return [name for name, one in self.measures.items() if one.standing is Standing.NOTABLE]


@dataclass(frozen=True, slots=True)
class PostReport:
    """One post: its people by number of acts, how concentrated it is, how many acts have no known actor."""

    post: Post
    acts: int
    loans: int
    unknown: int
    hhi: float | None
    top5: float | None
    people: tuple[Person, ...]


def report(tally: PostTally, day: date) -> list[PostReport]:
    """Every post of the book with its people."""
    return [_post(post, tally.holders[post.id], tally.book, day) for post in tally.book.posts]


def _post(post: Post, holders: Mapping[str | None, Holder], book: PostBook, day: date) -> PostReport:
    thresholds = book.thresholds_of(post.id, day)
    acts = sum(len(one.acts) for one in holders.values())
    for holder in holders.values():
        holder.counts[Indicator.BURST] = _bursts(holder, book.burst_seconds)
    people = [_person(actor, holder, holders, thresholds, book.minimum) for actor, holder in holders.items()]
    people.sort(key=lambda one: (one.actor is None, -one.acts, one.actor or ""))
    shares = sorted((one.acts / acts for one in people if one.actor is not None), reverse=True) if acts else []
    nobody = holders.get(None)
    return PostReport(
        post=post,
        acts=acts,
        loans=len({act.loan for one in holders.values() for act in one.acts}),
        unknown=len(nobody.acts) if nobody else 0,
        hhi=sum(share * share for share in shares) if shares else None,
        top5=sum(shares[:5]) if shares else None,
        people=tuple(people),
    )


def _person(
    actor: str | None,
    holder: Holder,
    holders: Mapping[str | None, Holder],
    thresholds: Mapping[Indicator, Threshold],
    minimum: int,
) -> Person:
    others = [one for name, one in holders.items() if one is not holder]
    everybody = sum(len(one.acts) for one in holders.values())
    counts = dict(holder.counts)
    counts[Indicator.CONCENTRATION] = Count(len(holder.acts), everybody)
    partner = max(holder.partners, key=lambda name: (holder.partners[name], name), default=None)
    if partner is not None:
        counts[Indicator.PARTNER] = Count(holder.partners[partner], holder.loans)
    measures = {}
    for name in Indicator:
        if name in counts:
            one = counts[name]
            pooled = [other.counts[name] for other in others if name in other.counts and name not in PEERLESS]
            peers = (sum(other.hits for other in pooled), sum(other.of for other in pooled))
            expected = _expected(holder, others) if name is Indicator.APPROVAL_RATE else None
            counted = (one.hits, one.of, one.unmeasured)
            measures[name] = measure(name, counted, peers, thresholds.get(name), minimum, expected)
            if actor is None:
                measures[name] = replace(measures[name], standing=Standing.NO_THRESHOLD)
    shown = {name: tuple(one.shown) for name, one in counts.items()}
    return Person(actor, holder.loans, len(holder.acts), measures, shown, partner)


def _expected(holder: Holder, others: list[Holder]) -> float | None:
    """The rate that the others' rates would give on his own mix of amounts; None without anybody to compare with."""
    decided = sum(of for _, of in holder.strata.values())
    pooled: dict[int, list[int]] = {}
    for other in others:
        for stratum, (hits, of) in other.strata.items():
            mine = pooled.setdefault(stratum, [0, 0])
            mine[0] += hits
            mine[1] += of
    total = (sum(hits for hits, _ in pooled.values()), sum(of for _, of in pooled.values()))
    if not decided or not total[1]:
        return None
    overall = total[0] / total[1]
    expected = 0.0
    for stratum, (_, of) in holder.strata.items():
        hits, peers = pooled.get(stratum, (0, 0))
        expected += of * (hits / peers if peers else overall)
    return expected / decided


def _bursts(holder: Holder, seconds: int) -> Count:
    """Acts that came so soon after the same person's act in another loan."""
    count, gap = Count(), timedelta(seconds=seconds)
    previous: Act | None = None
    for act in sorted(holder.acts):
        near = previous is not None and previous.loan != act.loan and act.at - previous.at < gap
        count.add(near, act)
        previous = act
    return count
