"""Limitation: interruptions begin the period anew, but do not revive one that has run out."""

from __future__ import annotations

from datetime import date

from litigation.core.limitation import limitation_end, limitation_of


def test_interruptions_count_in_any_order() -> None:
    days = [date(2024, 5, 1), date(2022, 5, 1)]
    assert limitation_end(date(2020, 1, 1), days, 3) == date(2027, 5, 1)


def test_a_demand_after_the_period_does_not_revive_it() -> None:
    assert limitation_end(date(2020, 1, 1), [date(2023, 1, 2)], 3) == date(2023, 1, 1)


def test_a_demand_before_the_start_does_not_shorten_the_period() -> None:
    assert limitation_end(date(2020, 1, 1), [date(2019, 1, 1)], 3) == date(2023, 1, 1)


def test_without_acceleration_the_last_instalment_alerts() -> None:
    assert limitation_of(date(2027, 3, 10), None, [], 3).alert_on == date(2030, 3, 10)
