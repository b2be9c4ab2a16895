"""Findings on the page: kept, narrowed, paged, opened, decided; a run that fails, two at once, rules that changed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from evidence_service.conformance.rulebook import load_rules
from evidence_service.errors import StoreError
from tests.web.legal.conftest import LENDER, Lender, client_of, post
from web import compliance_findings, compliance_run
from web.compliance_run import refresh
from web.compliance_store import ComplianceBusyError, KeptFinding, Narrowed
from web.ports import Role

LIST = "/compliance/findings"


def first(lender: Lender, **narrowed: str) -> KeptFinding:
    return lender.instance.compliance.store.findings(LENDER, Narrowed(**narrowed), None, None, 1)[0]


def address(one: KeptFinding) -> str:
    return f"{LIST}/{LENDER}/{one.finding}"


def test_the_list_says_as_of_which_entry_and_is_narrowed(reader: Lender, officer: FlaskClient) -> None:
    kept = reader.instance.compliance.store.run(LENDER)
    assert kept is not None
    assert f"As of entry {kept.size:,}" in officer.get(LIST).text
    one = first(reader, verdict="unknown")
    page = officer.get(LIST, query_string={"verdict": "unknown", "loan": one.loan}).text
    found = set(re.findall(rf"{LIST}/{LENDER}/([0-9a-f]{{64}})", page))
    store = reader.instance.compliance.store
    assert found == {
        row.finding for row in store.findings(LENDER, Narrowed(verdict="unknown", loan=one.loan), None, None, 99)
    }
    assert officer.get(LIST, query_string={"verdict": "guilty"}).status_code == 400


def test_pages_of_the_list_hold_every_finding_once_forward_and_back(
    reader: Lender, officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance_findings, "PAGE", 7)
    total = reader.instance.compliance.store.count(LENDER, Narrowed())
    seen: list[str] = []
    place, back = LIST, ""
    while place:
        page = officer.get(place).text
        seen += re.findall(rf'rowheader"[^>]*><a href="{LIST}/{LENDER}/([0-9a-f]{{64}})', page)
        later = re.search(r'href="([^"]+)" rel="next"', page)
        earlier = re.search(r'href="([^"]+)" rel="prev"', page)
        back = earlier.group(1).replace("&amp;", "&") if earlier else back
        place = later.group(1).replace("&amp;", "&") if later else ""
    assert (len(seen), len(set(seen))) == (total, total)
    before = re.findall(rf'rowheader"[^>]*><a href="{LIST}/{LENDER}/([0-9a-f]{{64}})', officer.get(back).text)
    assert before == seen[(total - 1) // 7 * 7 - 7 : (total - 1) // 7 * 7]


def test_a_finding_shows_who_and_the_proof_and_looking_is_on_record(reader: Lender, officer: FlaskClient) -> None:
    one = first(reader, verdict="breach", rule="approver-did-not-investigate")
    page = officer.get(address(one)).text
    event = reader.instance.compliance.evidence.store.event_at(LENDER, one.entry)
    assert event.event_id in page
    assert f"/entries/{LENDER}/{one.entry}/proof" in page
    assert "answers for it" in page
    seen = reader.instance.identity._accesses.newest(4)
    assert [(row.who, row.object) for row in seen if row.action == "conformance"] == [
        ("account:compliance", f"loan {one.loan}: rule {one.rule}")
    ]


def test_what_nobody_did_is_unknown_and_says_so(reader: Lender, officer: FlaskClient) -> None:
    one = first(reader, verdict="unknown", rule="approver-did-not-investigate")
    assert "nobody known" in officer.get(address(one)).text


def test_a_finding_is_assigned_closed_and_opened_again_each_as_an_event(lender: Lender) -> None:
    client, one = client_of(lender, "compliance"), first(lender)
    place, evidence = address(one), lender.instance.compliance.evidence
    size = evidence.log(LENDER).size
    told = post(client, f"{place}/decision", place, act="assign", to="王审计", due="2026-12-01")
    assert told.endswith("told=assign")
    assert evidence.log(LENDER).size == size + 1
    page = client.get(told).text
    assert "王审计" in page
    assert "by 2026-12-01" in page
    assert post(client, f"{place}/decision", place, act="assign", to="王审计", due="2026-12-01").endswith("told=same")
    assert post(client, f"{place}/decision", place, act="close", reason="").endswith("told=reason")
    assert post(client, f"{place}/decision", place, act="close", reason="two people now").endswith("told=close")
    assert post(client, f"{place}/decision", f"{place}", act="dismiss", reason="no").endswith("told=state")
    assert evidence.log(LENDER).size == size + 2
    assert first(lender, state="closed").finding == one.finding
    event = evidence.store.event_at(LENDER, size + 1)
    assert (event.type, event.loan) == ("finding.closed", one.loan)
    refresh(evidence, lender.instance.compliance.store, LENDER, "operator:test")
    assert first(lender, state="closed").finding == one.finding


def test_bad_forms_are_told_and_log_nothing(lender: Lender) -> None:
    client, one = client_of(lender, "compliance"), first(lender)
    place, evidence = address(one), lender.instance.compliance.evidence
    size = evidence.log(LENDER).size
    assert post(client, f"{place}/decision", place, act="assign", to=" ").endswith("told=to")
    assert post(client, f"{place}/decision", place, act="assign", to="x", due="soon").endswith("told=due")
    assert client.post(f"{place}/decision", data={"act": "close", "reason": "x"}).status_code == 400  # no token
    assert evidence.log(LENDER).size == size


def test_who_only_supervises_decides_nothing(lender: Lender) -> None:
    client, one = client_of(lender, "regulator"), first(lender)
    page = client.get(address(one)).text
    assert "Whose duty" in page
    assert 'name="act"' not in page
    assert client.post(f"{address(one)}/decision", data={"act": "close", "reason": "x"}).status_code == 403
    assert client.get("/compliance/reports").status_code == 403


def test_a_run_on_the_page_takes_in_what_came_since(lender: Lender) -> None:
    client, one = client_of(lender, "compliance"), first(lender)
    post(client, f"{address(one)}/decision", address(one), act="dismiss", reason="leave cover")
    before = lender.instance.compliance.store.run(LENDER)
    post(client, "/compliance/refresh", LIST, institution=LENDER)
    after = lender.instance.compliance.store.run(LENDER)
    assert before is not None
    assert after is not None
    assert (after.size, after.ran_by) == (before.size + 1, "account:compliance")
    assert first(lender, state="dismissed").finding == one.finding


def test_a_run_that_fails_leaves_the_last_and_is_told(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    store, evidence = lender.instance.compliance.store, lender.instance.compliance.evidence
    before = store.run(LENDER)

    def broken(*_values: object) -> None:
        raise StoreError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(compliance_run, "newest", broken)
        with pytest.raises(StoreError):
            refresh(evidence, store, LENDER, "operator:test")
    assert store.run(LENDER) == before
    assert "did not finish" in client_of(lender, "compliance").get(LIST).text
    refresh(evidence, store, LENDER, "operator:test")
    assert "did not finish" not in client_of(lender, "compliance").get(LIST).text


def test_one_run_at_a_time_and_one_that_was_cut_off_is_not_waited_for_for_ever(lender: Lender) -> None:
    store, evidence = lender.instance.compliance.store, lender.instance.compliance.evidence
    now = evidence.now()
    store.begin(LENDER, "operator:other", now - timedelta(hours=1))
    with pytest.raises(ComplianceBusyError):
        refresh(evidence, store, LENDER, "operator:test")
    assert "rules are running" in client_of(lender, "compliance").get(LIST).text
    store.end(LENDER, now)
    store.begin(LENDER, "operator:other", now - timedelta(hours=7))
    assert refresh(evidence, store, LENDER, "operator:test").size == evidence.log(LENDER).size


def test_rules_that_changed_since_the_run_are_not_decided_upon(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    client, one = client_of(lender, "compliance"), first(lender)
    place = address(one)
    shipped = load_rules("lending")
    others = tuple(rule for rule in shipped.rules if rule.id != one.rule)
    changed = type(shipped)(shipped.name, shipped.version, shipped.title, shipped.zone, others, shipped.digest)
    client.get(place)
    monkeypatch.setattr(compliance_findings, "load_rules", lambda _name: changed)
    answer = client.get(place)
    assert answer.status_code == 409
    assert "compliance-rules-changed" in answer.text


def test_before_the_first_run_the_page_says_so_and_offers_one(lender: Lender) -> None:
    lender.instance.identity.accounts.change("compliance", Role.COMPLIANCE, {"second-cf"})
    page = client_of(lender, "compliance").get(LIST).text
    assert "The rules have not run over this log yet." in page
    assert "Run the rules" in page
