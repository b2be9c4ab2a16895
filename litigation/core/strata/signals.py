"""Early-warning signals: what in a loan's history says that it may go wrong, as pure functions of events and a day.

Spec: docs/spec/strata.md section 10. Levels and windows are dated data (`warning.*`); a signal names the events it saw.
What is not known is no signal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from litigation.core.contact import lost_contact
from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.money import total_of
from litigation.core.rules import Rules
from litigation.core.strata.loan_class import LoanClass
from litigation.errors import RulebookError


class Level(StrEnum):
    """How much a warning weighs; `strata.level_floor` says what follows from it."""

    NOTICE = "notice"
    WATCH = "watch"
    SERIOUS = "serious"


@dataclass(frozen=True, slots=True)
class Signal:
    """One warning: what it is called, how much it weighs, and the ids of the events that say so."""

    code: str
    level: Level
    zh: str
    en: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrears:
    """How late a loan is on a day and was 30 days before; `partial`: its oldest open instalment was paid in part."""

    days: int
    before: int
    partial: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What signals are read from: the events known on a day, the arrears, the model's grade of the day if any."""

    history: LoanHistory
    day: date
    arrears: Arrears
    rules: Rules
    grade: LoanClass | None = None
    model: str = ""

    def setting(self, code: str) -> Mapping[str, str]:
        """The settings of a signal on the day."""
        return dict(pairs(self.rules, f"warning.{code}", self.day))

    def level(self, code: str) -> Level:
        """The level of a signal on the day."""
        return Level(self.setting(code)["level"])

    def recent(self, code: str, *types: str) -> tuple[HistoryEvent, ...]:
        """Events of these types within the days that the signal looks back."""
        events = self.history.all(*types)
        if not events:
            return ()
        start = self.day - timedelta(days=int(self.setting(code)["within"]))
        return tuple(event for event in events if start <= court_date(event.occurred_at))


def pairs(rules: Rules, name: str, day: date) -> tuple[tuple[str, str], ...]:
    """The words key=value of a rule on a day, in order."""
    return _split(name, rules.in_force(name, day).words)


@lru_cache(maxsize=256)
def _split(name: str, words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals and value):
            raise RulebookError(f"{name}: {word} must be written key=value")
        found.append((key, value))
    return tuple(found)


def signals(seen: Seen) -> tuple[Signal, ...]:
    """All signals of a loan on a day: first the system's, then those that people raised."""
    found = tuple(one for ask in ASKED if (one := ask(seen)) is not None)
    return found + _raised(seen)


def _payment_failed(seen: Seen) -> Signal | None:
    code = "payment_failed"
    failed = seen.recent(code, "payment.failed")
    if not failed or len(failed) < int(seen.setting(code)["least"]):
        return None
    return Signal(code, seen.level(code), "扣款失败", "a direct debit failed", _ids(failed))


def _late_before(seen: Seen) -> Signal | None:
    if seen.arrears.days or not seen.arrears.before:
        return None
    code = "late_before"
    return Signal(code, seen.level(code), "近期逾期后还清", "was late a month ago, cured since")


def _partial_payment(seen: Seen) -> Signal | None:
    if not seen.arrears.partial:
        return None
    code = "partial_payment"
    return Signal(code, seen.level(code), "只还部分", "the oldest open instalment was paid in part only")


def _promise_broken(seen: Seen) -> Signal | None:
    code = "promise_broken"
    broken = [event for event in seen.recent(code, "promise.made") if _is_broken(event, seen)]
    if not broken or len(broken) < int(seen.setting(code)["least"]):
        return None
    return Signal(code, seen.level(code), "承诺还款未履行", "a promise to pay was broken", _ids(broken))


def _is_broken(promise: HistoryEvent, seen: Seen) -> bool:
    """Whether the promised day is past and less than the promised money came; without a day nothing can be broken."""
    due, made = day_of(promise.payload.get("due_on")), court_date(promise.occurred_at)
    if due is None or due >= seen.day:
        return False
    came = total_of(
        Decimal(event.payload["amount"])
        for event in seen.history.all("payment.received")
        if made <= (day_of(event.payload["received_on"]) or date.min) <= due
    )
    promised = promise.payload.get("amount")
    return not came if promised is None else came < Decimal(promised)


def _contact_lost(seen: Seen) -> Signal | None:
    event = lost_contact(seen.history, seen.day, seen.rules)
    if event is None:
        return None
    code = "contact_lost"
    return Signal(code, seen.level(code), "失联", "the borrower cannot be reached", (event.event_id,))


def _details_changed(seen: Seen) -> Signal | None:
    code = "details_changed"
    changes = seen.recent(code, "details.changed")
    if not changes or len(changes) < int(seen.setting(code)["least"]):
        return None
    return Signal(code, seen.level(code), "联系方式频繁变更", "address or telephone changed repeatedly", _ids(changes))


def _lenders_grown(seen: Seen) -> Signal | None:
    code = "lenders_grown"
    checks = [event for event in seen.recent(code, "borrowing.checked") if "lenders" in event.payload]
    if len(checks) < 2:
        return None
    grown = checks[-1].payload["lenders"] - min(event.payload["lenders"] for event in checks[:-1])
    if grown < int(seen.setting(code)["least"]):
        return None
    return Signal(code, seen.level(code), "多头借贷增加", "the number of lenders grew", _ids(checks))


def _adverse(seen: Seen) -> Signal | None:
    code = "adverse_event"
    types = [value for key, value in pairs(seen.rules, f"warning.{code}", seen.day) if key == "type"]
    events = seen.history.all(*types)
    if not events:
        return None
    return Signal(code, seen.level(code), "不利事件", "an adverse event", _ids(events))


def _grade_worsened(seen: Seen) -> Signal | None:
    """The grade of the day, else the newest logged one, against the one logged before it by the same model."""
    code = "grade_worsened"
    logged = [
        event
        for event in seen.history.all("decision.scored")
        if event.payload.get("grade") in GRADES and (not seen.model or event.payload["model"] == seen.model)
    ]
    now = seen.grade
    if now is None:
        if len(logged) < 2 or logged[-1].payload["model"] != logged[-2].payload["model"]:
            return None
        now, logged = LoanClass(logged[-1].payload["grade"]), logged[:-1]
    if not logged:
        return None
    before = LoanClass(logged[-1].payload["grade"])
    if now.rank - before.rank < int(seen.setting(code)["least"]):
        return None
    return Signal(
        code, seen.level(code), f"模型等级由{before.zh}降为{now.zh}", f"the model's grade went from {before} to {now}",
        (logged[-1].event_id,),
    )  # fmt: skip


def _raised(seen: Seen) -> tuple[Signal, ...]:
    """Warnings that people (or another system) logged; a level that is not ours weighs as much as `watch`."""
    return tuple(
        Signal(
            f"raised:{event.payload['rule']}",
            Level(event.payload["level"]) if event.payload["level"] in LEVELS else Level.WATCH,
            "人工或外部预警", "a warning that people or another system raised", (event.event_id,),
        )
        for event in seen.recent("raised_by_people", "warning.raised")
    )  # fmt: skip


def _ids(events: tuple[HistoryEvent, ...] | list[HistoryEvent]) -> tuple[str, ...]:
    return tuple(event.event_id for event in events)


GRADES = frozenset(LoanClass)
LEVELS = frozenset(Level)
ASKED: tuple[Callable[[Seen], Signal | None], ...] = (
    _payment_failed,
    _late_before,
    _partial_payment,
    _promise_broken,
    _contact_lost,
    _details_changed,
    _lenders_grown,
    _adverse,
    _grade_worsened,
)
