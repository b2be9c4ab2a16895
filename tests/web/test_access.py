"""Every route declares who may enter, and keeps to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evidence_service.errors import StoreError
from tests.web.conftest import SECRET, sign_in
from tests.web.instance import MemoryInstance
from web.access import GRANTS, Permission, permission_of
from web.app import create_app
from web.ports import Role


def test_every_route_declares_its_permission(app: Flask) -> None:
    undeclared = [rule.endpoint for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is None]
    assert undeclared == []
    assert len(list(app.url_map.iter_rules())) >= 14


def test_a_route_that_declares_nothing_is_closed_even_to_an_operator(full: MemoryInstance) -> None:
    app = create_app(full, secret_key=SECRET, testing=True)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    client = app.test_client()
    assert client.get("/forgotten").status_code == 403
    sign_in(client, "operator")
    assert client.get("/forgotten").status_code == 403


def test_compliance_sees_packages_without_a_download_link(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "compliance")
    page = client.get("/packages?lang=en").text
    assert "PD-2026-000120" in page
    assert "/download" not in page
    assert "only Legal may" in page


def test_a_fragment_sends_the_whole_page_to_sign_in_when_the_session_is_over(client: FlaskClient) -> None:
    answer = client.get("/overview/counts", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_the_guide_lists_every_route_with_who_may_enter(app: Flask) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "pages.md").read_text()
    rows = {line.split("`")[1]: line.split("|")[2].strip() for line in guide.splitlines() if line.startswith("| `/")}

    def who(permission: Permission) -> str:
        if permission is Permission.PUBLIC:
            return "everybody"
        names = [role.value for role in Role if permission in GRANTS[role]]
        return "every role" if len(names) == len(Role) else ", ".join(names)

    routes = {}
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        assert permission is not None
        routes[re.sub(r"<int\([^)]*\):", "<", rule.rule)] = who(permission)
    assert rows == routes


def test_every_closed_page_is_on_record_before_it_is_shown(app: Flask, full: MemoryInstance) -> None:
    client = app.test_client()
    sign_in(client, "legal")
    full.accesses.clear()  # signing in
    pages = {"events": "/events", "entry": "/entries/sample-cf/0", "cases": "/cases", "own": "/account"}
    for address in (*pages.values(), "/packages/120/download"):
        with client.get(address):
            pass
    assert [action for _, action, _, _, _ in full.accesses] == [*(f"page:{name}" for name in pages), "page:download"]
    assert {(who, purpose) for who, _, _, _, purpose in full.accesses} == {("account:legal", "legal: proceedings")}
    assert ("account:legal", "page:entry", "sample-cf", "index 0", "legal: proceedings") in full.accesses
    assert ("account:legal", "page:download", "sample-cf", "package_id 120", "legal: proceedings") in full.accesses


def test_what_cannot_be_put_on_record_is_not_shown(
    app: Flask, full: MemoryInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_what: str) -> None:
        raise StoreError("the access could not be recorded")

    client = app.test_client()
    sign_in(client, "legal")
    monkeypatch.setattr(full, "record_access", refuse)
    with client.get("/packages/120/download") as answer:
        assert answer.status_code == 503
        assert b"PK" not in answer.data


def test_what_somebody_types_into_an_address_is_not_kept(app: Flask, full: MemoryInstance) -> None:
    client = app.test_client()
    sign_in(client, "operator")
    with client.get("/checkpoints?institution=%E5%BC%A0%E4%B8%89%20350102199001011234"):
        pass
    assert all("350102" not in part for access in full.accesses for part in access)
