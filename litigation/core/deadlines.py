"""Deadlines: the last day of a period of procedure, moved past holidays, and how sure that is.

Spec: docs/spec/rules.md section 3; CPL 85, Civil Code 201 and 203. The day on which a period begins does not count;
where its last day is a day off, it ends on the next working day. A year whose holidays are not recorded moves nothing:
the earlier day is the careful one, and the answer is marked provisional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from litigation.core.calendar_days import add_months, add_years
from litigation.core.rules import RuleEntry, Rules
from litigation.errors import LitigationError, RuleMissingError

HOLIDAYS = "calendar.holidays"
WORKED = "calendar.worked_weekends"
SATURDAY = 5


class UnknownDeadlineError(LitigationError):
    """There is no deadline of that name; the message lists those that there are."""

    code = "deadline-unknown"


class Unit(StrEnum):
    """In what a period is counted."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Period:
    """Which rule holds the length of a period, in what unit, and from what it runs."""

    rule: str
    unit: Unit
    runs_from: str


PERIODS: Mapping[str, Period] = MappingProxyType(
    {
        "fee": Period("fee.payment_days", Unit.DAYS, "notice to pay"),
        "filing_decision": Period("procedure.filing_decision_days", Unit.DAYS, "complaint received"),
        "copy_to_defendant": Period("procedure.copy_to_defendant_days", Unit.DAYS, "filing"),
        "answer": Period("procedure.answer_days", Unit.DAYS, "copy received by the defendant"),
        "evidence_ordinary": Period("evidence.ordinary_min_days", Unit.DAYS, "court's notice (at least)"),
        "evidence_summary": Period("evidence.summary_max_days", Unit.DAYS, "court's notice (at most)"),
        "evidence_small_claim": Period("evidence.small_claim_max_days", Unit.DAYS, "court's notice (at most)"),
        "appeal": Period("procedure.appeal_days", Unit.DAYS, "service of the judgment"),
        "appeal_ruling": Period("procedure.appeal_ruling_days", Unit.DAYS, "service of the ruling"),
        "public_notice": Period("procedure.public_notice_days", Unit.DAYS, "publication"),
        "suit_after_preservation": Period("preservation.sue_days", Unit.DAYS, "measure taken"),
        "payment_order_objection": Period("payment_order.objection_days", Unit.DAYS, "service of the payment order"),
        "mediation": Period("mediation.online_days", Unit.DAYS, "mediation begun"),
        "confirmation": Period("mediation.confirmation_days", Unit.DAYS, "agreement in effect"),
        "trial_small_claim": Period("procedure.small_claim_months", Unit.MONTHS, "filing"),
        "trial_summary": Period("procedure.summary_months", Unit.MONTHS, "filing"),
        "trial_ordinary": Period("procedure.ordinary_months", Unit.MONTHS, "filing"),
        "enforcement": Period("enforcement.years", Unit.YEARS, "last day of the period of performance"),
        "limitation": Period("limitation.years", Unit.YEARS, "due date, or the last interruption"),
    }
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period. `counted` is that day before holidays moved it; provisional: holidays not known."""

    name: str
    begins: date
    counted: date
    last_day: date
    provisional: bool
    rule: RuleEntry
    rules_digest: str

    @property
    def moved(self) -> bool:
        """Whether a day off moved it."""
        return self.last_day != self.counted


def deadline(name: str, begins: date, rules: Rules) -> Deadline:
    """Count a period from the day of its event, under the rules of that day."""
    period = PERIODS.get(name)
    if period is None:
        raise UnknownDeadlineError("there is no deadline of that name; there are " + ", ".join(PERIODS))
    rule = rules.at(period.rule, begins)
    if rule.number is None:
        raise RuleMissingError(f"{period.rule}: the rule of {begins.isoformat()} is no number")
    counted = _after(begins, int(rule.number), period.unit)
    last, known = next_working_day(counted, rules)
    return Deadline(name, begins, counted, last, not known, rule, rules.digest)


def next_working_day(day: date, rules: Rules) -> tuple[date, bool]:
    """The day itself or the first working day after it; False, and the day itself, where holidays are not recorded."""
    last = day
    try:
        while is_day_off(last, rules):
            last += timedelta(days=1)
    except RuleMissingError:
        return day, False
    return last, True


def is_day_off(day: date, rules: Rules) -> bool:
    """Whether courts rest: a holiday, or a weekend that is not worked."""
    written = day.isoformat()
    if written in rules.at(HOLIDAYS, day).words:
        return True
    return day.weekday() >= SATURDAY and written not in rules.at(WORKED, day).words


def _after(begins: date, length: int, unit: Unit) -> date:
    match unit:
        case Unit.DAYS:
            return begins + timedelta(days=length)
        case Unit.MONTHS:
            return add_months(begins, length)
        case Unit.YEARS:
            return add_years(begins, length)
