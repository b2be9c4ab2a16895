"""Sign-in by an identity provider, against a real one on loopback: PKCE, state, nonce, claims, and every way to lie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evidence_service.errors import SettingsError
from tests.web.conftest import SECRET as COOKIE_KEY
from tests.web.conftest import sign_in, with_people
from tests.web.instance import PUBLISHED_AT, RELAXED, MemoryInstance, empty_instance
from tests.web.provider import CLIENT, SECRET, Provider, serving
from web.app import create_app
from web.oidc_settings import OidcSettings, read_oidc
from web.ports import Role


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with serving() as found:
        yield found


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.claims = {"preferred_username": "zhang.wei", "groups": ["pd-legal", "pd-sample", "canteen"]}
    running.lie, running.another_key = {}, False
    running.asked.clear()
    return running


@pytest.fixture
def there(tmp_path: Path, provider: Provider, password_hash: str) -> MemoryInstance:
    oidc = OidcSettings(
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        roles={"pd-legal": Role.LEGAL, "pd-lead": Role.LEAD},
        institutions={"pd-sample": frozenset({"sample-cf"})},
        second_factor_amr=frozenset({"mfa"}),
    )
    instance = with_people(empty_instance(tmp_path), password_hash)
    instance.settings = replace(RELAXED, oidc=oidc, second_factor_roles=frozenset({Role.LEAD}))
    vars(instance).pop("identity")  # made with other settings
    return instance


@pytest.fixture
def browser(there: MemoryInstance) -> FlaskClient:
    return create_app(there, secret_key=COOKIE_KEY, testing=True).test_client()


def go(browser: FlaskClient, **changed: Any) -> TestResponse:
    """Walk to the provider and back, as a browser does; `changed` alters the way back."""
    away = browser.get("/sign-in/provider?next=/events")
    assert away.status_code == 302
    back = requests.get(away.location, allow_redirects=False, timeout=5).headers["Location"]
    path = back.split("localhost", 1)[1]
    for old, new in changed.items():
        path = path.replace(f"{old}=", f"{old}={new}")
    return browser.get(path)


def test_somebody_signs_in_and_gets_role_and_institutions_of_the_claims(
    browser: FlaskClient, there: MemoryInstance, provider: Provider
) -> None:
    answer = go(browser)
    assert (answer.status_code, answer.location) == (302, "/events")
    account = there.accounts.find("zhang.wei")
    assert account is not None
    assert (account.role, account.institutions, account.subject) == (Role.LEGAL, frozenset({"sample-cf"}), "u-1")
    assert browser.get("/account").status_code == 200
    asked = provider.asked[0]
    assert len(asked["nonce"]) >= 16
    assert len(asked["state"]) >= 16


def test_the_same_person_is_found_again_and_follows_the_claims(
    browser: FlaskClient, there: MemoryInstance, provider: Provider
) -> None:
    go(browser)
    provider.claims |= {"preferred_username": "zhang.renamed", "groups": ["pd-lead"], "amr": ["pwd", "mfa"]}
    assert go(browser).status_code == 302
    account = there.accounts.find("zhang.wei")
    assert account is not None
    assert (account.role, account.institutions) == (Role.LEAD, frozenset())
    assert there.accounts.find("zhang.renamed") is None


def test_a_role_that_needs_a_second_factor_is_asked_for_it_unless_the_provider_had_one(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.claims |= {"groups": ["pd-lead"], "amr": ["pwd"]}
    assert go(browser).location == "/sign-in/enrol"
    provider.claims |= {"amr": ["mfa"]}
    assert go(browser).location == "/events"


@pytest.mark.parametrize("groups", [[], ["canteen"], ["pd-legal", "pd-lead"], "x", 7, None])
def test_nobody_comes_in_without_exactly_one_role(
    browser: FlaskClient, there: MemoryInstance, provider: Provider, groups: Any
) -> None:
    provider.claims |= {"groups": groups}
    assert go(browser).status_code == 403
    assert there.accounts.find("zhang.wei") is None
    assert browser.get("/account").status_code == 302


@pytest.mark.parametrize("name", ["legal", "", "a/b", "x" * 65])
def test_no_account_of_ours_is_taken_over_by_its_name(
    browser: FlaskClient, there: MemoryInstance, provider: Provider, name: str
) -> None:
    provider.claims |= {"preferred_username": name}
    assert go(browser).status_code == 403
    ours = there.accounts.find("legal")
    assert ours is not None
    assert ours.subject == ""


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": int(time.time()) - 3600},
        {"sub": ""},
    ],
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    browser: FlaskClient, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.lie = lie
    assert go(browser).status_code == 403
    assert browser.get("/account").status_code == 302


def test_another_key_another_state_and_a_code_twice_are_refused(browser: FlaskClient, provider: Provider) -> None:
    provider.another_key = True
    assert go(browser).status_code == 403
    provider.another_key = False
    assert go(browser, state="x").status_code == 403
    assert go(browser, code="x").status_code == 403
    away = browser.get("/sign-in/provider")
    back = requests.get(away.location, allow_redirects=False, timeout=5).headers["Location"].split("localhost", 1)[1]
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 403
    assert browser.get("/sign-in/provider/back").status_code == 403


def test_a_closed_account_stays_closed_and_a_password_does_not_open_it(
    browser: FlaskClient, there: MemoryInstance
) -> None:
    go(browser)
    assert (
        sign_in(create_app(there, secret_key=COOKIE_KEY, testing=True).test_client(), "zhang.wei", "").status_code
        == 403
    )
    there.accounts.disable("zhang.wei", PUBLISHED_AT)
    assert go(browser).status_code == 403


def test_a_provider_that_is_away_is_said_and_the_password_still_works(
    there: MemoryInstance, provider: Provider
) -> None:
    oidc = there.settings.oidc
    assert oidc is not None
    there.settings = replace(there.settings, oidc=replace(oidc, issuer="http://127.0.0.1:9"))
    vars(there).pop("identity", None)
    client = create_app(there, secret_key=COOKIE_KEY, testing=True).test_client()
    assert client.get("/sign-in/provider").status_code == 503
    assert sign_in(client, "legal").status_code == 302


def test_the_file_of_the_provider_is_read_strictly(tmp_path: Path) -> None:
    file, secret = tmp_path / "oidc.toml", tmp_path / "secret"
    assert read_oidc(file) is None
    secret.write_text("s\n")
    secret.chmod(0o600)
    whole = (
        'issuer = "https://id.example.com/"\nclient_id = "pd"\nclient_secret_file = "secret"\n'
        '[roles]\nlawyers = "legal"\n[institutions]\nlawyers = ["sample-cf"]\n'
    )
    file.write_text(whole)
    found = read_oidc(file)
    assert found is not None
    assert (found.issuer, found.client_secret, found.roles["lawyers"]) == ("https://id.example.com", "s", Role.LEGAL)
    for old, new in (
        ("https://", "http://"),
        ('client_id = "pd"\n', ""),
        ('"legal"', '"judge"'),
        ("client_id", "clientid"),
        ('"secret"', '"missing"'),
        ("[roles]", "[roles"),
        ('["sample-cf"]', "[7]"),
    ):
        file.write_text(whole.replace(old, new))
        with pytest.raises(SettingsError, match=r"oidc\.toml|missing"):
            read_oidc(file)
    file.write_text(whole)
    secret.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_oidc(file)
