"""Triage: which loans are overdue, since when and by how much."""

from __future__ import annotations

from datetime import date

from litigation.core.schedule import schedule_for
from litigation.core.terms import Payment
from litigation.core.triage import OverdueState, assess_overdue
from tests.litigation.debt.loans import loan, money, paid_first


def test_a_loan_that_is_paid_up_is_not_overdue() -> None:
    rows = schedule_for(loan())
    state = assess_overdue(rows, paid_first(loan(), 2), date(2025, 4, 15))
    assert state == OverdueState(None, 0, 0, money("0.00"))
    assert not state.is_overdue


def test_the_day_after_the_due_date_is_the_first_overdue_day() -> None:
    rows = schedule_for(loan())
    assert not assess_overdue(rows, [], date(2025, 2, 15)).is_overdue
    assert assess_overdue(rows, [], date(2025, 2, 16)) == OverdueState(date(2025, 2, 15), 1, 1, money("1120.00"))


def test_money_fills_the_oldest_instalment_first_and_part_of_the_next() -> None:
    paid = [Payment(date(2025, 2, 10), money("1120.00")), Payment(date(2025, 3, 20), money("110.00"))]
    state = assess_overdue(schedule_for(loan()), paid, date(2025, 4, 16))
    assert state == OverdueState(date(2025, 3, 15), 32, 2, money("2100.00"))


def test_money_of_later_days_does_not_count() -> None:
    paid = [Payment(date(2025, 5, 1), money("9999.00"))]
    assert assess_overdue(schedule_for(loan()), paid, date(2025, 2, 20)).instalments_overdue == 1
