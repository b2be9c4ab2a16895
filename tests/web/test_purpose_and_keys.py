"""Purposes of looking at personal data, kept with every access; API keys of one's institutions, shown once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evidence_service.core.api_key import Scope, opens, split_key
from tests.web.conftest import SECRET, sign_in, token, with_people
from tests.web.instance import RELAXED, MemoryInstance, full_instance
from web.app import create_app
from web.ports import Role
from web.purpose import PurposeError, purpose_text


@pytest.fixture
def asking(tmp_path: Path, password_hash: str) -> MemoryInstance:
    instance = full_instance(tmp_path)
    instance.settings = replace(RELAXED, purpose_roles=frozenset({Role.COMPLIANCE}))
    return with_people(instance, password_hash)


@pytest.fixture
def auditor(asking: MemoryInstance) -> FlaskClient:
    client = create_app(asking, secret_key=SECRET, testing=True).test_client()
    sign_in(client, "compliance")
    return client


def state(client: FlaskClient, thing: str, purpose: str, reference: str = "", scope: str = "this") -> int:
    form = {"csrf_token": token(client, "/purpose"), "thing": thing, "next": "/cases"}
    form |= {"purpose": purpose, "reference": reference, "for": scope}
    return client.post("/purpose", data=form).status_code


def test_a_purpose_is_asked_once_per_session_and_thing_and_kept_with_every_access(
    asking: MemoryInstance, auditor: FlaskClient
) -> None:
    asked = auditor.get("/cases")
    assert asked.location == "/purpose?next=/cases&thing=lists"
    assert not any(action == "page:cases" for _, action, _, _, _ in asking.accesses)
    assert state(auditor, "lists", "audit", "2026-17") == 303
    for _ in range(2):
        assert auditor.get("/cases").status_code == 200
    kept = [purpose for _, action, _, _, purpose in asking.accesses if action == "page:cases"]
    assert kept == ["compliance: audit 2026-17"] * 2
    assert auditor.get("/packages").status_code == 200


def test_a_purpose_for_the_session_covers_everything_and_ends_with_it(
    asking: MemoryInstance, auditor: FlaskClient
) -> None:
    assert state(auditor, "lists", "complaint", "B 7", "session") == 303
    assert auditor.get("/cases").status_code == 200
    auditor.post("/sign-out", data={"csrf_token": token(auditor, "/account")})
    sign_in(auditor, "compliance")
    assert auditor.get("/cases").status_code == 302


def test_pages_without_personal_data_ask_nothing(auditor: FlaskClient) -> None:
    for address in ("/", "/events", "/checkpoints", "/approvals"):
        assert auditor.get(address).status_code == 200


def test_the_daily_work_of_a_role_is_not_asked(asking: MemoryInstance) -> None:
    legal = create_app(asking, secret_key=SECRET, testing=True).test_client()
    sign_in(legal, "legal")
    assert legal.get("/cases").status_code == 200
    assert asking.accesses[-1][4] == "legal: proceedings"


@pytest.mark.parametrize(("word", "reference"), [("curiosity", ""), ("audit", "张三"), ("audit", "x" * 41), ("", "")])
def test_a_purpose_is_a_word_of_the_list_and_its_reference_no_name(
    auditor: FlaskClient, word: str, reference: str
) -> None:
    with pytest.raises(PurposeError):
        purpose_text(word, reference)
    assert state(auditor, "lists", word, reference) == 400
    assert auditor.get("/cases").status_code == 302


def test_the_form_begins_with_what_was_stated_last(auditor: FlaskClient) -> None:
    state(auditor, "package_id 120", "complaint", "B 7")
    page = auditor.get("/purpose?thing=lists&next=/cases").text
    assert '<option value="complaint" selected>' in page
    assert 'value="B 7"' in page


@pytest.fixture
def integrator(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "integrator")
    return client


def make(client: FlaskClient, **changed: object) -> tuple[int, str]:
    form: dict[str, object] = {
        "csrf_token": token(client, "/api-keys"),
        "institution": "sample-cf",
        "purpose": "core banking feed",
        "scope": ["events:write", "proofs:read"],
        "per_minute": "60",
    }
    answer = client.post("/api-keys/new", data=form | changed)
    return answer.status_code, answer.text


def test_a_key_is_shown_once_opens_and_is_revoked(full: MemoryInstance, integrator: FlaskClient) -> None:
    status, page = make(integrator)
    found = re.search(r"pd_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", page)
    assert (status, found is not None) == (200, True)
    assert found is not None
    parts = split_key(found[0])
    assert parts is not None
    key = full.identity.api_keys.find(parts[0])
    assert key is not None
    assert opens(key, parts[1])
    assert (key.institution, key.scopes, key.per_minute) == (
        "sample-cf",
        frozenset({Scope.EVENTS_WRITE, Scope.PROOFS_READ}),
        60,
    )
    listed = integrator.get("/api-keys").text
    assert key.id in listed
    assert found[0] not in listed
    integrator.post(f"/api-keys/{key.id}/revoke", data={"csrf_token": token(integrator, "/api-keys")})
    assert not opens(full.identity.api_keys.find(key.id), parts[1])


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"institution": "third-cf"}, 404),
        ({"institution": ""}, 404),
        ({"purpose": " "}, 400),
        ({"scope": []}, 400),
        ({"scope": ["everything"]}, 400),
        ({"per_minute": "0"}, 400),
        ({"per_minute": "1e3"}, 400),
        ({"per_minute": "000000001999999999"}, 400),
    ],
)
def test_a_key_that_is_not_described_is_not_made(
    full: MemoryInstance, integrator: FlaskClient, changed: dict[str, object], status: int
) -> None:
    assert make(integrator, **changed)[0] == status
    assert full.identity.api_keys.keys() == []


def test_keys_of_another_institution_are_neither_listed_nor_revoked(
    full: MemoryInstance, integrator: FlaskClient
) -> None:
    make(integrator)
    (key,) = full.identity.api_keys.keys()
    full.accounts.change("integrator", Role.INTEGRATOR, {"second-cf"})
    assert key.id not in integrator.get("/api-keys").text
    form = {"csrf_token": token(integrator, "/api-keys")}
    assert integrator.post(f"/api-keys/{key.id}/revoke", data=form).status_code == 404
    found = full.identity.api_keys.find(key.id)
    assert found is not None
    assert found.revoked_at is None
