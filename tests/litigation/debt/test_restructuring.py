"""Restructured loans: new terms from a day, arrears as agreed, and every unclear agreement refused with its field."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from litigation.core.claim import Claim
from litigation.core.debt_record import debt_record
from litigation.core.restructuring import Restructuring
from litigation.core.terms import LEGAL_ORDER, Allocation, Arrears, Cost, LoanTerms, Order, Payment, Repayment
from litigation.debt_input import parse_debt
from litigation.errors import DebtInputError
from tests.litigation.debt.loans import claim, loan, money, paid_first

AGREED = date(2025, 4, 5)


def agreement(**changes: Any) -> Restructuring:
    """Ten instalments from 15 June at 6 %, interest into principal, penalty carried, compound waived."""
    values: dict[str, Any] = {
        "on": AGREED,
        "first_due": date(2025, 6, 15),
        "instalments": 10,
        "annual_rate": money("0.06"),
        "penalty_rate": money("0.09"),
        "interest": Arrears.CAPITALISED,
        "penalty": Arrears.CARRIED,
        "compound": Arrears.WAIVED,
        "place": "restructuring[0]",
    }
    return Restructuring(**(values | changes))


def restructured(cutoff: date = date(2025, 7, 25), paid: int = 1, **changes: Any) -> Claim:
    """12,000 at 12 %, the first instalment paid, then the agreement."""
    return claim(loan(restructurings=(agreement(**changes),)), paid_first(loan(), paid), cutoff)


def test_every_sum_of_a_restructured_loan_by_hand() -> None:
    """Until 5 April, 21 days: penalty on 1000 is 10.50, compound on 110 is 1.16, broken interest on 10000 is 70.00."""
    answer = restructured()
    (done,) = answer.restructured
    assert done.principal == money("11180.00")  # 10000 not yet due + 1000 overdue + 110 + 70 of interest
    assert [(one.item, one.kind.value, one.how.value, str(one.amount)) for one in done.treated] == [
        ("2", "interest", "capitalised", "110.00"),
        ("2", "penalty", "carried", "10.50"),
        ("2", "compound", "waived", "1.16"),
        ("restructured-1", "interest", "capitalised", "70.00"),
    ]
    # 11180 × 6 % × 71/360; then a month on 10062
    assert [(line.item, line.due.isoformat(), str(line.principal), str(line.interest)) for line in answer.lines] == [
        ("2", "2025-03-15", "0.00", "0.00"),
        ("3", "2025-06-15", "1118.00", "132.30"),
        ("4", "2025-07-15", "1118.00", "50.31"),
    ]
    assert [(str(line.penalty), str(line.compound)) for line in answer.lines] == [
        ("10.50", "0.00"),
        ("11.18", "1.32"),
        ("2.80", "0.13"),
    ]
    assert answer.total == money("2444.54")
    assert answer.undue_principal == money("8944.00")
    assert answer.overdue_since == date(2025, 6, 15)
    assert (len(answer.schedule), answer.schedule[-1].balance) == (12, money("0.00"))
    # 11000 for 49 days since 15 February, then 11180 for 111 days, × 24 %
    assert answer.caps.globally.allowed == money("1186.65")
    assert "principal restructured 1000.00; interest capitalised 110.00; compound waived 1.16" in answer.lines[0].rule


def test_a_later_first_instalment_defers_and_brings_the_interest_of_all_months() -> None:
    """Whole months after the agreement are months: 11000 × 12 % × 3/12, and the day of the month stays."""
    answer = restructured(paid=2, on=date(2025, 3, 31), first_due=date(2025, 6, 30), annual_rate=None, instalments=5)
    (done,) = answer.restructured
    assert done.principal == money("10053.33")  # 10000 and 16 days at 12 %
    row = answer.schedule[2]
    assert (row.due, row.interest, row.principal) == (date(2025, 6, 30), money("301.60"), money("2010.67"))
    assert answer.schedule[3].due == date(2025, 7, 31)


def test_what_is_waived_is_not_owed_and_not_held_against_the_cap() -> None:
    answer = restructured(cutoff=AGREED, interest=Arrears.WAIVED, penalty=Arrears.WAIVED)
    assert answer.total == 0
    assert answer.undue_principal == money("11000.00")
    assert answer.caps.globally.allowed == 0  # nothing is open on the day of the agreement: it counts from there


def test_the_agreement_ends_an_acceleration_of_before() -> None:
    """The accelerated rest becomes principal of the new plan; only a notice after the agreement calls it due again."""
    terms = loan(accelerated_on=date(2025, 3, 20), restructurings=(agreement(),))
    answer = claim(terms, paid_first(loan(), 1), date(2025, 7, 1))
    assert not answer.accelerated
    assert answer.restructured[0].principal > money("11000.00")
    again = replace(terms, accelerated_on=date(2025, 6, 20))
    later = claim(again, paid_first(loan(), 1), date(2025, 7, 1))
    assert later.accelerated
    assert later.undue_principal == 0


def test_a_second_agreement_follows_the_first() -> None:
    second = agreement(on=date(2025, 8, 1), first_due=date(2025, 9, 1), instalments=6, place="restructuring[1]")
    answer = claim(loan(restructurings=(second, agreement())), paid_first(loan(), 1), date(2025, 10, 1))
    assert [one.agreement.on for one in answer.restructured] == [AGREED, date(2025, 8, 1)]
    assert [row.no for row in answer.schedule] == list(range(1, len(answer.schedule) + 1))
    assert answer == claim(loan(restructurings=(agreement(), second)), paid_first(loan(), 1), date(2025, 10, 1))


def test_before_its_day_an_agreement_changes_nothing() -> None:
    cutoff = AGREED - timedelta(days=1)
    assert restructured(cutoff=cutoff) == claim(loan(), paid_first(loan(), 1), cutoff)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"interest": None}, "restructuring[0].arrears.interest"),
        ({"penalty": None}, "restructuring[0].arrears.penalty"),
        ({"compound": None}, "restructuring[0].arrears.compound"),
        ({"principal": money("11000.00")}, "restructuring[0].principal"),
        ({"first_due": AGREED}, "restructuring[0].first_due"),
        ({"instalments": 0}, "restructuring[0].instalments"),
        ({"annual_rate": money("12")}, "restructuring[0].annual_rate"),
        ({"repayment": Repayment.BULLET}, "restructuring[0].instalments"),
        ({"on": date(2025, 1, 1)}, "restructuring[0].on"),
    ],
)
def test_what_an_agreement_leaves_unclear_is_refused_with_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DebtInputError) as refused:
        restructured(**changes)
    assert refused.value.field == field


def test_two_agreements_of_one_day_and_one_on_the_day_of_the_acceleration_are_refused() -> None:
    with pytest.raises(DebtInputError, match="two agreements"):
        loan(restructurings=(agreement(), agreement()))
    with pytest.raises(DebtInputError, match="which of them comes first"):
        loan(restructurings=(agreement(),), accelerated_on=AGREED)


def test_a_loan_that_is_paid_up_has_nothing_to_agree_on() -> None:
    with pytest.raises(DebtInputError, match="nothing was lent any more"):
        restructured(cutoff=date(2026, 2, 1), paid=12, on=date(2026, 2, 1), first_due=date(2026, 3, 1))


def test_the_record_of_a_claim_holds_every_input() -> None:
    """What is written beside a claim computes the same claim again."""
    second = agreement(
        on=date(2025, 9, 9),
        first_due=date(2025, 10, 9),
        annual_rate=None,
        penalty_rate=None,
        repayment=Repayment.EQUAL_INSTALMENT,
        place="restructuring[1]",
    )
    terms: LoanTerms = loan(
        restructurings=(agreement(principal=money("11180.00")), second),
        costs=(Cost(date(2025, 5, 5), money("300.00"), "attorney_fee"),),
        allocation=Allocation(LEGAL_ORDER[::-1], Order.BY_INSTALMENT),
        accelerated_on=date(2025, 12, 1),
        prepay=True,
    )
    payments = (*paid_first(loan(), 1), Payment(date(2025, 6, 20), Decimal("500.00"), False))
    written = json.dumps(debt_record(terms, payments, date(2026, 1, 5)))
    read = parse_debt(written.encode())
    assert (read.terms, read.payments, read.cutoff) == (terms, payments, date(2026, 1, 5))
    assert claim(read.terms, read.payments, read.cutoff) == claim(terms, payments, date(2026, 1, 5))
