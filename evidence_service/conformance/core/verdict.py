"""What a rule says about one loan (or one event): kept, broken, or one of three ways of not knowing.

Spec: docs/spec/conformance.md (Verdicts). Equal timestamps are never called a breach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from evidence_service.conformance.core.happening import Happening


class Verdict(StrEnum):
    """SATISFIED and BREACH are answers; UNORDERED (equal times), UNKNOWN (who or what is not known) and PENDING (the
    time is not over) are none."""

    SATISFIED = "satisfied"
    BREACH = "breach"
    UNORDERED = "unordered"
    UNKNOWN = "unknown"
    PENDING = "pending"


class TiePolicy(StrEnum):
    """What equal times mean to a rule. None of the three makes a breach of them."""

    UNORDERED = "unordered"
    LOG_ORDER = "log_order"
    SATISFIED = "satisfied"


WEIGHT = {
    Verdict.BREACH: 4,
    Verdict.UNORDERED: 3,
    Verdict.UNKNOWN: 2,
    Verdict.PENDING: 1,
    Verdict.SATISFIED: 0,
}
"""A loan with several answers gets the heaviest: one sure breach is a breach."""


class Outcome(NamedTuple):
    """A verdict and the events that show it; the last one is by whom the rule had to be kept."""

    verdict: Verdict
    events: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule needs beside the events: the clock, the zone of its days, what equal times mean."""

    as_of: datetime
    zone: tzinfo
    tie: TiePolicy


def heaviest(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One outcome for a loan out of several; none where there is none."""
    found = list(outcomes)
    return [max(found, key=lambda one: WEIGHT[one.verdict])] if found else []


def tied(in_log_order: bool, tie: TiePolicy) -> Verdict:
    """What equal times give. `in_log_order` says whether the log's order would keep the rule."""
    if tie is TiePolicy.SATISFIED or (tie is TiePolicy.LOG_ORDER and in_log_order):
        return Verdict.SATISFIED
    return Verdict.UNORDERED


def earliest(events: Sequence[Happening]) -> Happening:
    """The first in time; among equals the first in the log."""
    return min(events, key=lambda one: (one.at, one.sequence))


def latest(events: Sequence[Happening]) -> Happening:
    """The last in time; among equals the last in the log."""
    return max(events, key=lambda one: (one.at, one.sequence))


def unique(events: Iterable[Happening]) -> tuple[Happening, ...]:
    """Each event once, in the order in which they come."""
    return tuple({one.entry: one for one in events}.values())
