"""Payments: late, partial, early, prepaid and by contract order, each worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from litigation.core.terms import LEGAL_ORDER, Allocation, Cost, Kind, Order, Payment, Repayment
from litigation.errors import DebtInputError
from tests.litigation.debt.loans import claim, loan, loan_o2, money, paid_first


def test_a_late_partial_payment_splits_the_penalty_into_two_stretches() -> None:
    # Due 2025-02-15: 1000 + 120. Paid 500 on 03-01, 14 days late: penalty 7.00, compound 0.84,
    # interest 120.00, principal 372.16. Then 627.84 for 9 days: 2.83.
    answer = claim(loan(), [Payment(date(2025, 3, 1), money("500.00"))], date(2025, 3, 10))
    assert [(part.kind, str(part.amount)) for part in answer.allocations] == [
        (Kind.PENALTY, "7.00"),
        (Kind.COMPOUND, "0.84"),
        (Kind.INTEREST, "120.00"),
        (Kind.PRINCIPAL, "372.16"),
    ]
    (line,) = answer.lines
    assert (line.principal, line.interest, line.penalty, line.compound) == (
        money("627.84"), money("0.00"), money("2.83"), money("0.00"),
    )  # fmt: skip
    assert answer.total == money("630.67")
    assert line.rule == (
        "instalment; penalty 1000.00 × 0.18 × 14/360 = 7.00; penalty 627.84 × 0.18 × 9/360 = 2.83; "
        "penalty paid 7.00; compound 120.00 × 0.18 × 14/360 = 0.84; compound paid 0.84; "
        "interest paid 120.00; principal paid 372.16"
    )


def test_a_payment_that_covers_part_of_the_penalty_leaves_its_base_alone() -> None:
    # 28 days: penalty 14.00; 5.00 paid after 14 days; nothing is rounded twice.
    answer = claim(loan(), [Payment(date(2025, 3, 1), money("5.00"))], date(2025, 3, 15))
    first = answer.lines[0]
    assert len(first.penalty_segments) == 1
    assert (first.penalty, first.compound) == (money("9.00"), money("1.68"))


def test_an_instalment_paid_in_full_after_its_due_date_leaves_no_line() -> None:
    # 10 days late: penalty 5.00 and compound 0.60 on 1120.00.
    answer = claim(loan(), [Payment(date(2025, 2, 25), money("1125.60"))], date(2025, 3, 10))
    assert answer.lines == ()
    assert answer.total == money("0.00")
    assert (answer.paid.penalty, answer.paid.compound) == (money("5.00"), money("0.60"))
    assert answer.paid_through == date(2025, 2, 15)
    assert answer.overdue_since is None


def test_payment_on_the_due_date_is_in_time() -> None:
    answer = claim(loan(), [Payment(date(2025, 2, 15), money("1120.00"))], date(2025, 2, 15))
    assert (answer.total, answer.overdue_days) == (money("0.00"), 0)


def test_early_money_waits_for_the_due_date() -> None:
    paid = [Payment(date(2025, 1, 20), money("1620.00"))]
    before = claim(loan(), paid, date(2025, 2, 14))
    assert (before.paid.surplus, before.paid_principal) == (money("1620.00"), money("0.00"))
    on_due_date = claim(loan(), paid, date(2025, 2, 15))
    assert (on_due_date.paid.surplus, on_due_date.paid_principal) == (money("500.00"), money("1000.00"))
    second = claim(loan(), paid, date(2025, 3, 15))
    assert second.principal == money("610.00")  # 1000 − (500 − interest 110)


def test_early_money_prepays_principal_where_the_borrower_prepays() -> None:
    terms = loan(repayment=Repayment.INTEREST_MONTHLY, prepay=True, disbursed_on=date(2025, 1, 10))
    paid = [Payment(date(2025, 2, 10), money("1120.00"))]
    answer = claim(terms, paid, date(2025, 3, 10))
    assert answer.paid_principal == money("1000.00")
    assert answer.interest == money("110.00")
    assert answer.undue_principal == money("11000.00")


def test_prepaid_principal_bears_interest_only_for_the_days_it_was_used() -> None:
    # 15 days after the last due date: 4975.12 + 24.88 = 5000.00 (Civil Code 677).
    terms = loan(repayment=Repayment.INTEREST_MONTHLY, prepay=True, disbursed_on=date(2025, 1, 10))
    paid = [Payment(date(2025, 2, 10), money("120.00")), Payment(date(2025, 2, 25), money("5000.00"))]
    answer = claim(terms, paid, date(2025, 3, 10))
    assert (answer.paid_principal, answer.paid_interest) == (money("4975.12"), money("144.88"))
    assert answer.interest == money("70.25")


def test_each_payment_says_for_itself_whether_it_prepays() -> None:
    """Both on the due date of instalment 1 (1000 + 120): the unmarked money pays what is due, the marked prepays."""
    terms = loan(repayment=Repayment.INTEREST_MONTHLY, disbursed_on=date(2025, 1, 10))
    marked = Payment(date(2025, 2, 10), money("1000.00"), prepay=True)
    waiting = Payment(date(2025, 2, 10), money("200.00"))
    for payments in ([marked, waiting], [waiting, marked]):
        answer = claim(terms, payments, date(2025, 2, 20))
        assert (answer.paid_principal, answer.paid.surplus) == (money("1000.00"), money("80.00"))
    kept = claim(replace(terms, prepay=True), [replace(marked, prepay=False)], date(2025, 2, 20))
    assert (kept.paid_principal, kept.paid.surplus) == (money("0.00"), money("880.00"))


def test_a_loan_that_is_wholly_prepaid_is_at_an_end() -> None:
    terms = loan(prepay=True)
    answer = claim(terms, [Payment(date(2025, 1, 25), money("12100.00"))], date(2027, 1, 1))
    assert answer.total == money("0.00")
    assert (answer.paid_principal, answer.paid_interest, answer.paid.surplus) == (
        money("12000.00"), money("40.00"), money("60.00"),
    )  # fmt: skip
    assert answer.paid_through == date(2025, 1, 25)


def test_an_equal_instalment_loan_keeps_its_instalment_after_a_prepayment() -> None:
    terms = loan(repayment=Repayment.EQUAL_INSTALMENT, prepay=True)
    paid = [Payment(date(2025, 2, 15), money("2066.19"))]  # instalment 1066.19 and 1000.00 more
    answer = claim(terms, paid, date(2025, 3, 15))
    (line,) = answer.lines
    assert line.interest == money("100.54")  # (12000 − 946.19 − 1000.00) × 1 %
    assert line.principal + line.interest == money("1066.19")


def test_payments_after_the_cut_off_are_named_and_not_applied() -> None:
    answer = claim(loan(), [Payment(date(2025, 3, 11), money("700.00"))], date(2025, 3, 10))
    assert answer.paid.after_cutoff == money("700.00")
    assert answer.principal == money("1000.00")


def test_by_kind_pays_all_interest_first_and_by_instalment_finishes_the_oldest() -> None:
    paid = [Payment(date(2025, 3, 15), money("300.00"))]
    by_kind = claim(loan(compound=False, penalty_rate=Decimal(0)), paid, date(2025, 3, 15))
    assert [str(line.interest) for line in by_kind.lines] == ["0.00", "0.00"]
    assert [str(line.principal) for line in by_kind.lines] == ["930.00", "1000.00"]
    terms = loan(compound=False, penalty_rate=Decimal(0), allocation=Allocation(LEGAL_ORDER, Order.BY_INSTALMENT))
    by_instalment = claim(terms, paid, date(2025, 3, 15))
    assert [str(line.interest) for line in by_instalment.lines] == ["0.00", "110.00"]
    assert [str(line.principal) for line in by_instalment.lines] == ["820.00", "1000.00"]


def test_costs_come_first_by_law_and_last_where_the_contract_says_so() -> None:
    costs = (Cost(date(2025, 2, 20), money("300.00"), "attorney_fee"),)
    paid = [Payment(date(2025, 3, 1), money("200.00"))]
    by_law = claim(loan(costs=costs), paid, date(2025, 3, 1))
    assert (by_law.costs, by_law.paid.costs) == (money("100.00"), money("200.00"))
    last = (Kind.PRINCIPAL, Kind.INTEREST, Kind.COMPOUND, Kind.PENALTY, Kind.COSTS)
    for order in Order:
        terms = loan(costs=costs, allocation=Allocation(last, order))
        answer = claim(terms, paid, date(2025, 3, 1))
        assert (answer.costs, answer.principal) == (money("300.00"), money("800.00"))


def test_costs_are_owed_from_their_day() -> None:
    costs = (Cost(date(2025, 2, 20), money("300.00"), "attorney_fee"),)
    assert claim(loan(costs=costs), [], date(2025, 2, 19)).costs == money("0.00")
    assert claim(loan(costs=costs), [], date(2025, 2, 20)).costs == money("300.00")


def test_interest_kept_back_on_disbursement_is_no_principal() -> None:
    # Civil Code 670: face 10,000, 300 kept back, principal 9,700.00.
    terms = loan(
        principal=money("10000.00"), deducted_upfront=money("300.00"), repayment=Repayment.BULLET,
        term_months=1,
    )  # fmt: skip
    answer = claim(terms, [], date(2025, 2, 15))
    assert (answer.principal, answer.interest) == (money("9700.00"), money("97.00"))


def test_acceleration_between_due_dates_adds_interest_by_days() -> None:
    # Twelve days after instalment 6: 39121.91 × 18 % × 12 / 360 = 234.73.
    terms = loan_o2(accelerated_on=date(2025, 9, 22))
    answer = claim(terms, paid_first(terms, 6), date(2025, 9, 22))
    (line,) = answer.lines
    assert (line.item, line.principal, line.interest) == ("accelerated", money("39121.91"), money("234.73"))
    assert line.rule == "accelerated; interest 39121.91 × 0.18 × 12/360 = 234.73"


def test_acceleration_after_the_cut_off_has_no_effect_yet() -> None:
    terms = loan_o2()
    early = claim(terms, paid_first(terms, 6), date(2026, 1, 9))
    assert not early.accelerated
    assert [line.item for line in early.lines] == ["7", "8", "9"]


def test_acceleration_of_a_bullet_loan_accrues_from_disbursement() -> None:
    terms = loan(repayment=Repayment.BULLET, accelerated_on=date(2025, 2, 14))
    (line,) = claim(terms, [], date(2025, 2, 14)).lines
    assert (line.principal, line.interest) == (money("12000.00"), money("120.00"))


def test_without_compound_interest_bears_nothing() -> None:
    answer = claim(loan(compound=False), [], date(2025, 3, 1))
    assert (answer.compound, answer.penalty) == (money("0.00"), money("7.00"))


def test_a_payment_before_the_disbursement_is_refused() -> None:
    with pytest.raises(DebtInputError) as caught:
        claim(loan(), [Payment(date(2025, 1, 14), money("1.00"))], date(2025, 3, 1))
    assert caught.value.field == "payments[0].on"
