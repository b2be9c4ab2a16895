"""Limitation: until when a suit for the loan is in time, what moved that day, and how many days are left.

Spec: docs/spec/debt.md section 10, docs/spec/readiness.md section 4.2; Civil Code 188, 189, 195. Whether acceleration
starts the period before the last instalment is argued, so both days are computed and the earlier one alerts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from litigation.core.calendar_days import add_years
from litigation.core.deadlines import next_working_day
from litigation.core.history import HistoryEvent, LoanHistory, court_date, day_of
from litigation.core.rules import Rules

INTERRUPTIONS, YEARS = "limitation.interruptions", "limitation.years"
OF_EVENT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demand.reached": ("demand_reached", "reached_at"),
        "acceleration.reached": ("demand_reached", "reached_at"),
        "payment.received": ("partial_payment", "received_on"),
        "promise.made": ("debtor_agreed", ""),
        "settlement.agreed": ("debtor_agreed", ""),
        "mediation.agreed": ("debtor_agreed", ""),
        "loan.restructured": ("extension_requested", ""),
        "filing.submitted": ("suit_filed", ""),
        "mediation.requested": ("mediation_requested", ""),
        "claim.assigned": ("assignment_notice_reached", "reached_at"),
    }
)
"""Event type -> what it is in the rule `limitation.interruptions`, and the field that says when, else its own time."""


@dataclass(frozen=True, slots=True)
class Limitation:
    """The two readings and the careful one; days are the last day on which a suit is in time."""

    from_last_instalment: date
    from_acceleration: date | None

    @property
    def alert_on(self) -> date:
        """The earlier of the two."""
        if self.from_acceleration is None:
            return self.from_last_instalment
        return min(self.from_last_instalment, self.from_acceleration)

    @property
    def latest(self) -> date:
        """The later of the two: after it a suit is late on either reading."""
        if self.from_acceleration is None:
            return self.from_last_instalment
        return max(self.from_last_instalment, self.from_acceleration)


@dataclass(frozen=True, slots=True)
class Interruption:
    """What began the period anew, on which day, and the event that proves it."""

    on: date
    kind: str
    event: str


@dataclass(frozen=True, slots=True)
class LimitationState:
    """Both readings with every interruption by the day; `last_day` is the careful one, moved past days off.

    `provisional`: the holidays of that year are not recorded, so nothing was moved.
    """

    readings: Limitation
    interruptions: tuple[Interruption, ...]
    last_day: date
    latest_day: date
    provisional: bool
    days_left: int
    source: str

    def late(self, day: date) -> bool:
        """Whether a suit on this day is late on every reading."""
        return day > self.latest_day

    def doubtful(self, day: date) -> bool:
        """Whether it is late on the careful reading."""
        return day > self.last_day


def limitation_end(start: date, interruptions: Iterable[date], years: int) -> date:
    """Count years from the start; each interruption within the running period begins it anew."""
    end = add_years(start, years)
    for day in sorted(interruptions):
        if day > end:
            break  # the period had run out: a later demand does not revive it
        end = max(end, add_years(day, years))
    return end


def limitation_of(last_due: date, accelerated_on: date | None, interruptions: Iterable[date], years: int) -> Limitation:
    """Compute both readings for one loan."""
    days = tuple(interruptions)
    by_acceleration = limitation_end(accelerated_on, days, years) if accelerated_on else None
    return Limitation(limitation_end(last_due, days, years), by_acceleration)


def interruptions_of(history: LoanHistory, until: date, rules: Rules) -> tuple[Interruption, ...]:
    """Everything in the history that the law of the day counts as an interruption, by day."""
    counted = rules.in_force(INTERRUPTIONS, until).words
    found = []
    for event in history.all(*OF_EVENT):
        kind, field = OF_EVENT[event.type]
        day = _day(event, field)
        if kind in counted and day <= until:
            found.append(Interruption(day, kind, event.event_id))
    return tuple(sorted(found, key=lambda one: (one.on, one.event)))


def limitation_state(
    history: LoanHistory, last_due: date, accelerated_on: date | None, as_of: date, rules: Rules
) -> LimitationState:
    """How limitation stands on a day, with the events that moved it."""
    rule = rules.in_force(YEARS, as_of)
    assert rule.number is not None
    found = interruptions_of(history, as_of, rules)
    readings = limitation_of(last_due, accelerated_on, (one.on for one in found), int(rule.number))
    last, known = next_working_day(readings.alert_on, rules)
    latest, _ = next_working_day(readings.latest, rules)
    return LimitationState(readings, found, last, latest, not known, (last - as_of).days, rule.source)


def _day(event: HistoryEvent, field: str) -> date:
    """When it took effect: the field's day in China, else the event's own."""
    told = event.payload.get(field) if field else None
    if not isinstance(told, str) or not told:
        return court_date(event.occurred_at)
    if "T" in told:
        return court_date(datetime.fromisoformat(told))
    return day_of(told) or court_date(event.occurred_at)
