"""Strata S0 to S5: in which layer of treatment a loan lies on a day, and why; a person's word goes before the rules.

Spec: docs/spec/strata.md, 10 to 13. Dated data (litigation/rules/strata.toml) decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from evidence_service.core.canonical import canonical_bytes
from litigation.core.history import HistoryEvent, LoanHistory, day_of
from litigation.core.rules import Rules
from litigation.core.strata.signals import Level, Signal, pairs

NONE = "none"
"""What a first allocation comes from."""


class Stratum(StrEnum):
    """A layer of treatment, from the lightest to the heaviest."""

    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"

    @property
    def words(self) -> tuple[str, str]:
        """The name in Chinese and English."""
        return NAMES[self]


NAMES: Mapping[Stratum, tuple[str, str]] = {
    Stratum.S0: ("正常", "normal"),
    Stratum.S1: ("关注", "watch"),
    Stratum.S2: ("早期逾期", "early overdue"),
    Stratum.S3: ("中期逾期", "overdue"),
    Stratum.S4: ("诉前", "before court"),
    Stratum.S5: ("已诉讼", "at court"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Where the rules put a loan on a day, with what they saw."""

    stratum: Stratum
    reasons: tuple[str, ...]
    signals: tuple[Signal, ...]
    overdue_days: int

    def digest(self) -> str:
        """SHA-256 of the canonical object of what was seen: days overdue, and each signal with its events."""
        seen = {
            "overdue_days": self.overdue_days,
            "reasons": list(self.reasons),
            "signals": [
                {"code": one.code, "level": one.level.value, "events": list(one.events)} for one in self.signals
            ],
        }
        return sha256(canonical_bytes(seen)).hexdigest()


@dataclass(frozen=True, slots=True)
class Held:
    """The last move of the log. `until`: the last day on which a person's decision binds; None: until decided anew."""

    event_id: str
    stratum: Stratum
    treatment: str
    by_person: bool
    until: date | None
    as_of: date | None

    def binds(self, day: date) -> bool:
        """Whether a person's decision still goes before the rules on a day."""
        return self.by_person and (self.until is None or day <= self.until)


def held(history: LoanHistory) -> Held | None:
    """The last move in the log; None where the loan was never stratified."""
    move = history.last("stratum.moved")
    return _held(move) if move is not None else None


def find(history: LoanHistory, overdue_days: int, signals: Iterable[Signal], day: date, rules: Rules) -> Finding:
    """The stratum of a loan by its events of up to the day: at court, else the heaviest of days, events and signals."""
    noticed = tuple(signals)
    if history.last("loan.closed") is not None:
        return Finding(Stratum.S0, ("closed 已结清 / closed",), noticed, overdue_days)
    court = at_court(history, day, rules)
    if court is not None:
        return Finding(Stratum.S5, (f"{court.type} 已进入诉讼 / at court",), noticed, overdue_days)
    weighed = [
        *_by_days(overdue_days, day, rules),
        *_by_events(history, day, rules),
        *_by_signals(noticed, day, rules),
    ]
    stratum = max((one for one, _ in weighed), default=Stratum.S0)
    reasons = tuple(reason for one, reason in weighed if one is stratum)
    return Finding(stratum, reasons or ("no-signal 无预警信号 / nothing stands against it",), noticed, overdue_days)


def at_court(history: LoanHistory, day: date, rules: Rules) -> HistoryEvent | None:
    """The newest event that says that the loan is at court, unless a later one says that it left."""
    entered = rules.in_force("strata.at_court", day).words
    newest = history.last(*entered, *rules.in_force("strata.left_court", day).words)
    return newest if newest is not None and newest.type in entered else None


def _by_days(days: int, day: date, rules: Rules) -> list[tuple[Stratum, str]]:
    found = [
        (Stratum(name), f"overdue 逾期 {days} 天 / {days} days overdue")
        for name, least in pairs(rules, "strata.overdue_days", day)
        if days >= int(least)
    ]
    return found[-1:]


def _by_events(history: LoanHistory, day: date, rules: Rules) -> list[tuple[Stratum, str]]:
    return [
        (Stratum(floor), f"{kind} 已发生 / occurred")
        for kind, floor in pairs(rules, "strata.event_floor", day)
        if history.last(kind) is not None
    ]


def _by_signals(signals: Iterable[Signal], day: date, rules: Rules) -> list[tuple[Stratum, str]]:
    floors = {Level(level): Stratum(floor) for level, floor in pairs(rules, "strata.level_floor", day)}
    return [(floors[one.level], f"{one.code} {one.zh} / {one.en}") for one in signals if floors[one.level] > Stratum.S0]


def _held(move: HistoryEvent) -> Held:
    attributes = move.payload.get("attributes", {})
    return Held(
        move.event_id,
        Stratum(move.payload["to"]),
        str(move.payload["treatment"]),
        move.payload["decided_by"] == "person",
        day_of(move.payload.get("until")),
        day_of(attributes.get("as_of")),
    )
