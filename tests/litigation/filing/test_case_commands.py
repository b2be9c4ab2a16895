"""The commands `case`: what a person sees of a case, and what is recorded when he decides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence_service.adapters.sql_access_log import SqlAccessLog
from evidence_service.errors import StoreError
from litigation.bootstrap import open_rooms
from litigation.case_service import CaseService, Decision, RouteDecisionError
from litigation.core.casefile import FactState
from litigation.core.derivation import DERIVATIONS
from litigation.core.routing import Route
from litigation.sample.portfolio import DEFAULT_AS_OF
from tests.litigation.filing.conftest import Instance
from web.cli import main

DAY = ("--as-of", DEFAULT_AS_OF.isoformat())


def run(instance: Instance, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(instance.home), *arguments])


def answer(instance: Instance, *arguments: str) -> Any:
    result = run(instance, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def first_loan(instance: Instance) -> str:
    loan: str = answer(instance, "case", "list", *DAY, "--min-days", "60")["cases"][0]["loan"]
    return loan


def test_the_list_shows_every_overdue_loan_the_longest_overdue_first(instance: Instance) -> None:
    found = answer(instance, "case", "list", *DAY)["cases"]
    days = [case["overdue_days"] for case in found]
    assert len(days) >= 2
    assert days == sorted(days, reverse=True)
    assert all(case["recommended"] and case["limitation"] and case["claim_total"] for case in found)
    for language, word in (("zh", "逾期天数"), ("en", "limitation")):
        table = run(instance, "case", "list", *DAY, "--lang", language).stdout
        assert word in table
        assert all(case["loan"] in table for case in found)


def test_a_case_shows_every_fact_with_its_event_or_its_rule(instance: Instance) -> None:
    """Proven: event and field, and the event says that value; derived: rule, spec, inputs; unsupported: empty."""
    loan = first_loan(instance)
    case = answer(instance, "case", "assess", loan, *DAY)
    assert case["ready"] is True
    states = {fact["state"] for fact in case["facts"]}
    assert {"proven", "derived"} <= states <= {"proven", "derived", "unsupported"}
    stored = {
        event.event_id: json.loads(event.body or b"{}")
        for event in instance.filings().evidence.store.events_of_loan("sample-cf", loan)
    }
    for fact in case["facts"]:
        if fact["state"] == "proven":
            told = stored[fact["event"]]["payload"][fact["field"].removeprefix("payload.")]
            assert fact["value"] == (
                told
                if isinstance(told, str)
                else json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            )
        elif fact["state"] == "derived":
            assert fact["rule_zh"] != fact["rule_en"]
            assert fact["spec"].startswith("docs/spec/")
        else:
            assert fact["value"] == ""


def test_a_case_in_chinese_and_in_english_has_the_same_sections(instance: Instance) -> None:
    loan = first_loan(instance)
    zh = run(instance, "case", "assess", loan, *DAY, "--lang", "zh", "--facts", "--probability", "ordinary=0.5").stdout
    en = run(instance, "case", "assess", loan, *DAY, "--lang", "en", "--facts", "--probability", "ordinary=0.5").stdout
    for chinese, english in (
        ("可以提交", "ready for filing"),
        ("缺陷清单", "Defects"),
        ("证据完整性", "Completeness"),
        ("管辖连接点", "Jurisdiction"),
        ("诉讼时效", "Limitation"),
        ("处置路径", "Routes"),
        ("预期净回收", "expected net"),
        ("事实表", "Facts"),
    ):
        assert chinese in zh
        assert english in en


def test_a_case_that_is_not_ready_says_where_the_missing_thing_should_have_come_from(instance: Instance) -> None:
    master = instance.home / "institutions" / "sample-cf.toml"
    master.write_text(
        "\n".join(line for line in master.read_text("utf-8").splitlines() if not line.startswith("representative ")),
        "utf-8",
    )
    result = run(instance, "case", "assess", first_loan(instance), *DAY)
    assert result.exit_code == 1
    assert "NOT FOR FILING" in result.stdout
    assert "the legal representative is missing" in result.stdout
    assert "the institution's file under institutions/" in result.stdout


def test_a_decision_is_an_event_and_a_later_one_counts(instance: Instance) -> None:
    loan = first_loan(instance)
    asked = ("case", "decide", loan, "--by", "温如言", "--reason", "可先联系", *DAY)
    first = answer(instance, *asked, "--route", "reminder")
    second = answer(instance, *asked, "--route", "ordinary")
    third = answer(instance, *asked, "--route", "reminder")
    assert len({first["event"], second["event"], third["event"]}) == 3
    events = [
        json.loads(event.body or b"{}")["payload"]
        for event in instance.filings().evidence.store.events_of_loan("sample-cf", loan)
        if event.type == "route.decided"
    ]
    assert [event["route"] for event in events] == ["reminder", "ordinary", "reminder"]
    assert all(event["decided_by"] == "温如言" and event["reasons"] == ["可先联系"] for event in events)
    refused = run(instance, "case", "assess", loan, *DAY, "--json")
    assert refused.exit_code == 1  # a reminder was decided: no complaint for now
    case = json.loads(refused.stdout)
    assert [one["code"] for one in case["defects"] if one["blocking"]] == ["route-not-suit"]
    assert case["decided"] == "reminder"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--reason", " "), "needs a reason"),
        (("--reason", "x", "--accept", "id-number"), "cannot be accepted"),
        (("--reason", "x", "--accept", "minor"), "has no such defect"),
    ],
)
def test_a_decision_without_reason_or_for_what_nobody_may_accept_is_refused(
    instance: Instance, options: tuple[str, ...], why: str
) -> None:
    loan = first_loan(instance)
    result = run(instance, "case", "decide", loan, "--route", "ordinary", "--by", "x", *DAY, *options)
    assert result.exit_code == 1
    assert why in result.stderr


def test_two_decisions_at_the_same_moment_are_not_one(instance: Instance) -> None:
    """The one that lost is told so; nothing that a person decided disappears."""
    litigation, engine = open_rooms(instance.home)
    instance.engines.append(engine)
    service = CaseService(litigation, "cli:test")
    loan = first_loan(instance)
    service.decide(None, loan, DEFAULT_AS_OF, Decision(Route.ORDINARY, "甲", ("x",)))
    service._decisions = lambda view: 0  # type: ignore[method-assign]
    with pytest.raises(RouteDecisionError, match="at the same moment"):
        service.decide(None, loan, DEFAULT_AS_OF, Decision(Route.SUMMARY, "乙", ("y",)))


def test_every_derived_fact_names_its_rule(instance: Instance) -> None:
    litigation, engine = open_rooms(instance.home)
    instance.engines.append(engine)
    for view in CaseService(litigation, "cli:test").overdue(None, DEFAULT_AS_OF, 1):
        assert {fact.key for fact in view.facts if fact.state is FactState.DERIVED} <= set(DERIVATIONS)


def test_who_looked_at_a_case_is_on_record_before_it_is_shown(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan = first_loan(instance)
    run(instance, "case", "assess", loan, *DAY)
    rows = answer(instance, "audit", "access")["accesses"]
    assert (rows[-1]["action"], rows[-1]["object"], rows[-1]["purpose"]) == (
        "case",
        f"sample-cf:{loan}",
        "case assessment",
    )
    assert {row["purpose"] for row in rows} == {"case assessment", "list of overdue loans"}

    def refuse(*_names: object, **_what: object) -> None:
        raise StoreError("the access could not be recorded")

    monkeypatch.setattr(SqlAccessLog, "add_all", refuse)
    refused = run(instance, "case", "assess", loan, *DAY)
    assert (refused.exit_code, refused.stdout) == (1, "")
