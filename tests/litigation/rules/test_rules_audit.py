"""Everything that the rules must hold is there: dated, with source and mark, without gap, and in use by somebody."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest

from litigation.core.deadlines import PERIODS
from litigation.core.rules import Mark
from litigation.rulebook import load_rules
from tests.architecture.markdown import ROOT, page

RULES = load_rules()
TODAY = date(2026, 11, 1)
ASKED = {
    "acceptance, preservation, execution and payment-order fees": (
        "fee.acceptance", "fee.acceptance_reduced_share", "fee.preservation", "fee.execution",
        "fee.payment_order_divisor", "fee.payment_days",
    ),
    "rate caps per court and contract date": ("cap.financial", "cap.lpr_multiple", "cap.costs_outside"),
    "day count, double interest": ("day_count.default", "double_interest.daily", "penalty.max_uplift"),
    "limitation and its interruptions": ("limitation.years", "limitation.interruptions"),
    "procedure thresholds and time limits": (
        "small_claim.wage_share", "small_claim.wage_share_by_agreement", "procedure.small_claim_months",
        "procedure.summary_months", "procedure.ordinary_months", "procedure.public_notice_days",
        "procedure.filing_decision_days", "procedure.copy_to_defendant_days", "procedure.answer_days",
        "procedure.appeal_days", "procedure.appeal_ruling_days", "evidence.ordinary_min_days",
        "evidence.summary_max_days", "evidence.small_claim_max_days", "payment_order.accept_days",
        "payment_order.issue_days", "payment_order.objection_days", "preservation.sue_days",
        "preservation.decision_hours", "mediation.online_days", "mediation.confirmation_days", "enforcement.years",
        "guarantee.default_months",
    ),
    "holiday calendar": ("calendar.holidays", "calendar.worked_weekends"),
    "jurisdiction": (
        "jurisdiction.connections", "jurisdiction.performance_place", "jurisdiction.signing_place_alone",
        "jurisdiction.defendant_place", "jurisdiction.habitual_residence_years", "jurisdiction.contract_place",
        "jurisdiction.clause_words", "jurisdiction.format_clause", "jurisdiction.changed_domicile",
        "jurisdiction.arbitration", "suit.repeated", "suit.ended_without_decision",
    ),
    "causes of action with version": (
        "cause.financial_loan", "cause.micro_loan", "cause.guarantee", "cause.credit_card",
    ),
    "case-number codes": ("case_number.types_known", "case_number.types", "case_number.courts"),
    "routing": (
        "route.order", "route.mediation", "route.payment_order", "route.small_claim", "route.summary", "route.ordinary",
        "filing.reread", "notice.key_clauses", "contact.answered_results",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("what", "names"), list(ASKED.items()), ids=list(ASKED))
def test_what_was_asked_for_is_recorded_and_in_force(what: str, names: tuple[str, ...]) -> None:
    for name in names:
        assert RULES.at(name, TODAY).source, what


def test_every_value_has_day_source_and_mark_and_none_overlaps_another() -> None:
    for name, entries in RULES.series.items():
        for entry in entries:
            assert entry.source.strip(), name
            assert entry.mark in Mark, name
            given = (entry.number is not None, entry.text is not None, bool(entry.words), bool(entry.bands))
            assert sum(given) == 1, name
        for entry, following in pairwise(entries):
            assert entry.until == following.starts, name


def test_the_history_of_the_lpr_has_no_gap_and_ends_where_it_was_checked() -> None:
    entries = RULES.series["lpr.one_year"]
    assert entries[0].starts == date(2019, 8, 20)
    assert entries[-1].until == date(2025, 12, 23)
    assert [entry.number for entry in entries] == sorted((entry.number for entry in entries), reverse=True)


def test_what_nobody_read_in_the_original_says_so_in_its_source() -> None:
    """A V needs nothing; an S or an O shows where it comes from, so that nobody takes it for the text of a law."""
    for name, entries in RULES.series.items():
        for entry in entries:
            if entry.mark is Mark.UNVERIFIED:
                words = r"未核对|凭所知|惯例|机构做法|归纳|约定|无明文|推出|法发〔2017〕22号"
                assert re.search(words, entry.source) or entry.note, name


def test_every_period_of_procedure_rests_on_a_rule_in_force() -> None:
    for period in PERIODS.values():
        assert RULES.at(period.rule, TODAY).number is not None


def test_the_page_of_rules_names_every_file() -> None:
    text = page("docs/spec/rules.md")
    for file in sorted((ROOT / "litigation" / "rules").glob("*.toml")):
        assert f"| `{file.name}` |" in text
