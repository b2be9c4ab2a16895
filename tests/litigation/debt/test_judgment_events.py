"""The debt of a judgment from logged events: computed as ordered, or refused with the field that is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.judgment import Judgment, JudgmentDebt, judgment_debt
from litigation.errors import TermsMissingError
from litigation.rulebook import load_rules
from litigation.workflow.assess_debt import debt_of

RULES = load_rules()
ENTERED: dict[str, Any] = {
    "case_number": "（2025）样0101民初1号",
    "kind": "judgment",
    "amount": "10000.00",
    "currency": "CNY",
    "effective_on": "2025-09-23",
    "perform_days": 10,
}
AS_OF = date(2025, 12, 1)


def history(*told: tuple[str, dict[str, Any]]) -> LoanHistory:
    moment = datetime(2025, 9, 1, 2, tzinfo=UTC)
    events = (
        HistoryEvent(f"e{n}", kind, moment, moment, n, n, "", payload, (), "") for n, (kind, payload) in enumerate(told)
    )
    return LoanHistory("lender", "L1", tuple(events))


def test_the_period_of_performance_ends_after_the_holidays() -> None:
    """Ten days from 23 September end on 3 October 2025, a holiday: the first working day is the 9th."""
    answer = debt_of(history(("judgment.entered", ENTERED)), AS_OF, RULES)
    assert isinstance(answer, JudgmentDebt)
    assert (answer.judgment.counted, answer.perform_by, answer.provisional) == (
        date(2025, 10, 3),
        date(2025, 10, 9),
        False,
    )
    (doubled,) = answer.stretches
    assert (doubled.first, doubled.days, doubled.amount) == (date(2025, 10, 10), 53, Decimal("92.75"))


def test_a_judgment_that_orders_payment_at_once_has_no_period_to_move() -> None:
    holiday = Judgment(Decimal("10000.00"), date(2025, 10, 1), 0, None)
    assert judgment_debt(holiday, (), AS_OF, rules=RULES).perform_by == date(2025, 10, 1)


def test_a_year_without_recorded_holidays_moves_nothing_and_says_so() -> None:
    saturday = Judgment(Decimal("10000.00"), date(2015, 7, 1), 3, None)
    answer = judgment_debt(saturday, (), AS_OF, rules=RULES)
    assert (answer.perform_by, answer.provisional) == (date(2015, 7, 4), True)


def test_money_since_the_judgment_is_applied_whatever_its_event_is_called() -> None:
    money = {"amount": "1000.00", "currency": "CNY"}
    told = history(
        ("payment.received", {**money, "received_on": "2025-03-01"}),  # before: the judgment has counted it
        ("judgment.entered", ENTERED),
        ("performance.made", {**money, "received_on": "2025-09-30"}),
        ("recovery.received", {**money, "received_on": "2025-10-08"}),
        ("performance.made", {**money, "received_on": "2025-12-24"}),
    )
    answer = debt_of(told, AS_OF, RULES)
    assert isinstance(answer, JudgmentDebt)
    assert (answer.amount, answer.paid_amount) == (Decimal("8000.00"), Decimal("2000.00"))


def test_interest_that_the_judgment_orders_until_payment_grows_from_its_day() -> None:
    general = {"interest_base": "10000.00", "interest_daily_rate": "0.0005", "interest_from": "2025-09-01"}
    answer = debt_of(history(("judgment.entered", ENTERED | general)), AS_OF, RULES)
    assert isinstance(answer, JudgmentDebt)
    assert answer.interest == Decimal("10000.00") * Decimal("0.0005") * 92


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ([("judgment.entered", {**ENTERED, "amount": None})], "judgment.entered without amount"),
        ([("judgment.entered", {**ENTERED, "effective_on": None})], "judgment.entered without effective_on"),
        ([("judgment.entered", {**ENTERED, "perform_days": None})], "judgment.entered without perform_days"),
        ([("judgment.entered", {**ENTERED, "currency": "USD"})], "judgments in CNY"),
        ([("judgment.entered", {**ENTERED, "interest_base": "1.00"})], "without interest_daily_rate"),
        ([("judgment.entered", ENTERED), ("judgment.entered", ENTERED)], "2 events judgment.entered"),
        ([("judgment.entered", ENTERED), ("appeal.lodged", {})], "the judgment is not final"),
        (
            [("judgment.entered", ENTERED), ("recovery.received", {"amount": "1.00", "currency": "CNY"})],
            "recovery.received without received_on",
        ),
        (
            [
                ("judgment.entered", ENTERED),
                ("performance.made", {"amount": "1.00", "currency": "USD", "received_on": "2025-10-01"}),
            ],
            "performance.made: its currency",
        ),
        ([("loan.disbursed", {})], "contract.signed"),
    ],
)
def test_what_is_not_told_is_refused_by_name(told: list[tuple[str, dict[str, Any]]], named: str) -> None:
    kept = [(kind, {key: value for key, value in payload.items() if value is not None}) for kind, payload in told]
    with pytest.raises(TermsMissingError, match=named):
        debt_of(history(*kept), AS_OF, RULES)
