"""Schedules: due dates at month ends and in leap years, and the four ways of paying back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from litigation.core.calendar_days import add_years
from litigation.core.money import total_of
from litigation.core.schedule import schedule_for
from litigation.core.terms import Repayment
from tests.litigation.debt.loans import claim, loan, money


def test_a_loan_of_31_january_falls_due_on_month_ends_and_comes_back_to_31() -> None:
    rows = schedule_for(loan(disbursed_on=date(2024, 1, 31), term_months=4))
    assert [row.due.isoformat() for row in rows] == ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
    common = schedule_for(loan(disbursed_on=date(2025, 1, 31), term_months=1))
    assert common[0].due == date(2025, 2, 28)


def test_a_leap_day_counts_in_the_penalty() -> None:
    leap = claim(loan(disbursed_on=date(2024, 1, 10)), [], date(2024, 3, 9))
    common = claim(loan(disbursed_on=date(2025, 1, 10)), [], date(2025, 3, 9))
    assert (leap.lines[0].days, common.lines[0].days) == (28, 27)
    assert (leap.penalty, common.penalty) == (money("14.00"), money("13.50"))


def test_29_february_becomes_28_in_a_common_year() -> None:
    assert add_years(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert add_years(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_bullet_loan_has_one_instalment_with_all_interest() -> None:
    (row,) = schedule_for(loan(repayment=Repayment.BULLET))
    assert (row.due, row.interest, row.principal) == (date(2026, 1, 15), money("1440.00"), money("12000.00"))


def test_interest_monthly_pays_the_principal_with_the_last_interest() -> None:
    rows = schedule_for(loan(repayment=Repayment.INTEREST_MONTHLY))
    assert {str(row.payment) for row in rows[:11]} == {"120.00"}
    assert rows[11].payment == money("12120.00")


def test_a_loan_without_interest_is_divided_and_the_last_instalment_absorbs_the_rounding() -> None:
    terms = loan(principal=money("100.00"), annual_rate=Decimal(0), term_months=3, repayment=Repayment.EQUAL_INSTALMENT)
    assert [str(row.payment) for row in schedule_for(terms)] == ["33.33", "33.33", "33.34"]


def test_a_loan_of_fewer_cents_than_months_is_still_repaid_exactly() -> None:
    for kind in Repayment:
        rows = schedule_for(loan(principal=money("0.05"), term_months=36, repayment=kind))
        assert total_of(row.principal for row in rows) == money("0.05")
        assert rows[-1].balance == money("0.00")
