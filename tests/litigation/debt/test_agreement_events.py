"""Restructured loans from their events: computed as agreed, or refused with the field that is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from litigation.core.loan_terms import acceleration
from litigation.workflow.assess import assess, overdue_days
from tests.litigation.debt.test_history_to_claim import AS_OF, REACHED, RULES, history

AGREED: dict[str, Any] = {
    "kind": "extension",
    "effective_on": "2025-05-10",
    "first_due": "2025-08-10",
    "new_term_end": "2026-07-10",
    "new_rate": "0.12",
    "new_penalty_rate": "0.156",
    "interest_arrears": "capitalised",
    "penalty_arrears": "waived",
    "compound_arrears": "waived",
}
EARLY = ("acceleration.reached", {**REACHED, "reached_at": "2025-04-20T02:00:00Z", "effective_on": "2025-04-20"})


def test_a_restructured_loan_is_computed_from_its_event() -> None:
    """All that was open in May is due in twelve instalments from August; the notice of before is on no paper."""
    loan = history(EARLY, ("loan.restructured", AGREED))
    answer = assess(loan, AS_OF, RULES).claim
    assert answer is not None
    (done,) = answer.restructured
    # 11079.84; interest of March 166.20 and April 152.19; of the accelerated rest 9197.91 for ten days 45.99
    assert done.principal == Decimal("11444.22")
    assert answer.capitalised == Decimal("364.38")
    assert [row.due for row in answer.plan_in_force][:: len(answer.plan_in_force) - 1] == [
        date(2025, 8, 10),
        date(2026, 7, 10),
    ]
    assert acceleration(loan, AS_OF) == (None, None)
    assert acceleration(loan, date(2025, 5, 9))[0] == date(2025, 4, 20)
    assert overdue_days(loan, AS_OF, RULES) == (AS_OF - date(2025, 8, 10)).days
    assert answer.overdue_since == date(2025, 8, 10)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"effective_on": None}, "loan.restructured without effective_on"),
        ({"new_term_end": None}, "loan.restructured without instalments"),
        ({"new_term_end": "2026-07-11"}, "new_term_end 2026-07-11 is not the day of the last instalment"),
        ({"instalments": 11}, "new_term_end"),
        ({"interest_arrears": None}, "loan.restructured.arrears.interest"),
        ({"interest_arrears": "forgotten"}, "interest_arrears must be one of capitalised, carried, waived"),
        ({"repayment": "weekly"}, "repayment must be one of"),
        ({"principal": "11000.00"}, "loan.restructured.principal: is 11000.00, but 11"),
    ],
)
def test_an_agreement_that_leaves_something_open_is_refused_with_its_field(changes: dict[str, Any], named: str) -> None:
    told = {key: value for key, value in (AGREED | changes).items() if value is not None}
    answer = assess(history(("loan.restructured", told)), AS_OF, RULES)
    assert answer.claim is None
    assert named in answer.missing


def test_two_notices_around_an_agreement_are_refused() -> None:
    answer = assess(history(EARLY, ("loan.restructured", AGREED), ("acceleration.reached", REACHED)), AS_OF, RULES)
    assert "acceleration.reached" in answer.missing


def test_money_after_the_write_off_lowers_the_debt_where_its_day_is_known() -> None:
    recovered = ("recovery.received", {"amount": "500.00", "currency": "CNY", "received_on": "2025-11-03"})
    before = assess(history(), AS_OF, RULES).claim
    after = assess(history(recovered), AS_OF, RULES).claim
    assert before is not None
    assert after is not None
    assert sum(part.amount for part in after.allocations if part.on == date(2025, 11, 3)) == 500
    assert after.uncapped.total < before.uncapped.total - 499
