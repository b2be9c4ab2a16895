"""Periods of a case: each runs from the event that begins it, ends past days off, and is met or late."""

from __future__ import annotations

from datetime import date
from typing import Any

from litigation.core.case_deadlines import NAMES, CaseDeadline, case_deadlines
from litigation.core.deadlines import PERIODS
from tests.litigation.readiness.loans import RULES, Happening, history

FILED, ACCEPTED = date(2026, 9, 25), date(2026, 9, 30)
TELL: dict[str, Happening] = {
    "filed": ("filing.submitted", {"court": "c"}),
    "accepted": ("filing.accepted", {"court": "c"}),
    "copy": ("service.made", {"document": "起诉状副本", "channel": "sms", "served_on": "2026-10-05"}),
    "judged": ("judgment.entered", {"case_number": "x", "kind": "判决", "effective_on": "2026-11-02"}),
    "judgment served": ("service.made", {"document": "民事判决书", "channel": "sms", "served_on": "2026-10-12"}),
    "appeal": ("appeal.lodged", {}),
    "mediating": ("mediation.requested", {}),
    "agreed": ("mediation.agreed", {}),
}
DAYS = {"filing.submitted": FILED, "filing.accepted": ACCEPTED, "mediation.requested": FILED, "mediation.agreed": FILED}


def of(*names: str) -> dict[str, CaseDeadline]:
    days: Any = {kind: day for kind, day in DAYS.items() if kind in {TELL[name][0] for name in names}}
    found = case_deadlines(history(*(TELL[name] for name in names), days=days), RULES)
    assert [one.deadline.last_day for one in found] == sorted(one.deadline.last_day for one in found)
    return {one.deadline.name: one for one in found}


def test_the_court_decides_within_seven_days_which_end_after_the_holidays() -> None:
    """Filed on 25 September 2026: the seventh day is 2 October, a holiday until the 7th."""
    (decision,) = of("filed").values()
    assert (decision.deadline.counted, decision.deadline.last_day) == (date(2026, 10, 2), date(2026, 10, 8))
    assert decision.deadline.moved
    assert not decision.met_by
    assert not decision.late(date(2026, 10, 8))
    assert decision.late(date(2026, 10, 9))


def test_a_period_that_was_met_names_the_event_and_is_never_late() -> None:
    found = of("filed", "accepted", "copy")
    assert found["filing_decision"].met_by == "e1"
    assert found["copy_to_defendant"].met_by == "e2"
    assert not found["copy_to_defendant"].late(date(2030, 1, 1))
    assert found["answer"].deadline.last_day == date(2026, 10, 20)
    assert not found["trial_ordinary"].met_by


def test_appeal_runs_from_service_of_the_judgment_and_enforcement_from_its_effect() -> None:
    found = of("accepted", "judged", "judgment served")
    assert found["appeal"].deadline.last_day == date(2026, 10, 27)
    assert found["enforcement"].deadline.counted == date(2028, 11, 2)
    assert found["enforcement"].deadline.provisional
    assert of("accepted", "judged", "judgment served", "appeal")["appeal"].met_by == "e3"


def test_mediation_runs_thirty_days_and_so_does_its_confirmation() -> None:
    assert of("mediating")["mediation"].deadline.last_day == date(2026, 10, 26)
    found = of("mediating", "agreed")
    assert found["mediation"].met_by == "e1"
    assert found["confirmation"].deadline.last_day == date(2026, 10, 26)


def test_a_loan_without_procedure_has_no_deadline_and_every_name_is_a_period() -> None:
    assert case_deadlines(history(), RULES) == ()
    assert set(NAMES) <= set(PERIODS)
