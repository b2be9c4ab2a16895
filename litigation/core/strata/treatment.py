"""Treatment: what is done with a loan in its stratum, within how many days of the move, and what was done already.

Spec: docs/spec/strata.md section 12. The steps are dated data (`treatment.S0` …); a step is done when an event
of its kind came after the move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from litigation.core.history import LoanHistory, court_date
from litigation.core.rules import Rules
from litigation.core.strata.signals import pairs
from litigation.core.strata.stratum import Stratum


@dataclass(frozen=True, slots=True)
class StepKind:
    """A step by its names, and the events that show that it was taken."""

    zh: str
    en: str
    shown_by: tuple[str, ...]


STEPS: Mapping[str, StepKind] = {
    "check": StepKind("贷后检查", "post-loan check", ("loan.checked", "loan.classified")),
    "remind": StepKind("自助还款提醒", "reminder, self-service", ("demand.sent", "contact.made")),
    "call": StepKind("电话催收", "call", ("contact.made",)),
    "plan": StepKind("协商还款方案", "offer a plan", ("promise.made", "loan.restructured", "settlement.agreed")),
    "letter": StepKind("书面催告", "legal letter", ("demand.sent",)),
    "visit": StepKind("上门核实", "visit", ("visit.made",)),
    "route": StepKind("决定处置路径", "decide the route", ("route.decided",)),
    "file": StepKind("提交立案", "file", ("filing.submitted", "mediation.requested")),
    "enforce": StepKind("申请执行", "apply for enforcement", ("enforcement.applied",)),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the treatment: due by a day, done on a day or not yet."""

    code: str
    kind: StepKind
    due: date
    done: date | None


def path_of(stratum: Stratum, day: date, rules: Rules) -> str:
    """The treatment of a stratum as a move states it: its steps with their days."""
    return " ".join(f"{code}={days}" for code, days in pairs(rules, f"treatment.{stratum}", day))


def steps_since(history: LoanHistory, path: str) -> tuple[Step, ...]:
    """The steps of the treatment that the last move stated; empty where there was no move."""
    move = history.last("stratum.moved")
    if move is None:
        return ()
    since, found = court_date(move.occurred_at), []
    for word in path.split():
        code, _, days = word.partition("=")
        if code not in STEPS:
            continue
        kind = STEPS[code]
        later = [event for event in history.all(*kind.shown_by) if event.sequence > move.sequence]
        done = court_date(later[0].occurred_at) if later else None
        found.append(Step(code, kind, since + timedelta(days=int(days)), done))
    return tuple(found)
