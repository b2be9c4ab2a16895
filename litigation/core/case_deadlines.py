"""Deadlines of a case: which periods run, from which event, and when each ends.

Spec: docs/spec/readiness.md section 7, docs/spec/rules.md section 3. A period whose beginning no event shows is not
computed here. Of a filing that a court follows up with signed entries, litigation.core.clocks knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from litigation.core.deadlines import Deadline, deadline
from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.rules import Rules
from litigation.errors import RuleMissingError

COMPLAINT_WORDS, JUDGMENT_WORDS = ("起诉状", "complaint"), ("判决", "judgment")
DECIDED = ("filing.accepted", "filing.returned", "filing.refused")


@dataclass(frozen=True, slots=True)
class CaseDeadline:
    """One period of a case: its end, who must act, the event that began it, and the one that met it (or empty)."""

    deadline: Deadline
    zh: str
    en: str
    event: str
    met_by: str

    def late(self, today: date) -> bool:
        """Whether it ran out and nothing met it."""
        return not self.met_by and today > self.deadline.last_day


NAMES = {
    "filing_decision": ("法院决定是否立案", "the court decides on the filing"),
    "copy_to_defendant": ("法院送达起诉状副本", "the court serves the complaint"),
    "answer": ("被告答辩", "the defendant answers"),
    "appeal": ("上诉", "appeal"),
    "enforcement": (
        "申请执行（自裁判生效日起的从严算法）",
        "apply for enforcement (carefully, from the day of effect)",
    ),
    "mediation": ("诉前在线调解", "online mediation before filing"),
    "confirmation": ("申请司法确认", "apply for judicial confirmation"),
    "trial_ordinary": ("普通程序审理期限", "trial in ordinary procedure"),
}


def case_deadlines(history: LoanHistory, rules: Rules) -> tuple[CaseDeadline, ...]:
    """Every period that the loan's events began, by its end."""
    found = [one for one in _of_history(history, rules) if one is not None]
    return tuple(sorted(found, key=lambda one: (one.deadline.last_day, one.deadline.name)))


def _of_history(history: LoanHistory, rules: Rules) -> Iterator[CaseDeadline | None]:
    filed, accepted = history.last("filing.submitted"), history.last("filing.accepted")
    if filed is not None:
        yield _period("filing_decision", _day(filed), filed.event_id, _after(history, filed, DECIDED), rules)
    if accepted is not None:
        served = _service_of(history, COMPLAINT_WORDS)
        met = served.event_id if served else ""
        yield _period("copy_to_defendant", _day(accepted), accepted.event_id, met, rules)
        judged = _after(history, accepted, ("judgment.entered",))
        yield _period("trial_ordinary", _day(accepted), accepted.event_id, judged, rules)
        if served is not None:
            yield _period("answer", _day(served, "served_on"), served.event_id, judged, rules)
    yield from _after_judgment(history, rules)
    asked, agreed = history.last("mediation.requested"), history.last("mediation.agreed")
    if asked is not None:
        ends = ("mediation.agreed", "mediation.failed")
        yield _period("mediation", _day(asked), asked.event_id, _after(history, asked, ends), rules)
    if agreed is not None:
        yield _period("confirmation", _day(agreed), agreed.event_id, "", rules)


def _after_judgment(history: LoanHistory, rules: Rules) -> Iterator[CaseDeadline | None]:
    judgment = history.last("judgment.entered")
    if judgment is None:
        return
    served = _service_of(history, JUDGMENT_WORDS)
    if served is not None:
        met = _after(history, judgment, ("appeal.lodged",))
        yield _period("appeal", _day(served, "served_on"), served.event_id, met, rules)
    effective = day_of(judgment.payload.get("effective_on"))
    if effective is not None:
        met = _after(history, judgment, ("enforcement.applied",))
        yield _period("enforcement", effective, judgment.event_id, met, rules)


def _period(name: str, begins: date, event: str, met_by: str, rules: Rules) -> CaseDeadline | None:
    """One period; None where no rule of that day is recorded."""
    try:
        counted = deadline(name, begins, rules)
    except RuleMissingError:
        return None
    zh, en = NAMES[name]
    return CaseDeadline(counted, zh, en, event, met_by)


def _service_of(history: LoanHistory, words: Iterable[str]) -> HistoryEvent | None:
    listed = tuple(words)
    services = history.all("service.made")
    found = [one for one in services if any(word in str(one.payload.get("document", "")) for word in listed)]
    return found[-1] if found else None


def _after(history: LoanHistory, event: HistoryEvent, kinds: tuple[str, ...]) -> str:
    """Id of the first event of these kinds that was logged after another one; empty where there is none."""
    return next((one.event_id for one in history.all(*kinds) if one.sequence > event.sequence), "")


def _day(event: HistoryEvent, field: str = "") -> date:
    return (day_of(event.payload.get(field)) if field else None) or court_date(event.occurred_at)
