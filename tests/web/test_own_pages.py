"""One's own account: password, sessions on the server, second factor; and what a session may not do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evidence_service.clock import now as clock_now
from tests.web.conftest import PASSWORD, sign_in, token
from tests.web.instance import CHEAP, MemoryInstance
from tests.web.test_second_factor import code_for, enrol, post
from web.accounts import hash_password
from web.ports import Role

NEW = "another long password"


@pytest.fixture
def other(app: Flask) -> FlaskClient:
    """The same person on another device."""
    client = app.test_client()
    sign_in(client, "legal")
    return client


def change(client: FlaskClient, **form: str) -> tuple[int, str]:
    status, location, _ = post(client, "/account/password", **form)
    return status, location


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(legal: FlaskClient, other: FlaskClient) -> None:
    assert change(legal, password=PASSWORD, new=NEW, repeat=NEW) == (302, "/account?done=password")
    assert legal.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert sign_in(other, "legal").status_code == 403
    assert sign_in(other, "legal", NEW).status_code == 302


@pytest.mark.parametrize(
    ("password", "new", "repeat"),
    [("wrong", NEW, NEW), (PASSWORD, NEW, NEW + "x"), (PASSWORD, "short", "short"), (PASSWORD, PASSWORD, PASSWORD)],
)
def test_a_password_that_cannot_be_changed_stays(
    legal: FlaskClient, other: FlaskClient, password: str, new: str, repeat: str
) -> None:
    assert change(legal, password=password, new=new, repeat=repeat)[0] == 400
    assert other.get("/account").status_code == 200


def test_the_old_token_of_this_session_does_not_live_on_after_a_new_password(legal: FlaskClient) -> None:
    before = legal.get_cookie("proofdocket_session")
    assert before is not None
    change(legal, password=PASSWORD, new=NEW, repeat=NEW)
    legal.set_cookie("proofdocket_session", before.value)
    assert legal.get("/account").status_code == 302


def test_sessions_are_listed_and_one_is_ended_from_another(legal: FlaskClient, other: FlaskClient) -> None:
    page = legal.get("/account").text
    assert page.count('name="session" value="') == 1
    digest = page.split('name="session" value="')[1].split('"')[0]
    legal.post("/account/sessions/end", data={"csrf_token": token(legal, "/account"), "session": digest})
    assert other.get("/account").status_code == 302
    assert legal.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(app: Flask, legal: FlaskClient, full: MemoryInstance) -> None:
    clerk = app.test_client()
    sign_in(clerk, "clerk")
    digest = full.identity.sessions.of("legal")[0].digest
    clerk.post("/account/sessions/end", data={"csrf_token": token(clerk, "/account"), "session": digest})
    assert legal.get("/account").status_code == 200


def test_signing_out_everywhere_ends_this_session_too(legal: FlaskClient, other: FlaskClient) -> None:
    answer = legal.post("/account/sessions/end", data={"csrf_token": token(legal, "/account")})
    assert answer.location == "/sign-in"
    assert [client.get("/account").status_code for client in (legal, other)] == [302, 302]


def test_a_signed_out_cookie_is_worth_nothing(legal: FlaskClient) -> None:
    cookie = legal.get_cookie("proofdocket_session")
    assert cookie is not None
    legal.post("/sign-out", data={"csrf_token": token(legal, "/account")})
    legal.set_cookie("proofdocket_session", cookie.value)
    assert legal.get("/account").status_code == 302


def test_a_closed_account_is_out_at_once(full: MemoryInstance, legal: FlaskClient) -> None:
    full.accounts.disable("legal", clock_now())
    assert legal.get("/account").status_code == 302
    assert sign_in(legal, "legal").status_code == 403


def test_the_session_is_kept_as_a_digest_only(full: MemoryInstance, legal: FlaskClient) -> None:
    kept = full.identity.sessions.of("legal")[0]
    with legal.session_transaction() as held:
        text = str(dict(held))
    assert kept.digest not in text
    assert (kept.how, kept.address, kept.whole) == ("password", "127.0.0.1", True)


def test_a_password_made_by_somebody_else_must_be_changed_before_anything(app: Flask, full: MemoryInstance) -> None:
    full.accounts.add("new", hash_password(PASSWORD, CHEAP), Role.LEGAL, frozenset({"sample-cf"}), must_change=True)
    client = app.test_client()
    sign_in(client, "new")
    assert client.get("/cases").location.startswith("/account/password")
    assert client.post("/packages/120/download").status_code == 405
    assert change(client, password=PASSWORD, new=NEW, repeat=NEW)[0] == 302
    assert client.get("/cases").status_code == 200


def test_a_factor_is_set_up_used_and_removed_with_the_password(
    full: MemoryInstance, legal: FlaskClient, other: FlaskClient
) -> None:
    assert legal.get("/account/factor").status_code == 200
    assert post(legal, "/account/factor", code="000000")[0] == 403
    status, _, page = post(legal, "/account/factor", code=code_for(full, "legal"))
    assert (status, page.count("<li><code>")) == (200, 10)
    assert other.get("/account").status_code == 302  # sessions from before the factor are over
    refused = legal.post("/account/factor/remove", data={"csrf_token": token(legal, "/account"), "password": "no"})
    assert refused.status_code == 403
    assert full.identity.factors.has("legal")
    legal.post("/account/factor/remove", data={"csrf_token": token(legal, "/account"), "password": PASSWORD})
    assert not full.identity.factors.has("legal")


def test_new_recovery_codes_need_the_password_and_void_the_old(full: MemoryInstance, legal: FlaskClient) -> None:
    codes = enrol(full, "legal")
    form = {"csrf_token": token(legal, "/account")}
    assert legal.post("/account/recovery", data={**form, "password": "no"}).status_code == 403
    page = legal.post("/account/recovery", data={**form, "password": PASSWORD})
    assert page.text.count("<li><code>") == 10
    assert not full.identity.factors.pass_recovery("legal", codes[0], clock_now())


def test_many_failures_of_one_address_pause_it_whatever_names_were_tried(
    full: MemoryInstance, client: FlaskClient
) -> None:
    there = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    pauses, at = full.identity.pauses, clock_now()
    for _ in range(20):
        pauses.record_failure("203.0.113.7", at)
    form = {"csrf_token": token(client), "name": "legal", "password": PASSWORD}
    assert client.post("/sign-in", data=form, **there).status_code == 403
    assert client.post("/sign-in", data=form).status_code == 302  # another address is not paused
    assert not pauses.paused("203.0.113.7", at + timedelta(minutes=15))
    for _ in range(40):
        pauses.record_failure("127.0.0.1", at)
    assert not pauses.paused("127.0.0.1", at)


def test_a_refused_sign_in_counts_for_its_address(full: MemoryInstance, client: FlaskClient) -> None:
    form = {"csrf_token": token(client), "name": "nobody", "password": "x"}
    for _ in range(20):
        client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": "203.0.113.8"})
    assert [pause.address for pause in full.identity.pauses.all(clock_now())] == ["203.0.113.8"]
    assert "nobody" not in str(full.accesses)
