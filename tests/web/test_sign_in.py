"""Signing in: one answer for every refusal, a pause after five failures, sessions that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from evidence_service.clock import now as clock_now
from tests.web.conftest import PASSWORD, sign_in, token
from tests.web.instance import CHEAP, MemoryInstance
from web import accounts as rules
from web.accounts import LOCK_FOR, after_failure, authenticate, hash_password

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_the_right_password_opens_the_overview(client: FlaskClient) -> None:
    answer = sign_in(client, "legal")
    assert answer.status_code == 302
    assert answer.location == "/"
    assert client.get("/").status_code == 200


def test_an_unknown_name_and_a_wrong_password_get_the_same_page(client: FlaskClient) -> None:
    known = sign_in(client, "legal", "wrong password")
    unknown = sign_in(client, "nobody", "wrong password")
    assert known.status_code == unknown.status_code == 403
    assert (
        known.text.replace('value="legal"', "").split("</form>")[0].split("csrf_token")[0]
        == unknown.text.replace('value="nobody"', "").split("</form>")[0].split("csrf_token")[0]
    )


def test_an_unknown_name_costs_a_password_check_too(full: MemoryInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def watch(_hasher: object, password_hash: str, password: str) -> bool:
        checked.append(password_hash)
        return False

    monkeypatch.setattr(rules, "_matches", watch)
    assert authenticate(full.accounts, "nobody", "x", NOW, CHEAP) is None
    assert len(checked) == 1


def test_five_wrong_passwords_pause_the_account_and_the_right_one_is_refused_until_then(
    full: MemoryInstance,
) -> None:
    for _ in range(5):
        assert authenticate(full.accounts, "legal", "wrong", NOW, CHEAP) is None
    assert authenticate(full.accounts, "legal", PASSWORD, NOW + LOCK_FOR - timedelta(seconds=1)) is None
    assert authenticate(full.accounts, "legal", PASSWORD, NOW + LOCK_FOR, CHEAP) is not None


def test_whoever_is_in_forgets_the_failures(full: MemoryInstance, client: FlaskClient) -> None:
    for _ in range(4):
        authenticate(full.accounts, "legal", "wrong", NOW, CHEAP)
    assert authenticate(full.accounts, "legal", PASSWORD, NOW, CHEAP) is not None
    before = full.accounts.find("legal")
    assert before is not None
    assert before.failed == 4  # the second factor is still to come
    sign_in(client, "legal")
    found = full.accounts.find("legal")
    assert found is not None
    assert found.failed == 0


def test_every_fifth_failure_locks() -> None:
    assert [after_failure(n, NOW)[1] is not None for n in range(10)] == [False] * 4 + [True] + [False] * 4 + [True]


def test_a_short_password_is_refused() -> None:
    with pytest.raises(rules.PasswordRefusedError):
        hash_password("eleven char")


def test_passwords_are_kept_as_argon2id(password_hash: str) -> None:
    assert password_hash.startswith("$argon2id$")


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/sign-in", data={"name": "legal", "password": PASSWORD}).status_code == 400
    assert client.post("/sign-out").status_code == 400


def test_signing_out_ends_the_session(legal: FlaskClient) -> None:
    answer = legal.post("/sign-out", data={"csrf_token": token(legal, "/")})
    assert answer.status_code == 302
    assert legal.get("/").status_code == 302


def test_the_session_cookie_is_out_of_reach(client: FlaskClient) -> None:
    answer = sign_in(client, "legal")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("proofdocket_session"))
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_session_ends_after_a_working_day_however_much_it_is_used(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "legal")
    began = clock_now()
    for minutes in (*range(0, 480, 50), 479, 481):
        at = began + timedelta(minutes=minutes)
        for module in ("web.sign_in", "web.current"):
            monkeypatch.setattr(f"{module}.now", lambda at=at: at)
        assert client.get("/").status_code == (200 if minutes < 480 else 302), minutes


def test_a_session_ends_after_an_idle_hour_and_a_page_that_refreshes_itself_does_not_keep_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "legal")
    began = clock_now()
    for minutes, address, status in ((50, "/", 200), (100, "/overview/counts", 200), (109, "/", 200), (170, "/", 302)):
        at = began + timedelta(minutes=minutes)
        monkeypatch.setattr("web.sign_in.now", lambda at=at: at)
        headers = {"HX-Request": "true"} if "counts" in address else {}
        assert client.get(address, headers=headers).status_code == status, minutes


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "\thttps://evil.test",
        "evil",
        "///x.test",
    ],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, target: str) -> None:
    assert sign_in(client, "legal", after=target).location == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    asked = client.get("/events?institution=sample-cf&before=9")
    assert asked.location == "/sign-in?next=/events?institution%3Dsample-cf%26before%3D9"
    assert sign_in(client, "legal", after="/events?institution=sample-cf").location == "/events?institution=sample-cf"


def test_too_many_attempts_from_one_caller_get_429(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_matches", lambda *_: False)
    form = {"csrf_token": token(client), "name": "nobody", "password": "x"}
    statuses = [client.post("/sign-in", data=form).status_code for _ in range(31)]
    assert statuses == [403] * 30 + [429]
    assert client.post("/sign-in", data=form).headers["Retry-After"] == "60"
