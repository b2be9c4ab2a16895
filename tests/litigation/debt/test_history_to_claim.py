"""What a loan's history may lead to: a claim that agrees with every event, or a refusal that names the event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from litigation.core.fact_table import facts_of
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.loan_terms import TermsMissingError, acceleration, terms_of
from litigation.rulebook import load_rules
from litigation.workflow.assess import assess, overdue_days
from litigation.workflow.select_overdue import select_overdue

RULES = load_rules()
CAP = Decimal("0.24")
AS_OF = date(2025, 12, 1)
CONTRACT = {
    "currency": "CNY",
    "annual_rate": "0.18",
    "penalty_rate": "0.234",
    "compound": True,
    "day_count": 360,
    "term_months": 12,
    "repayment": "equal_instalment",
    "lender": "样例消费金融有限公司",
}
DISBURSED = {"amount": "12000.00", "currency": "CNY", "value_date": "2025-01-10"}
PAID = {"amount": "1100.16", "currency": "CNY", "received_on": "2025-02-10"}
REACHED = {"reached_at": "2025-09-30T16:30:00Z", "channel": "sms", "effective_on": "2025-09-15"}


def history(*more: tuple[str, dict[str, Any]], without: str = "") -> LoanHistory:
    """A loan with contract, disbursement and one payment, and what else is named."""
    told: list[tuple[str, dict[str, Any]]] = [
        ("contract.signed", CONTRACT),
        ("loan.disbursed", DISBURSED),
        ("payment.received", PAID),
        *more,
    ]
    moment = datetime(2025, 1, 10, 2, tzinfo=UTC)
    return LoanHistory(
        "lender",
        "L1",
        tuple(
            HistoryEvent(f"e{n}", kind, moment, moment, n, n, "", payload, (), "")
            for n, (kind, payload) in enumerate(pair for pair in told if pair[0] != without)
        ),
    )


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("contract.signed", CONTRACT),
        ("loan.disbursed", {**DISBURSED, "amount": "5000.00"}),
        ("payment.received", {**PAID, "currency": "USD"}),
        ("recovery.received", {"amount": "500.00", "currency": "CNY"}),
        ("performance.made", {"amount": "500.00", "currency": "CNY", "received_on": "2025-10-10"}),
        ("loan.restructured", {"kind": "extension"}),
    ],
)
def test_what_the_claim_does_not_take_into_account_refuses_it_and_is_named(kind: str, payload: dict[str, Any]) -> None:
    """Money or terms in the log are never left out of a claim silently."""
    terms_of(history(), CAP, AS_OF)
    with pytest.raises(TermsMissingError, match=kind):
        terms_of(history((kind, payload)), CAP, AS_OF)


def test_a_corrected_disbursement_is_one_disbursement() -> None:
    """A correction replaces; only two that both stand are refused."""
    twice = history(("loan.disbursed", {**DISBURSED, "amount": "5000.00"}))
    corrected = replace(twice, events=(*twice.events[:-1], replace(twice.events[-1], corrects="e1")))
    assert terms_of(corrected, CAP, AS_OF).principal == Decimal("5000.00")


def test_a_loan_that_cannot_be_computed_is_chosen_by_recorded_arrears_so_that_its_refusal_is_seen() -> None:
    """A restructured loan in arrears does not fall out of --overdue without a word."""
    arrears = ("instalment.overdue", {"instalment": 2, "due_on": "2025-03-10", "amount_due": "1100.16"})
    loan = history(("loan.restructured", {"kind": "extension"}), arrears)
    assert overdue_days(loan, date(2025, 6, 18), RULES) == 100
    assert select_overdue(["L1"], lambda _: loan, date(2025, 6, 18), RULES, 60) == ["L1"]
    assert "loan.restructured without effective_on" in assess(loan, date(2025, 6, 18), RULES).missing


def test_a_notice_that_reached_at_half_past_midnight_in_china_counts_from_that_day() -> None:
    """16:30 UTC on 30 September is 1 October in China; the notice's own time counts, not that of its entry."""
    assert acceleration(history(("acceleration.reached", REACHED)), AS_OF) == (date(2025, 10, 1), date(2025, 10, 1))


def test_an_acceleration_is_on_no_paper_before_the_day_it_takes_effect() -> None:
    """With an earlier cut-off neither terms nor facts speak of it; on its day both do."""
    loan = history(("acceleration.reached", {**REACHED, "effective_on": "2025-10-20"}))
    for day, expected in ((date(2025, 10, 19), None), (date(2025, 10, 20), date(2025, 10, 20))):
        assert acceleration(loan, day)[0] == expected
        assessment = assess(loan, day, RULES)
        assert assessment.terms is not None
        assert assessment.claim is not None
        assert assessment.terms.accelerated_on == expected
        assert assessment.claim.accelerated is (expected is not None)
        derived = {fact.key: fact.value for fact in facts_of(loan, assessment.claim, ())}
        assert derived.get("accelerated_on") == (expected.isoformat() if expected else None)
