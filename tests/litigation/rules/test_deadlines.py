"""Deadlines: the first day does not count, days off move the last one, and unknown holidays are said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from litigation.core.deadlines import (
    HOLIDAYS,
    PERIODS,
    WORKED,
    UnknownDeadlineError,
    deadline,
    is_day_off,
    next_working_day,
)
from litigation.rulebook import load_rules

RULES = load_rules()


@pytest.mark.parametrize(
    ("name", "begins", "counted", "last"),
    [
        ("fee", date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 9)),
        ("fee", date(2026, 2, 9), date(2026, 2, 16), date(2026, 2, 24)),  # Spring Festival, to 23 February
        ("answer", date(2025, 9, 17), date(2025, 10, 2), date(2025, 10, 9)),  # National Day, to 8 October
        ("answer", date(2026, 1, 30), date(2026, 2, 14), date(2026, 2, 14)),  # a Saturday that is worked
        ("appeal", date(2026, 5, 29), date(2026, 6, 13), date(2026, 6, 15)),  # an ordinary Saturday
        ("appeal_ruling", date(2026, 9, 10), date(2026, 9, 20), date(2026, 9, 20)),  # a Sunday that is worked
        ("suit_after_preservation", date(2024, 8, 16), date(2024, 9, 15), date(2024, 9, 18)),  # Mid-Autumn
        ("enforcement", date(2024, 2, 10), date(2026, 2, 10), date(2026, 2, 10)),
        ("enforcement", date(2024, 2, 29), date(2026, 2, 28), date(2026, 2, 28)),  # worked Saturday, and no 29 February
        ("trial_summary", date(2026, 7, 31), date(2026, 10, 31), date(2026, 11, 2)),
    ],
)
def test_the_last_day_of_a_period(name: str, begins: date, counted: date, last: date) -> None:
    found = deadline(name, begins, RULES)
    assert (found.counted, found.last_day, found.provisional) == (counted, last, False)
    assert found.moved is (counted != last)
    assert found.rules_digest == RULES.digest
    assert found.rule.source


def test_where_holidays_are_not_recorded_nothing_moves_and_the_answer_is_provisional() -> None:
    found = deadline("limitation", date(2027, 1, 3), RULES)  # 2030-01-03, of a year that no notice covers
    assert (found.last_day, found.provisional) == (date(2030, 1, 3), True)
    # A period that ends in the last days off of the last recorded year does not roll into the unknown one.
    assert next_working_day(date(2026, 12, 31), RULES) == (date(2026, 12, 31), True)


def test_every_period_has_a_rule_and_every_deadline_can_be_computed() -> None:
    for name in PERIODS:
        assert deadline(name, date(2026, 3, 2), RULES).last_day > date(2026, 3, 2)
    with pytest.raises(UnknownDeadlineError, match="appeal"):
        deadline("coffee", date(2026, 3, 2), RULES)


def test_recorded_days_lie_in_their_year_and_worked_weekends_are_weekends() -> None:
    for series, worked in ((HOLIDAYS, False), (WORKED, True)):
        for entry in RULES.series[series]:
            days = [date.fromisoformat(word) for word in entry.words]
            assert days == sorted(set(days))
            assert all(entry.holds_on(day) for day in days)
            assert not worked or all(day.weekday() >= 5 for day in days)
    assert not set(RULES.at(HOLIDAYS, date(2026, 1, 1)).words) & set(RULES.at(WORKED, date(2026, 1, 1)).words)


def test_no_recorded_year_rests_longer_than_nine_days_in_a_row() -> None:
    day, row = date(2024, 1, 1), 0
    while day.year < 2027:
        row = row + 1 if is_day_off(day, RULES) else 0
        assert row <= 9, day
        day += timedelta(days=1)
