"""Limitation by events: what interrupts, by which day, and what a late suit means."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from litigation.core.limitation import interruptions_of, limitation_state
from tests.litigation.readiness.loans import RULES, Happening, checked, codes, history, named, whole

LAST_DUE = date(2026, 1, 10)


def state(*told: Happening, as_of: date, accelerated: date | None = None, **days: date) -> Any:
    return limitation_state(history(*told, days=days), LAST_DUE, accelerated, as_of, RULES)


def test_the_worked_case_of_the_reference() -> None:
    """Last instalment 2027-03-10 ends 2030-03-10; acceleration 2026-01-10 ends 2029-01-10; the earlier one alerts."""
    loan = history()
    found = limitation_state(loan, date(2027, 3, 10), date(2026, 1, 10), date(2026, 2, 10), RULES)
    assert found.readings.from_last_instalment == date(2030, 3, 10)
    assert found.readings.alert_on == date(2029, 1, 10)
    assert found.provisional  # the holidays of 2029 are not recorded: nothing was moved


@pytest.mark.parametrize(
    ("happening", "day"),
    [
        (("demand.reached", {"channel": "sms", "reached_at": "2026-06-29T16:30:00Z"}), date(2026, 6, 30)),
        (("payment.received", {"amount": "1.00", "currency": "CNY", "received_on": "2026-06-30"}), date(2026, 6, 30)),
        (("promise.made", {}), date(2026, 6, 30)),
        (("filing.submitted", {}), date(2026, 6, 30)),
        (("mediation.requested", {}), date(2026, 6, 30)),
        (("claim.assigned", {"reached_at": "2026-06-30T02:00:00Z"}), date(2026, 6, 30)),
    ],
)
def test_what_the_law_counts_begins_the_period_anew_on_its_day_in_china(happening: Happening, day: date) -> None:
    found = limitation_state(history(happening, days={happening[0]: day}), LAST_DUE, None, date(2026, 7, 10), RULES)
    assert [(one.on, one.event) for one in found.interruptions] == [(day, "e0")]
    assert found.readings.alert_on == date(2029, 6, 30)


@pytest.mark.parametrize("kind", ["demand.sent", "contact.made", "payment.failed", "warning.raised"])
def test_what_did_not_reach_or_was_no_demand_interrupts_nothing(kind: str) -> None:
    assert interruptions_of(history((kind, {"channel": "sms"})), date(2026, 7, 10), RULES) == ()


def test_what_happened_after_the_day_does_not_count_yet() -> None:
    reached: Happening = ("demand.reached", {"channel": "sms", "reached_at": "2026-06-30T02:00:00Z"})
    assert interruptions_of(history(reached), date(2026, 6, 29), RULES) == ()


def test_a_demand_after_the_period_ran_out_does_not_revive_it() -> None:
    reached: Happening = ("demand.reached", {"channel": "sms", "reached_at": "2029-06-30T02:00:00Z"})
    found = limitation_state(history(reached), LAST_DUE, None, date(2029, 7, 1), RULES)
    assert found.readings.alert_on == date(2029, 1, 10)
    assert found.late(date(2029, 7, 1))


def test_the_last_day_moves_past_days_off() -> None:
    """2026-01-03 ends a holiday of three days; Sunday the 4th is worked."""
    found = limitation_state(history(), date(2023, 1, 2), None, date(2025, 12, 1), RULES)
    assert (found.readings.alert_on, found.last_day, found.provisional) == (date(2026, 1, 2), date(2026, 1, 4), False)


def test_a_suit_that_is_late_by_every_reading_blocks_until_a_person_accepts_it() -> None:
    loan = whole()
    late = checked(loan, as_of=date(2029, 6, 1))
    assert named(late, "limitation-expired").blocking
    decided: Happening = (
        "route.decided",
        {"route": "ordinary", "recommended": "ordinary", "accepted": ["limitation-expired"]},
    )
    assert not named(checked(whole(decided), as_of=date(2029, 6, 1)), "limitation-expired").blocking


def test_of_an_extended_loan_the_last_instalment_of_the_new_plan_counts() -> None:
    """Extended to 2026-07-10: limitation runs from there, totals still tie, and the contract's schedule stands."""
    agreed: Happening = (
        "loan.restructured",
        {
            "kind": "extension",
            "effective_on": "2025-05-10",
            "first_due": "2025-08-10",
            "new_term_end": "2026-07-10",
            "interest_arrears": "capitalised",
            "penalty_arrears": "waived",
            "compound_arrears": "waived",
        },
    )
    found = checked(whole(agreed))
    assert found.ready
    assert found.limitation is not None
    assert found.limitation.readings.from_last_instalment == date(2029, 7, 10)


def test_a_suit_that_will_soon_be_late_warns_with_the_day() -> None:
    """Three years after the last instalment of 2026-01-10, with holidays of 2029 not recorded."""
    found = named(checked(whole(), as_of=date(2028, 12, 1)), "limitation-ending")
    assert "2029-01-10" in found.text_zh
    assert "40" in found.text_en
    assert "limitation-ending" not in codes(checked(whole(), as_of=date(2028, 9, 1)))


def test_a_suit_late_only_by_acceleration_is_doubtful() -> None:
    accelerated: tuple[Happening, ...] = (
        ("acceleration.noticed", {"clause": "六", "effective_on": "2025-04-15"}),
        (
            "acceleration.reached",
            {"reached_at": "2025-04-10T02:00:00Z", "channel": "sms", "effective_on": "2025-04-15"},
        ),
    )
    found = checked(whole(*accelerated), as_of=date(2028, 12, 1))
    assert "limitation-doubtful" in codes(found)
    assert found.ready
