"""Routing: what bars a way, what speaks for it, what it costs; a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from litigation.core.costs import acceptance_fee, payment_order_fee
from litigation.core.route_reasons import REASONS, Situation
from litigation.core.routing import NAMES, ProbabilityError, Route, Standing, probability_of, route_case
from litigation.rulebook import read_rules, shipped_files
from tests.litigation.readiness.loans import AS_OF, LOST, PLAINTIFF, RULES, SIGNED, altered, checked, whole

CALM = Situation(
    as_of=AS_OF,
    amount=Decimal("13000.00"),
    overdue_days=337,
    contact_lost=False,
    all_due=True,
    disputed=False,
    willing=False,
    mediation_failed=False,
    address_known=True,
    guaranteed=False,
    restructured=False,
    demanded=True,
    limitation_days=1000,
    small_ceiling=Decimal("50000.00"),
    reminder_days=59,
    limitation_alert=90,
)
WAGE = b"""
["small_claim.average_wage.fujian"]
title = "t"
continuous = true
[["small_claim.average_wage.fujian".entry]]
from = 2026-01-01
source = "s"
mark = "S"
number = "100001"
"""


def standing(route: Route, **changed: Any) -> Standing:
    return route_case(replace(CALM, **changed), RULES, {}).option(route).standing


def recommended(**changed: Any) -> Route | None:
    return route_case(replace(CALM, **changed), RULES, {}).recommended


@pytest.mark.parametrize("route", [Route.PAYMENT_ORDER, Route.SMALL_CLAIM, Route.SUMMARY])
def test_a_missing_debtor_bars_payment_order_small_claim_and_summary_procedure(route: Route) -> None:
    """CPL 162, 166, 225."""
    assert standing(route) is Standing.ADVISED
    assert standing(route, contact_lost=True) is Standing.BARRED
    assert recommended(contact_lost=True) is Route.ORDINARY


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"overdue_days": 30}, Route.REMINDER),
        ({"willing": True}, Route.RESTRUCTURING),
        ({"disputed": True}, Route.MEDIATION),
        ({}, Route.PAYMENT_ORDER),
        ({"all_due": False}, Route.SMALL_CLAIM),
        ({"all_due": False, "small_ceiling": None}, Route.SUMMARY),
        ({"all_due": False, "small_ceiling": Decimal("100.00")}, Route.SUMMARY),
        ({"contact_lost": True}, Route.ORDINARY),
        ({"amount": None}, None),
        ({"overdue_days": 30, "limitation_days": 40}, Route.PAYMENT_ORDER),
        ({"disputed": True, "mediation_failed": True}, Route.SMALL_CLAIM),
        ({"guaranteed": True}, Route.SMALL_CLAIM),
        ({"demanded": False}, Route.SMALL_CLAIM),
    ],
)
def test_the_first_way_for_which_something_speaks_is_recommended(
    changed: dict[str, Any], expected: Route | None
) -> None:
    assert recommended(**changed) is expected


def test_every_reason_carries_the_source_of_its_rule_and_both_languages() -> None:
    for questions in REASONS.values():
        for question in questions:
            assert RULES.in_force(question.rule, AS_OF).source
            assert question.zh != question.en
    assert set(REASONS) == set(Route)
    assert set(NAMES) == set(Route)


def test_every_way_is_shown_with_its_reasons_whichever_is_recommended() -> None:
    found = route_case(CALM, RULES, {})
    assert {option.route for option in found.options} == set(Route)
    assert all(option.reasons for option in found.options if option.standing is not Standing.OPEN)
    assert found.rules_digest == RULES.digest


def test_fees_are_those_of_the_way() -> None:
    found = route_case(CALM, RULES, {})
    amount = CALM.amount
    assert amount is not None
    assert found.option(Route.REMINDER).fee == 0
    assert found.option(Route.PAYMENT_ORDER).fee == payment_order_fee(amount, RULES, AS_OF)
    assert found.option(Route.ORDINARY).fee == acceptance_fee(amount, RULES, AS_OF)
    assert found.option(Route.SUMMARY).fee == acceptance_fee(amount, RULES, AS_OF) / 2


def test_without_a_stated_probability_nothing_is_expected() -> None:
    recovery = route_case(CALM, RULES, {}).option(Route.SUMMARY).recovery
    assert recovery is not None
    assert (recovery.probability, recovery.net) == (None, None)
    assert " × p − " in recovery.formula


def test_a_stated_probability_gives_the_plain_formula() -> None:
    recovery = route_case(CALM, RULES, {Route.ORDINARY: Decimal("0.40")}).option(Route.ORDINARY).recovery
    assert recovery is not None
    assert recovery.fee == Decimal("125.00")
    assert recovery.net == Decimal("5075.00")
    assert recovery.formula == "13000.00 × 0.40 − 125.00 = 5075.00"


@pytest.mark.parametrize("text", ["1.1", "-0.1", "NaN", "x", "Infinity", ""])
def test_a_probability_is_a_number_from_nought_to_one(text: str) -> None:
    with pytest.raises(ProbabilityError):
        probability_of(text)


def test_the_average_wage_of_the_province_makes_the_ceiling_of_small_claims() -> None:
    rules = read_rules(shipped_files(), {"own.toml": WAGE})
    with_province = replace(PLAINTIFF, province="fujian")
    found = checked(whole(), plaintiff=with_province, rules=rules).routing
    assert found.option(Route.SMALL_CLAIM).standing is Standing.ADVISED
    unknown = checked(whole()).routing.option(Route.SMALL_CLAIM)
    assert unknown.standing is Standing.BARRED
    assert [reason.code for reason in unknown.reasons] == ["ceiling-unknown"]


def test_an_answer_after_the_loss_of_contact_makes_the_debtor_reachable_again() -> None:
    assert checked(whole(LOST)).routing.recommended is Route.ORDINARY
    texts = ("demand.reached", {"channel": "sms"})  # a delivered text is no answer
    assert checked(whole(LOST, texts)).routing.recommended is Route.ORDINARY
    called = ("contact.made", {"channel": "phone", "result": "无法接通"})
    assert checked(whole(LOST, called)).routing.recommended is Route.ORDINARY
    answered = ("contact.made", {"channel": "phone", "result": "已告知欠款"})
    assert checked(whole(LOST, answered)).routing.recommended is not Route.ORDINARY


def test_a_promise_counts_for_restructuring_only_for_a_while() -> None:
    promised = ("promise.made", {"channel": "phone"})
    loan = whole(promised, days={"promise.made": date(2026, 1, 20)})
    assert checked(loan).routing.recommended is Route.RESTRUCTURING
    old = whole(promised, days={"promise.made": date(2025, 6, 1)})
    assert checked(old).routing.recommended is not Route.RESTRUCTURING


def test_the_cap_is_that_of_the_court_for_contracts_of_the_day() -> None:
    """The rule of the court goes into the claim itself, and the claim is cut by it."""
    own = WAGE.replace(b"small_claim.average_wage.fujian", "cap.court.闽0503".encode()).replace(b"100001", b"0.10")
    rules = read_rules(shipped_files(), {"own.toml": own.replace(b"2026-01-01", b"2021-01-01")})
    here = replace(PLAINTIFF, court_code="闽0503")
    found = checked(whole(contract_signed=altered(SIGNED)), plaintiff=here, rules=rules)
    assert (found.cap.series, found.cap.number) == ("cap.court.闽0503", Decimal("0.10"))
    assert checked(whole()).cap.number == Decimal("0.24")
