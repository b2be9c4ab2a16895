"""The access log: every access leaves a row in its transaction; where it cannot, it is refused (fault 28)."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from evidence_service.api.access import PUBLIC, scope_of
from evidence_service.core.api_key import Scope
from evidence_service.database import writing
from tests.evidence_service.api.room import LOG, OTHER, Room, batch
from tests.evidence_service.api.test_access import call, endpoints
from tests.evidence_service.examples import INSTITUTION, event_value


def test_every_access_leaves_one_row_with_who_what_and_how_it_ended(room: Room) -> None:
    room.log_events(3)
    room.door.service.publish(INSTITUTION)
    for method, rule, endpoint in endpoints(room):
        if scope_of(room.app, endpoint) == PUBLIC:
            continue
        before = len(room.accesses())
        answer = call(room, method, rule, endpoint, room.key, INSTITUTION)
        rows = room.accesses()[before:]
        assert len(rows) == 1, (endpoint, rows)
        scope = scope_of(room.app, endpoint)
        assert rows[0][:2] == (scope, INSTITUTION)
        assert (rows[0][3] == "done") == (answer.status_code < 400), (endpoint, rows, answer.text)


def test_refusals_of_a_valid_key_are_on_record_and_strangers_are_not(room: Room) -> None:
    room.get(f"/logs/{OTHER}/checkpoint")
    room.get(f"{LOG}/checkpoint", room.new_key([Scope.VERIFY]))
    room.post(f"{LOG}/events", b"{")
    room.client.get(f"{LOG}/checkpoint")
    assert [(one[0], one[3]) for one in room.accesses()] == [
        ("log:read", "not-found"),
        ("log:read", "scope-missing"),
        ("events:write", "not-canonical"),
    ]


def test_a_row_names_entries_and_no_ids_of_the_sender(room: Room) -> None:
    room.log_events(3)
    room.get(f"{LOG}/events/E-1")
    assert [one[2] for one in room.accesses()] == ["entries 0 to 2", "entry 1"]


def test_rows_can_be_neither_changed_nor_deleted(either: Room) -> None:
    either.log_events(1)
    statements = ["UPDATE access SET who = 'x'", "DELETE FROM access"]
    if either.door._engine.dialect.name == "sqlite":
        statements.append("INSERT OR REPLACE INTO access SELECT * FROM access")
    for statement in statements:
        with pytest.raises(DBAPIError), writing(either.door._engine) as connection:
            connection.execute(text(statement))
    assert len(either.accesses()) == 1


@pytest.fixture
def mute(room: Room) -> Room:
    """A room with some events whose access log takes no more rows."""
    room.log_events(3)
    room.door.service.publish(INSTITUTION)
    with writing(room.door._engine) as connection:
        connection.execute(text("CREATE TRIGGER mute BEFORE INSERT ON access BEGIN SELECT RAISE(ABORT, 'no'); END"))
    return room


def test_without_a_record_nothing_is_written_and_nothing_handed_out(mute: Room) -> None:
    size = mute.door.service.log(INSTITUTION).size
    for method, rule, endpoint in endpoints(mute):
        if scope_of(mute.app, endpoint) == PUBLIC:
            continue
        answer = call(mute, method, rule, endpoint, mute.key, INSTITUTION)
        assert answer.status_code == 503, (endpoint, answer.text)
        assert answer.get_json()["code"] == "access-log"
        assert int(answer.headers["Retry-After"]) > 0
    assert mute.door.service.log(INSTITUTION).size == size
    assert len(mute.accesses()) == 1


def test_the_repeat_after_the_record_can_be_made_again_is_logged_once(mute: Room) -> None:
    assert mute.post(f"{LOG}/batches", batch(2, 70), Idempotency_Key="m").status_code == 503
    with writing(mute.door._engine) as connection:
        connection.execute(text("DROP TRIGGER mute"))
    assert mute.post(f"{LOG}/batches", batch(2, 70), Idempotency_Key="m").get_json()["accepted"] == 2


def test_a_request_keeps_a_uuid_that_it_brings_and_gets_one_for_any_other_id(room: Room) -> None:
    mine = str(uuid.uuid4())
    assert room.get(f"{LOG}/checkpoint", X_Request_Id=mine).headers["X-Request-Id"] == mine
    answer = room.get(f"{LOG}/checkpoint", X_Request_Id="wang-xiaoming-13800138000")
    made = answer.headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f-]{36}", made)
    assert made == answer.get_json()["instance"]
    assert [one.request_id for one in room.door.accesses.newest(10)] == [mine, made]


def test_every_answer_has_the_security_headers(room: Room) -> None:
    for address in ("/health", f"{LOG}/checkpoint", "/no-such"):
        headers = room.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers
    assert room.post(f"{LOG}/events", event_value()).headers["X-Frame-Options"] == "DENY"
