"""When the database is full, locked or away: 507 or 503 with Retry-After, and nothing half written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import event as listen
from sqlalchemy import text

from evidence_service.database import writing
from tests.evidence_service.api.room import LOG, Room, batch
from tests.evidence_service.examples import INSTITUTION, event_value


def test_a_full_disk_is_507_with_nothing_half_written_and_goes_on_when_there_is_room(room: Room) -> None:
    room.log_events(1)
    engine = room.door._engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    engine.dispose()

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 10}")

    listen.listen(engine, "connect", limit)
    answer = room.post(f"{LOG}/batches", batch(500, 10), Idempotency_Key="full")
    assert (answer.status_code, answer.get_json()["code"]) == (507, "database"), answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert room.door.service.log(INSTITUTION).size == 1
    listen.remove(engine, "connect", limit)
    engine.dispose()
    assert [one[3] for one in room.accesses()] == ["done", "database"]
    assert room.post(f"{LOG}/batches", batch(500, 10), Idempotency_Key="full").get_json()["accepted"] == 500


@pytest.fixture
def locked(room: Room) -> Iterator[Room]:
    """A room whose database another program holds, and which waits for it only a moment."""
    room.log_events(1)
    room.door.service.publish(INSTITUTION)
    engine = room.door._engine
    engine.dispose()

    def impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    listen.listen(engine, "connect", impatient)
    other = sqlite3.connect(room.home / "proofdocket.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield room
    other.close()


def test_a_locked_database_is_503_with_retry_after_for_writes_and_for_reads(locked: Room) -> None:
    for answer in (
        locked.post(f"{LOG}/batches", batch(3, 10), Idempotency_Key="locked"),
        locked.get(f"{LOG}/checkpoint"),
        locked.get(f"{LOG}/events/E-0"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (503, "database")
        assert int(answer.headers["Retry-After"]) > 0
        assert "locked" not in answer.text
    assert locked.get("/health").status_code == 200


def test_a_database_that_lost_its_tables_is_not_ready_but_alive(room: Room) -> None:
    with writing(room.door._engine) as connection:
        connection.execute(text("ALTER TABLE log RENAME TO gone"))
    assert room.get("/ready").status_code == 503
    assert room.get("/health").status_code == 200


def test_an_unforeseen_error_tells_nothing_but_its_instance(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = event_value()["loan"] + "王小明"

    def burst(*_arguments: object) -> None:
        raise RuntimeError(name)

    monkeypatch.setattr(room.door, "receipt", burst)
    answer = room.get(f"{LOG}/events/E-1")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert "王小明" not in answer.text
    assert "王小明" not in caplog.text
    assert answer.headers["X-Request-Id"] in caplog.text
