"""The operator's pages of accounts: add, change, help; nobody his own, nobody of another institution, no lead alone."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evidence_service.clock import now as clock_now
from tests.web.conftest import PASSWORD, sign_in, token
from tests.web.instance import CHEAP, MemoryInstance
from tests.web.test_second_factor import enrol
from web.accounts import authenticate
from web.approvals import ApprovalState
from web.ports import Role


@pytest.fixture
def operator(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "operator")
    return client


def act(client: FlaskClient, name: str, what: str) -> TestResponse:
    form = {"csrf_token": token(client, "/accounts/new"), "act": what}
    return client.post(f"/accounts/of/{name}/act", data=form)


def change(client: FlaskClient, name: str, role: str, *at: str, reason: str = "") -> TestResponse:
    form = {"csrf_token": token(client, "/accounts/new"), "role": role, "at": list(at), "reason": reason}
    return client.post(f"/accounts/of/{name}/change", data=form)


def add(client: FlaskClient, name: str, role: str, *at: str) -> TestResponse:
    form = {"csrf_token": token(client, "/accounts/new"), "name": name, "role": role, "at": list(at)}
    return client.post("/accounts/new", data=form)


def test_an_account_is_made_and_its_password_shown_once(full: MemoryInstance, operator: FlaskClient) -> None:
    page = add(operator, "李律师", "legal", "sample-cf")
    assert page.status_code == 200
    found = re.search(r"<code>([A-Za-z0-9_-]{24})</code>", page.text)
    assert found is not None
    account = authenticate(full.accounts, "李律师", found[1], clock_now(), CHEAP)
    assert account is not None
    assert (account.role, account.institutions, account.must_change) == (Role.LEGAL, frozenset({"sample-cf"}), True)
    assert found[1] not in operator.get("/accounts/of/李律师").text
    assert "李律师" in operator.get("/accounts").text


@pytest.mark.parametrize(
    ("name", "role", "at", "status"),
    [
        ("a/b", "legal", "sample-cf", 400),
        ("x", "judge", "sample-cf", 400),
        ("x", "lead", "sample-cf", 409),
        ("legal", "legal", "sample-cf", 409),
        ("x", "legal", "third-cf", 404),
    ],
)
def test_what_cannot_be_made_is_refused(operator: FlaskClient, name: str, role: str, at: str, status: int) -> None:
    assert add(operator, name, role, at).status_code == status


def test_role_and_institutions_change_and_count_at_once(app: Flask, operator: FlaskClient) -> None:
    legal = app.test_client()
    sign_in(legal, "legal")
    assert change(operator, "legal", "compliance", "sample-cf").status_code == 302
    assert legal.get("/account").status_code == 302  # the session is over
    sign_in(legal, "legal")
    assert legal.get("/packages/120/download").status_code == 403
    assert legal.get("/events?institution=second-cf").status_code == 404


def test_nobody_changes_himself(operator: FlaskClient) -> None:
    assert change(operator, "operator", "lead", "sample-cf").status_code == 403
    assert act(operator, "operator", "disable").status_code == 403


def test_accounts_of_other_institutions_are_not_there(
    full: MemoryInstance, operator: FlaskClient, password_hash: str
) -> None:
    full.accounts.add("elsewhere", password_hash, Role.LEGAL, frozenset({"sample-cf", "third-cf"}))
    assert "elsewhere" not in operator.get("/accounts").text
    assert operator.get("/accounts/of/elsewhere").status_code == 404
    assert act(operator, "elsewhere", "disable").status_code == 404
    assert change(operator, "elsewhere", "legal", "sample-cf").status_code == 404


def test_closing_opening_and_signing_out(app: Flask, full: MemoryInstance, operator: FlaskClient) -> None:
    legal = app.test_client()
    sign_in(legal, "legal")
    assert act(operator, "legal", "disable").location.endswith("done=disable")
    assert legal.get("/account").status_code == 302
    assert sign_in(legal, "legal").status_code == 403
    assert act(operator, "legal", "disable").status_code == 400  # closed already
    act(operator, "legal", "enable")
    assert sign_in(legal, "legal").status_code == 302
    act(operator, "legal", "end_sessions")
    assert legal.get("/account").status_code == 302


def test_a_paused_account_and_a_lost_phone_are_helped(full: MemoryInstance, operator: FlaskClient) -> None:
    enrol(full, "legal")
    for _ in range(5):
        authenticate(full.accounts, "legal", "wrong", clock_now(), CHEAP)
    assert "unlock" in operator.get("/accounts/of/legal").text
    act(operator, "legal", "unlock")
    assert authenticate(full.accounts, "legal", PASSWORD, clock_now(), CHEAP) is not None
    act(operator, "legal", "reset_factor")
    assert not full.identity.factors.has("legal")
    page = act(operator, "legal", "reset_password")
    assert page.status_code == 200
    account = full.accounts.find("legal")
    assert account is not None
    assert account.must_change


def test_a_paused_address_is_unlocked(full: MemoryInstance, operator: FlaskClient) -> None:
    for _ in range(20):
        full.identity.pauses.record_failure("203.0.113.7", clock_now())
    assert "203.0.113.7" in operator.get("/accounts").text
    form = {"csrf_token": token(operator, "/accounts/new"), "address": "203.0.113.7"}
    operator.post("/accounts/unlock-address", data=form)
    assert "203.0.113.7" not in operator.get("/accounts").text


def test_nobody_becomes_a_lead_without_another_leads_word(
    app: Flask, full: MemoryInstance, operator: FlaskClient
) -> None:
    assert change(operator, "legal", "lead", "sample-cf", reason="stands in").location.endswith("done=asked")
    account = full.accounts.find("legal")
    assert account is not None
    assert account.role is Role.LEGAL
    (asked,) = full.identity.approvals.newest({"sample-cf", "second-cf"})
    lead = app.test_client()
    sign_in(lead, "lead")
    place = f"/approvals/{asked.request.id}"
    form = {"digest": asked.request.digest, "decision": "approve"}
    assert operator.post(f"{place}/decide", data={**form, "csrf_token": token(operator, place)}).status_code == 403
    assert lead.post(f"{place}/decide", data={**form, "csrf_token": token(lead, place)}).status_code == 303
    account = full.accounts.find("legal")
    assert account is not None
    assert account.role is Role.LEAD
    assert full.identity.approvals.find(asked.request.id).state(clock_now()) is ApprovalState.DONE


def test_a_leads_second_factor_waits_for_another_lead_and_his_password_for_the_machine(
    full: MemoryInstance, operator: FlaskClient, password_hash: str
) -> None:
    full.accounts.add("lead two", password_hash, Role.LEAD, frozenset({"sample-cf"}))
    enrol(full, "lead")
    assert act(operator, "lead", "reset_factor").location.endswith("done=asked")
    assert full.identity.factors.has("lead")
    assert act(operator, "lead", "reset_password").status_code == 400


def test_the_first_lead_is_made_without_one(full: MemoryInstance, operator: FlaskClient) -> None:
    full.accounts.change("lead", Role.LEGAL, frozenset({"sample-cf"}))
    assert change(operator, "legal", "lead", "sample-cf").location.endswith("done=change")


def test_an_operator_who_disables_or_demotes_the_only_lead_still_makes_none_alone(
    full: MemoryInstance, operator: FlaskClient
) -> None:
    assert change(operator, "lead", "clerk", "sample-cf").location.endswith("done=asked")
    assert act(operator, "lead", "disable").location.endswith("done=disable")
    assert change(operator, "legal", "lead", "sample-cf").location.endswith("done=asked")
    found = {name: full.accounts.find(name) for name in ("legal", "lead")}
    assert {name: one.role for name, one in found.items() if one} == {"legal": Role.LEGAL, "lead": Role.LEAD}


def test_a_lead_makes_nobody_a_lead_where_he_is_none(
    app: Flask, full: MemoryInstance, operator: FlaskClient, password_hash: str
) -> None:
    full.accounts.add("lead of one", password_hash, Role.LEAD, frozenset({"sample-cf"}))
    full.accounts.change("legal", Role.LEGAL, frozenset({"sample-cf"}))
    assert change(operator, "legal", "lead", "sample-cf", "second-cf").location.endswith("done=asked")
    (asked,) = full.identity.approvals.newest({"sample-cf"})
    lead, place = app.test_client(), f"/approvals/{asked.request.id}"
    sign_in(lead, "lead of one")
    form = {"digest": asked.request.digest, "decision": "approve", "csrf_token": token(lead, "/account")}
    assert lead.post(f"{place}/decide", data=form).status_code == 403
    account = full.accounts.find("legal")
    assert account is not None
    assert account.role is Role.LEGAL
