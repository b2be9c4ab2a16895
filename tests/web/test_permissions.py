"""Role x route x institution: every cell of permission_matrix.csv is asked at the guard of the real applications.

The views are replaced by one that answers `in`, so a cell says what the guard does and nothing else: a route without a
row, or a row without a route, fails with what to do. What views decide for themselves has tests of its own.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evidence_service.core.api_key import ApiKey, Scope
from tests.web.conftest import SECRET, sign_in, with_people
from tests.web.instance import PUBLISHED_AT, MemoryInstance, full_instance
from web import court_app
from web.access import GRANTS, MARK, Permission, permission_of
from web.app import create_app
from web.approvals import ApprovalKind
from web.permissions import PERSONAL
from web.ports import Role
from web.scope import BESIDE, BY_THE_VIEW

TABLE = Path(__file__).parent / "permission_matrix.csv"
COLUMNS = ["app", "endpoint", "methods", "names", "stranger", *(role.value for role in Role)]
HOME, AWAY = "sample-cf", "second-cf"


class Place:
    """The applications over one instance with an account per role at home, and one per role elsewhere."""

    def __init__(self, folder: Path, password_hash: str) -> None:
        self.instance = with_people(full_instance(folder), password_hash)
        for role in Role:
            self.instance.accounts.change(role.value, role, {HOME})
            self.instance.accounts.add(f"{role.value}-away", password_hash, role, frozenset({AWAY}))
        self.apps = {
            "lender": opened(create_app(self.instance, secret_key=SECRET, testing=True)),
            "court": opened(create_app(self.instance, secret_key=SECRET, testing=True, pages=court_app.PAGES)),
        }
        self.values = values(self.instance)
        self.clients: dict[tuple[str, str], FlaskClient] = {}

    def client(self, app: str, name: str) -> FlaskClient:
        """Somebody signed in; nobody for an empty name."""
        if (app, name) not in self.clients:
            made = self.clients[app, name] = self.apps[app].test_client()
            if name:
                made.post("/sign-in", data={"name": name, "password": "correct horse battery staple"})
        return self.clients[app, name]

    def address(self, app: str, endpoint: str) -> str:
        rule = next(rule for rule in self.apps[app].url_map.iter_rules() if rule.endpoint == endpoint)
        missing = set(rule.arguments) - set(self.values)
        assert not missing, f"give {missing} of {rule.rule} a value in tests/web/test_permissions.py (values)"
        with self.apps[app].test_request_context():
            return self.apps[app].url_for(endpoint, **{name: self.values[name] for name in rule.arguments})


def opened(app: Flask) -> Flask:
    """The application with its guard, but views that only say that one is in; sign-in stays what it is."""
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, view in app.view_functions.items():
        if endpoint == "sign_in":
            continue

        def inside(**_values: Any) -> str:
            return "in"

        if hasattr(view, MARK):
            setattr(inside, MARK, getattr(view, MARK))
        app.view_functions[endpoint] = inside
    return app


def values(instance: MemoryInstance) -> dict[str, Any]:
    """A real thing at home for every argument of an address."""
    people = instance.identity
    asked = people.approvals.ask(
        ApprovalKind.RULES, HOME, "x.toml", b"x", reason="why", asked_by="legal", now=PUBLISHED_AT
    )
    key = ApiKey("00" * 8, HOME, "feed", frozenset({Scope.VERIFY}), b"x" * 32, 600, PUBLISHED_AT)
    people.api_keys.add(key)
    instance.owned |= {("batch", "b1"): HOME, ("case_id", 1): HOME, ("filing_id", "0x" + "ab" * 32): HOME}
    return {
        "institution": HOME,
        "index": 0,
        "package_id": 120,
        "name": "app.css",
        "request_id": asked.id,
        "key_id": key.id,
        "account": "legal",
        "loan": "XJ202500000001",
        "sha256": "ab" * 32,
        "digest": "ab" * 32,
        "batch": "b1",
        "move": "pause",
        "case_id": 1,
        "filing_id": "0x" + "ab" * 32,
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> Place:
    return Place(tmp_path_factory.mktemp("matrix"), password_hash)


def table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def rows_of(place: Place) -> list[dict[str, str]]:
    """The table as the permissions of the code make it: what a new row should say, to be read by a person."""
    found = []
    for name, app in place.apps.items():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
            permission = permission_of(app, rule.endpoint)
            public = permission is Permission.PUBLIC
            row = {
                "app": name,
                "endpoint": rule.endpoint,
                "methods": " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
                "names": "something" if set(rule.arguments) - BY_THE_VIEW and not public else "nothing",
                "stranger": "in" if public else "sign-in",
            }
            row |= {role.value: "in" if public or permission in GRANTS[role] else "403" for role in Role}
            found.append(row)
    return found


def outcome(client: FlaskClient, method: str, address: str) -> str:
    answer = client.open(address, method=method)
    if answer.status_code in (302, 303) and answer.location.startswith("/sign-in"):
        return "sign-in"
    if answer.status_code == 200 and (answer.text == "in" or address == "/sign-in"):
        return "in"
    return str(answer.status_code)


def test_every_route_has_its_row_and_every_row_its_route(place: Place) -> None:
    def text(row: dict[str, str]) -> str:
        return ",".join(row[column] for column in COLUMNS)

    wanted = {(row["app"], row["endpoint"]): row for row in rows_of(place)}
    kept = {(row["app"], row["endpoint"]): row for row in table()}
    new = [text(wanted[key]) for key in wanted if key not in kept]
    gone = [key for key in kept if key not in wanted]
    assert not new, f"{len(new)} routes have no row in {TABLE.name}. If each cell is meant, add:\n" + "\n".join(new)
    assert not gone, f"these rows of {TABLE.name} name no route any more, take them out: {gone}"
    changed = [text(row) for key, row in wanted.items() if row["methods"] != kept[key]["methods"]]
    assert not changed, "methods changed, write:\n" + "\n".join(changed)


@pytest.mark.parametrize("app", ["lender", "court"])
def test_every_cell_of_role_and_route_is_as_the_table_says(place: Place, app: str) -> None:
    wrong, cells = [], 0
    for row in table():
        if row["app"] != app or row["endpoint"] == "sign_in":
            continue
        address = place.address(app, row["endpoint"])
        for method in row["methods"].split():
            for who, name in (("stranger", ""), *((role.value, role.value) for role in Role)):
                cells += 1
                got = outcome(place.client(app, name), method, address)
                if got != row[who]:
                    wrong.append(f"{who} {method} {address}: {got}, the table says {row[who]}")
    assert wrong == []
    assert cells > 100


@pytest.mark.parametrize("app", ["lender", "court"])
def test_what_belongs_to_another_institution_is_not_there(place: Place, app: str) -> None:
    wrong, cells = [], 0
    for row in table():
        if row["app"] != app or row["endpoint"] == "sign_in":
            continue
        address = place.address(app, row["endpoint"])
        mark = "&" if "?" in address else "?"
        for method in row["methods"].split():
            for role in Role:
                if row[role.value] != "in" or row["stranger"] == "in":
                    continue
                cells += 1
                client = place.client(app, f"{role.value}-away")
                got = outcome(client, method, address)
                expected = "404" if row["names"] == "something" else "in"
                asked = outcome(client, method, f"{address}{mark}institution={HOME}")
                if (got, asked) != (expected, "404"):
                    wrong.append(f"{role.value} away {method} {address}: {got} {asked}, expected {expected} 404")
    assert wrong == []
    assert cells > 20


def test_every_argument_of_an_address_has_an_owner_or_stands_beside_one(place: Place) -> None:
    """An argument that nobody owns is closed: a page that forgot it would be noticed as 404, never as open."""
    for app in place.apps.values():
        for rule in app.url_map.iter_rules():
            if permission_of(app, rule.endpoint) is Permission.PUBLIC or not rule.arguments:
                continue
            assert set(rule.arguments) - BESIDE, f"{rule.rule}: no argument says whose it is (web/scope.py)"


def test_an_argument_that_nobody_knows_is_closed(place: Place) -> None:
    app = create_app(place.instance, secret_key=SECRET, testing=True)

    def forgotten(**_values: str) -> str:
        return "open"

    setattr(forgotten, MARK, Permission.READ)
    app.add_url_rule("/forgotten/<stranger>", "forgotten", forgotten)
    app.add_url_rule("/beside/<loan>", "beside", forgotten)
    client = app.test_client()
    sign_in(client, "legal")
    assert client.get("/forgotten/1").status_code == 404
    assert client.get("/beside/1").status_code == 404


def test_no_role_is_forgotten_and_posts_are_kept_apart() -> None:
    assert set(GRANTS) == set(Role)
    everything = {permission for granted in GRANTS.values() for permission in granted}
    assert everything == set(Permission) - {Permission.PUBLIC}
    second_eyes = {permission for permission in Permission if permission.value.endswith("_approve")}
    assert {role for role in Role if GRANTS[role] & second_eyes} == {Role.LEAD}
    assert not GRANTS[Role.OPERATOR] & PERSONAL
    assert not GRANTS[Role.INTEGRATOR] & PERSONAL
    writes = {Permission.CASE_DECIDE, Permission.BATCH_RUN, Permission.FILING_SUBMIT, Permission.FINDING_DECIDE}
    assert not GRANTS[Role.REGULATOR] & (writes | {Permission.ACCOUNT_ADMIN, Permission.API_KEY_ADMIN})


def test_a_lost_right_or_institution_counts_from_the_next_request(place: Place) -> None:
    accounts, client = place.instance.accounts, place.client("lender", "compliance-away")
    assert outcome(client, "GET", f"/events?institution={AWAY}") == "in"
    accounts.change("compliance-away", Role.COMPLIANCE, set())
    assert outcome(client, "GET", f"/events?institution={AWAY}") == "404"
    accounts.change("compliance-away", Role.OPERATOR, {AWAY})
    assert outcome(client, "GET", "/cases") == "403"
    accounts.change("compliance-away", Role.COMPLIANCE, {AWAY})
