"""Derived debt: terms and totals without days lead to sums, every assumption is named, and nothing is a claim."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litigation.core.derived_debt import DerivedDebt, derived_debt
from litigation.core.derived_json import derived_to_json
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.rulebook import load_rules
from litigation.workflow.assess import assess

ISSUED: dict[str, Any] = {
    "amount": "12000.00",
    "currency": "USD",
    "month": "2010-11-01",
    "annual_rate": "0.12",
    "term_months": 12,
    "instalment": "1066.19",
}
PAID: dict[str, Any] = {"total": "4200.00", "principal": "3807.57", "interest": "457.19", "currency": "USD"}
RECOVERED: dict[str, Any] = {"amount": "400.00", "currency": "USD"}
AS_OF = date(2026, 1, 15)


def history(*told: tuple[str, dict[str, Any]]) -> LoanHistory:
    moment = datetime(2010, 11, 1, tzinfo=UTC)
    events = (
        HistoryEvent(f"e{n}", kind, moment, moment, n, n, "", payload, (), "") for n, (kind, payload) in enumerate(told)
    )
    return LoanHistory("lender", "L1", tuple(events))


def derived(*more: tuple[str, dict[str, Any]], as_of: date = AS_OF, **paid: Any) -> DerivedDebt:
    found = derived_debt(history(("loan.issued", ISSUED), ("payment.summarised", PAID | paid), *more), as_of)
    assert found is not None
    return found


def test_totals_pay_their_own_kind_and_recoveries_follow_the_law() -> None:
    """12000 at 12 % over 12 months bears 794.23: 457.19 was paid, 337.04 of the recovery pays the rest of it."""
    plain = derived()
    assert (plain.principal, plain.interest) == (Decimal("8192.43"), Decimal("337.04"))
    recovered = derived(("recovery.received", RECOVERED))
    assert (recovered.principal, recovered.interest) == (Decimal("8129.47"), Decimal("0.00"))
    assert recovered.total == plain.total - 400
    assert next(line.no for line in plain.lines if line.principal_open) == 4  # three are paid, and most of the fourth


def test_every_assumption_and_the_foreign_currency_are_named() -> None:
    codes = [note.code for note in derived().notes]
    assert codes == ["issued-month", "repayment-assumed", "payment-days", "late-charges", "currency"]
    odd = derived_debt(
        history(("loan.issued", ISSUED | {"instalment": "1100.00"}), ("payment.summarised", PAID)), AS_OF
    )
    assert odd is not None
    assert "1100.00" in odd.notes[-1].zh
    written = derived_to_json(odd)
    assert (written["currency"], written["not_for_filing"], len(written["lines"])) == ("USD", True, 12)


def test_it_is_no_claim_and_is_not_made_where_a_contract_is_in_the_log() -> None:
    answer = assess(history(("loan.issued", ISSUED), ("payment.summarised", PAID)), AS_OF, load_rules())
    assert answer.claim is None
    assert answer.terms is None
    assert answer.derived is not None
    assert "contract.signed" in answer.missing
    with_contract = history(("loan.issued", ISSUED), ("payment.summarised", PAID), ("contract.signed", {}))
    assert derived_debt(with_contract, AS_OF) is None


@pytest.mark.parametrize(
    ("issued", "paid"),
    [
        ({}, {"currency": "CNY"}),
        ({"annual_rate": None}, {}),
        ({"term_months": None}, {}),
        ({}, {"principal": None}),
        ({}, {"interest": None}),
        ({"month": "2026-02-01"}, {}),
    ],
)
def test_without_terms_or_sums_nothing_is_derived(issued: dict[str, Any], paid: dict[str, Any]) -> None:
    def told(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in (base | changes).items() if value is not None}

    events = ("loan.issued", told(ISSUED, issued)), ("payment.summarised", told(PAID, paid))
    assert derived_debt(history(*events), AS_OF) is None


@given(
    st.decimals("0", "15000", places=2),
    st.decimals("0", "2000", places=2),
    st.decimals("0", "9000", places=2),
    st.integers(0, 500),
)
def test_money_is_conserved(principal: Decimal, interest: Decimal, recovered: Decimal, days: int) -> None:
    as_of = date.fromordinal(date(2010, 11, 1).toordinal() + days)
    debt = derived(
        ("recovery.received", RECOVERED | {"amount": str(recovered)}),
        as_of=as_of,
        principal=str(principal),
        interest=str(interest),
    )
    fell_due = sum(line.interest for line in debt.lines)
    owed = debt.total + debt.undue_principal
    assert owed == 12000 + fell_due - (principal + interest + recovered - debt.beyond_plan)
    assert min(debt.principal, debt.interest, debt.undue_principal, debt.beyond_plan) >= 0
