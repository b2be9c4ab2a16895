"""Every cell of scope x route x institution, drawn from the route map; and what a stranger learns, which is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import TestResponse as Response

from evidence_service.api.access import PUBLIC, scope_of
from evidence_service.api.app import ROUTES, create_api
from evidence_service.core.api_key import Scope
from tests.evidence_service.api.room import LOG, OTHER, Room, batch
from tests.evidence_service.examples import INSTITUTION, event_value

VALUES = {"event_id": "E-0", "size": "1", "level": "0", "path": "000.p/1"}
QUERIES = {"get_consistency": "?from=1&to=1"}
PUBLIC_ROUTES = {"get_health", "get_ready", "get_openapi"}
ANSWERS = {200, 201}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Two institutions with one published event each."""
    room = Room(tmp_path_factory.mktemp("api") / "home")
    for institution in (INSTITUTION, OTHER):
        key = room.new_key(Scope, institution)
        sent = batch(1, institution=institution)
        assert room.post(f"/logs/{institution}/batches", sent, key, Idempotency_Key="f").get_json()["accepted"] == 1
        VALUES["size"] = str(room.door.service.publish(institution).checkpoint.size)
    size = VALUES["size"]
    VALUES["path"] = f"000.p/{size}"
    QUERIES["get_consistency"] = f"?from={size}&to={size}"
    return room


def endpoints(room: Room) -> Iterator[tuple[str, str, str]]:
    """(method, rule, endpoint) of every route."""
    for rule in room.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD"}):
            yield method, rule.rule, rule.endpoint


def call(room: Room, method: str, rule: str, endpoint: str, key: str | None, institution: str) -> Response:
    """A good request to a route, in the name of a key."""
    values = {**VALUES, "institution": institution}
    address = re.sub(r"<(?:[^<:>]+:)?(\w+)>", lambda name: values[name[1]], rule) + QUERIES.get(endpoint, "")
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    if method == "GET":
        return room.client.get(address, headers=sent)
    number = room.door.service.log(institution).size if institution in (INSTITUTION, OTHER) else 0
    one = event_value(id=f"M-{number}-{len(room.accesses())}", institution=institution)
    if endpoint == "post_verify":
        return room.client.post(address, data={"file": (BytesIO(b"PK\x03\x04"), "x.zip")}, headers=sent)
    if endpoint == "post_attachment":
        return room.client.post(address, data=b"bytes", headers=sent)
    body = {"events": [one]} if endpoint == "post_batch" else one
    repeat = {"Idempotency-Key": str(one["id"])}
    return room.client.post(address, json=body, headers={**sent, **repeat})


def test_every_route_declares_its_scope(full: Room) -> None:
    found = {endpoint: scope_of(full.app, endpoint) for _, _, endpoint in endpoints(full)}
    assert {name for name, scope in found.items() if scope == PUBLIC} == PUBLIC_ROUTES
    assert all(isinstance(scope, Scope) for name, scope in found.items() if name not in PUBLIC_ROUTES)
    assert len(found) == len(ROUTES) >= 15
    assert set(found.values()) - {PUBLIC} == set(Scope)


def test_a_route_that_declares_nothing_is_closed(room: Room) -> None:
    app = create_api(room.door, testing=True)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert app.test_client().get("/forgotten", headers=room.headers(None, {})).status_code == 403


def test_every_route_asks_for_a_key_and_takes_no_false_one(full: Room) -> None:
    false = full.key[:-1] + ("A" if full.key[-1] != "A" else "B")
    for method, rule, endpoint in endpoints(full):
        for key in (None, "pd_x", false, "pd_0000000000000000_" + "A" * 43):
            status = call(full, method, rule, endpoint, key, INSTITUTION).status_code
            assert status == (200 if endpoint in PUBLIC_ROUTES else 401), (endpoint, key)


@pytest.mark.parametrize("scope", list(Scope))
def test_each_scope_opens_exactly_its_routes_and_only_to_its_own_institution(full: Room, scope: Scope) -> None:
    key = full.new_key([scope])
    for method, rule, endpoint in endpoints(full):
        if endpoint in PUBLIC_ROUTES:
            continue
        granted = scope_of(full.app, endpoint) is scope
        bound = "<institution>" in rule
        own = call(full, method, rule, endpoint, key, INSTITUTION)
        assert (own.status_code in ANSWERS) if granted else (own.status_code == 403), (endpoint, own.text)
        if not bound:
            continue
        before = full.door.service.log(OTHER).size
        for institution in (OTHER, "nobody-cf", "x" * 60):
            found = call(full, method, rule, endpoint, key, institution).status_code
            assert found == (404 if granted else 403), (endpoint, institution)
        assert full.door.service.log(OTHER).size == before


def test_another_institutions_things_answer_as_absent_ones_do_byte_for_byte(full: Room) -> None:
    fixed = "00000000-0000-4000-8000-000000000000"
    for method, rule, endpoint in endpoints(full):
        if method != "GET" or "<institution>" not in rule:
            continue
        answers = []
        for institution in (OTHER, "nobody-cf"):
            values = {**VALUES, "institution": institution}
            address = re.sub(r"<(?:[^<:>]+:)?(\w+)>", lambda name, values=values: values[name[1]], rule)  # type: ignore[misc]
            got = full.get(address, X_Request_Id=fixed)
            answers.append((got.status_code, got.data, sorted(got.headers)))
        assert answers[0] == answers[1], endpoint
        assert answers[0][0] == 404


def test_an_absent_event_of_ones_own_log_is_404(room: Room) -> None:
    for rest in ("", "/proof", "/leaf", "/material"):
        assert room.get(f"{LOG}/events/NO-SUCH{rest}").status_code == 404


def test_a_revoked_key_is_no_key(room: Room) -> None:
    key = room.new_key(Scope)
    assert room.get("/logs/sample-cf/checkpoint", key).status_code == 404
    room.door.keys.revoke(key.split("_")[1], room.door.service.now())
    assert room.get("/logs/sample-cf/checkpoint", key).status_code == 401


def test_the_key_itself_is_kept_nowhere(room: Room) -> None:
    room.log_events(1)
    secret = room.key.split("_", 2)[2].encode()
    files = [path for path in Path(room.home).rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if secret in path.read_bytes()] == []


def test_too_many_requests_are_429_with_the_time_to_wait_in_every_worker(room: Room) -> None:
    key = room.new_key(Scope, per_minute=3)
    other_worker = Room(room.home)
    codes = [one.get("/logs/sample-cf/events/E-1", key).status_code for one in (room, other_worker, room)]
    assert codes == [404, 404, 404]
    refused = other_worker.get("/logs/sample-cf/events/E-1", key)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.get_json()["code"] == "too-many-requests"
    assert room.get("/logs/sample-cf/events/E-1").status_code == 404, "another key goes on"


def test_only_the_declared_method_of_a_route_is_served_and_no_other_site_may_ask(room: Room) -> None:
    for method, rule, endpoint in endpoints(room):
        address = re.sub(r"<(?:[^<:>]+:)?(\w+)>", lambda name: {**VALUES, "institution": INSTITUTION}[name[1]], rule)
        for other in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - {method}:
            answer = room.client.open(
                address, method=other, headers=room.headers(None, {"Origin": "https://evil.example"})
            )
            if (other, rule) in {(m, r) for m, r, _ in endpoints(room)}:
                continue
            assert answer.status_code == 405, (endpoint, other)
            assert method in answer.headers["Allow"]
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]
