"""The pre-filing checks: a whole file has no defect, and each thing that is wrong is one defect that says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from litigation.core.casefile import Fact
from litigation.core.defect import blocking
from litigation.core.fact_table import facts_of
from litigation.core.history import LoanHistory
from litigation.core.terms import CapMethod
from litigation.matrix_file import load_matrix
from litigation.workflow.assess import assess
from litigation.workflow.preflight import Case, preflight
from tests.litigation.readiness.loans import (
    APPLIED,
    AS_OF,
    CLAUSES,
    COURT,
    DISBURSED,
    ELSEWHERE,
    LOST,
    NOTIFIED,
    PLAINTIFF,
    RULES,
    SCHEDULE,
    SIGNED,
    altered,
    at_court,
    checked,
    codes,
    named,
    whole,
)

ACCELERATED = (
    "acceleration.reached",
    {"reached_at": "2025-09-10T02:00:00Z", "channel": "sms", "effective_on": "2025-09-15"},
)
BY_ARBITRATION = {"jurisdiction": "提交某仲裁委员会仲裁"}
OTHER_ID = "990101199003071231"


def test_a_loan_in_which_nothing_is_missing_has_no_defect() -> None:
    found = checked(whole())
    assert found.defects == ()
    assert found.ready


BLOCKING: list[tuple[str, LoanHistory]] = [
    ("fact-missing", whole(application_submitted=altered(APPLIED, phone=None))),
    ("fact-missing", whole(contract_signed=altered(SIGNED, contract_no=None))),
    ("id-number", whole(application_submitted=altered(APPLIED, id_no=OTHER_ID))),
    ("id-number", whole(application_submitted=altered(APPLIED, id_no="99010119901332123X"))),
    ("id-birth-date", whole(application_submitted=altered(APPLIED, birth_date="1990-03-08"))),
    ("id-differs", whole(identity_verified=("identity.verified", {"result": "passed", "id_no": OTHER_ID}))),
    ("name-differs", whole(identity_verified=("identity.verified", {"result": "passed", "name": "王韦"}))),
    ("name-differs", whole(contract_signed=altered(SIGNED, borrower="王韦"))),
    ("minor", whole(contract_signed=altered(SIGNED, term_start="2008-03-06"))),
    ("lender-differs", whole(contract_signed=altered(SIGNED, lender="另一公司"))),
    ("claim-not-computed", whole(("recovery.received", {"amount": "1.00", "currency": "CNY"}))),
    ("schedule-differs", whole(schedule_set=altered(SCHEDULE, instalments=11))),
    ("schedule-differs", whole(schedule_set=altered(SCHEDULE, first_due="2025-02-15"))),
    ("schedule-differs", whole(schedule_set=altered(SCHEDULE, last_due="2026-01-15"))),
    ("schedule-differs", whole(schedule_set=altered(SCHEDULE, instalment_amount="1200.00"))),
    ("acceleration-no-clause", whole(
        ("acceleration.noticed", {"clause": "六", "effective_on": "2025-09-15"}),
        ACCELERATED,
        contract_signed=altered(SIGNED, clauses={"rate": "三"}),
    )),
    ("arbitration-agreed", whole(contract_signed=altered(SIGNED, clause_texts=BY_ARBITRATION))),
    ("jurisdiction-other-court", whole(
        contract_signed=altered(SIGNED, clause_texts={"jurisdiction": "由被告住所地人民法院管辖"})
    )),
    *[("right-to-sue", whole((kind, {}))) for kind in (
        "loan.closed", "borrower.deceased", "borrower.insolvent", "settlement.agreed", "mediation.agreed",
        "claim.assigned",
    )],
    ("suit-decided", whole(("judgment.entered", {"case_number": "x", "kind": "民事判决书"}))),
    ("duplicate-suit", whole(("filing.submitted", {"court": COURT}))),
    ("route-not-suit", whole(("route.decided", {"route": "reminder", "recommended": "summary"}))),
    ("route-barred", whole(LOST, ("route.decided", {"route": "summary", "recommended": "ordinary"}))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "loan"), BLOCKING, ids=[f"{n}-{code}" for n, (code, _) in enumerate(BLOCKING)])
def test_each_thing_that_is_wrong_is_one_blocking_defect_with_source_and_ground(code: str, loan: LoanHistory) -> None:
    found = checked(loan)
    defect = named(found, code)
    assert defect.blocking
    assert not found.ready
    assert all((defect.text_zh, defect.text_en, defect.where_from_zh, defect.where_from_en, defect.basis))


WARNING: list[tuple[str, LoanHistory]] = [
    ("id-gender", whole(application_submitted=altered(APPLIED, gender="女"))),
    ("name-differs", whole(loan_disbursed=altered(DISBURSED, payee="王韦"))),
    ("clause-not-notified", whole(clause_notified=altered(NOTIFIED, clauses=["利率与罚息", "管辖"]))),
    ("clause-notice-bare", whole(clause_notified=altered(NOTIFIED, method="弹窗、勾选", dwell_seconds=None))),
    ("clause-notified-late", whole(days={"clause.notified": date(2025, 1, 20)})),
    ("jurisdiction-clause-not-notified", whole(clause_notified=altered(NOTIFIED, clauses=["利率", "罚息", "送达"]))),
    ("service-address-missing", whole(contract_signed=altered(SIGNED, service_address=None))),
    ("e-service-not-agreed", whole(contract_signed=altered(SIGNED, e_service=False))),
    ("demand-not-reached", whole(without="demand.reached")),
    ("acceleration-not-reached", whole(("acceleration.noticed", {"clause": "六", "effective_on": "2025-09-15"}))),
    ("contact-lost", whole(LOST)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "loan"), WARNING, ids=[f"{n}-{code}" for n, (code, _) in enumerate(WARNING)])
def test_what_a_lawyer_should_see_warns_and_does_not_block(code: str, loan: LoanHistory) -> None:
    found = checked(loan)
    defect = named(found, code)
    assert not defect.blocking
    assert found.ready
    assert all((defect.text_zh, defect.text_en, defect.where_from_zh, defect.where_from_en, defect.basis))


def test_all_defects_of_a_case_stand_in_one_list_with_the_blocking_ones_first() -> None:
    loan = whole(LOST, application_submitted=altered(APPLIED, phone=None, id_no=OTHER_ID), without="demand.reached")
    found = checked(loan)
    assert {"fact-missing", "id-number", "contact-lost", "demand-not-reached"} <= codes(found)
    order = [defect.blocking for defect in found.defects]
    assert order == sorted(order, reverse=True)


def test_no_defect_holds_a_value_of_a_person() -> None:
    """Defects go into errors and lists: they name facts, never what the facts say."""
    loan = whole(
        application_submitted=altered(APPLIED, id_no=OTHER_ID, birth_date="1990-03-08"),
        contract_signed=altered(SIGNED, borrower="王韦"),
    )
    text = repr(checked(loan).defects)
    for value in (OTHER_ID, "1990-03-08", "王韦", "王伟", "12000000001", ELSEWHERE):
        assert value not in text


def test_another_paper_than_an_identity_card_is_not_checked_by_its_rules() -> None:
    passport = altered(APPLIED, id_type="护照", id_no="E12345678")
    assert checked(whole(application_submitted=passport, without="identity.verified")).ready


@pytest.mark.parametrize(
    ("court", "code", "blocks"),
    [
        ("示例省岚山市清源县人民法院", "jurisdiction-other-court", True),
        ("别处省别处市人民法院", "jurisdiction-no-connection", True),
        ("北京互联网法院", "jurisdiction-not-checked", False),
        ("样例省云汀市中级人民法院", "", False),
    ],
)
def test_the_court_must_be_connected_and_be_the_one_that_the_clause_points_at(
    court: str, code: str, blocks: bool
) -> None:
    found = checked(whole(), plaintiff=at_court(court))
    assert codes(found) == ({code} if code else set())
    assert all(defect.blocking is blocks for defect in found.defects)


def test_a_signing_place_where_neither_party_is_does_not_connect_a_court() -> None:
    """(2023)最高法民辖36号."""
    signed = altered(SIGNED, sign_place="别处省别处市", clause_texts={"jurisdiction": "由合同签订地人民法院管辖"})
    found = checked(whole(contract_signed=signed), plaintiff=at_court("别处省别处市人民法院"))
    assert named(found, "jurisdiction-signing-only").blocking


def test_without_a_clause_a_court_at_the_place_of_performance_needs_no_agreement() -> None:
    signed = altered(SIGNED, clause_texts={}, clauses={"rate": "三"})
    assert checked(whole(contract_signed=signed)).ready


def test_a_province_left_out_of_the_court_or_of_the_address_is_the_same_place() -> None:
    plaintiff = replace(PLAINTIFF, organisation=replace(PLAINTIFF.organisation, address="云汀市示范区1号"))
    assert "plaintiff_domicile" in checked(whole(), plaintiff=plaintiff).jurisdiction.connected
    assert checked(whole(), plaintiff=at_court("云汀市示范区人民法院")).ready


@pytest.mark.parametrize("field", ["name", "credit_code", "address", "representative"])
def test_what_the_institution_does_not_say_of_itself_is_a_defect(field: str) -> None:
    lacking: dict[str, Any] = {field: ""}
    found = checked(whole(), plaintiff=replace(PLAINTIFF, organisation=replace(PLAINTIFF.organisation, **lacking)))
    assert named(found, "plaintiff-incomplete").subject == f"plaintiff.{field}"


def test_a_credit_code_with_a_wrong_check_character_is_a_defect() -> None:
    plaintiff = replace(PLAINTIFF, organisation=replace(PLAINTIFF.organisation, credit_code="91999901DEM000014G"))
    assert named(checked(whole(), plaintiff=plaintiff), "credit-code").blocking


def test_totals_that_do_not_tie_block_and_name_both_sides() -> None:
    """One cent too much in the ledger, a payment that is not in it, a fact that says another sum: each is found."""
    loan = whole()
    good = assess(loan, AS_OF, RULES)
    assert good.claim is not None
    facts = checked_facts(loan)
    late = 300
    for wrong in (
        replace(good, claim=replace(good.claim, penalty=good.claim.penalty + Decimal("0.01"))),
        replace(good, payments=()),
        replace(good, claim=replace(good.claim, total=good.claim.total + 1)),
    ):
        case = Case(loan, facts, wrong, PLAINTIFF, AS_OF, RULES, late)
        found = [defect for defect in preflight(case, load_matrix()).defects if defect.code == "totals-differ"]
        assert found
        assert all(defect.blocking for defect in found)


def test_a_claim_above_the_cap_that_was_not_cut_blocks() -> None:
    loan = whole(contract_signed=altered(SIGNED, annual_rate="0.24", penalty_rate="0.36"), without="schedule.set")
    good = assess(loan, AS_OF, RULES)
    assert good.claim is not None
    uncut = replace(good, claim=replace(good.claim, applied_cap=CapMethod.NONE))
    found = preflight(Case(loan, checked_facts(loan), uncut, PLAINTIFF, AS_OF, RULES, 300), load_matrix())
    assert "cap-not-applied" in codes(found)


def test_a_person_may_accept_what_the_law_leaves_to_judgment_and_nothing_else() -> None:
    """The defect stays in the list, names the decision, and blocks no more; a wrong identity number still does."""
    decided = ("route.decided", {"route": "summary", "recommended": "summary", "accepted": ["minor", "id-birth-date"]})
    minor = whole(decided, contract_signed=altered(SIGNED, term_start="2008-03-06"))
    found = checked(minor)
    assert found.ready
    assert "已由人工决定接受" in named(found, "minor").text_zh
    wrong = whole(decided, application_submitted=altered(APPLIED, birth_date="1990-03-08"))
    assert [defect.code for defect in blocking(checked(wrong).defects)] == ["id-birth-date"]


def test_a_clause_text_topic_that_the_contract_does_not_have_needs_no_notice() -> None:
    few = {topic: number for topic, number in CLAUSES.items() if topic in ("rate", "jurisdiction")}
    told = altered(NOTIFIED, clauses=["利率", "管辖"])
    assert checked(whole(contract_signed=altered(SIGNED, clauses=few), clause_notified=told)).defects == ()


def test_an_application_for_enforcement_is_no_second_suit() -> None:
    loan = whole(("filing.submitted", {"court": COURT}), ("judgment.entered", {"case_number": "x", "kind": "判决"}))
    assert "suit-decided" not in codes(checked(loan, suing=False))
    assert "suit-decided" in codes(checked(loan))


def checked_facts(loan: LoanHistory) -> tuple[Fact, ...]:
    return facts_of(loan, assess(loan, AS_OF, RULES).claim, ())


@pytest.mark.parametrize("kind", ["loan.checked", "credit.reported", "consent.granted"])
def test_what_was_erased_keeps_the_case_a_draft_though_its_lack_would_only_warn(kind: str) -> None:
    loan = whole()
    events = tuple(replace(one, payload={}, erased=True) if one.type == kind else one for one in loan.events)
    found = checked(LoanHistory(loan.institution, loan.loan, events))
    assert named(found, "evidence-erased").blocking
    assert not found.ready


@pytest.mark.parametrize("route", ["payment_order", "mediation"])
def test_papers_for_a_way_that_is_barred_are_not_ready_though_nobody_decided(route: str) -> None:
    assert checked(whole(), route=route).ready
    barred = named(checked(whole(LOST), route=route), "route-barred")
    assert barred.blocking
    assert "债务人失联" in barred.text_zh
    assert barred.basis
    assert checked(whole(LOST), route="litigation").ready
    decided = ("route.decided", {"route": route, "recommended": "ordinary"})
    assert named(checked(whole(LOST, decided), route=route), "route-barred").subject == "route"


def test_a_guarantee_whose_period_is_over_or_ends_soon_is_told_and_blocks_nothing() -> None:
    guaranteed = whole(("guarantee.signed", {"mode": "joint_several"}))  # last instalment on 2026-01-10
    assert "guarantee-period" not in codes(checked(guaranteed, as_of=date(2026, 4, 10)))
    for day in (date(2026, 4, 11), date(2026, 9, 1)):
        told = named(checked(guaranteed, as_of=day), "guarantee-period")
        assert not told.blocking
        assert "2026-01-10" in told.text_en
        assert "2026-07-10" in told.text_en
    assert "guarantee-period" not in codes(checked(whole(), as_of=date(2026, 9, 1)))
