"""Repeated requests: the same body gets the same bytes, another body 409, whoever runs at once waits; fault 7."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event as listen
from werkzeug.test import TestResponse as Response

from evidence_service.adapters import sql_api_answers
from evidence_service.core.api_key import Scope
from evidence_service.database import reading
from tests.evidence_service.api.room import LOG, Room, batch
from tests.evidence_service.examples import INSTITUTION, event_value

THREADS = 16


def test_the_same_key_and_body_get_the_same_bytes_and_nothing_is_logged_twice(either: Room) -> None:
    first = either.post(f"{LOG}/batches", batch(5), Idempotency_Key="once")
    again = either.post(f"{LOG}/batches", batch(5), Idempotency_Key="once")
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert either.door.service.log(INSTITUTION).size == 5
    assert [one[3] for one in either.accesses()] == ["done", "repeated"]


def test_the_same_key_with_another_body_is_409_and_logs_nothing(room: Room) -> None:
    room.post(f"{LOG}/batches", batch(2), Idempotency_Key="once")
    answer = room.post(f"{LOG}/batches", batch(2, 10), Idempotency_Key="once")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "idempotency-conflict"
    assert room.door.service.log(INSTITUTION).size == 2


def test_a_key_means_something_else_on_another_route_and_to_another_api_key(room: Room) -> None:
    room.post(f"{LOG}/batches", batch(1), Idempotency_Key="once")
    assert room.post(f"{LOG}/events", event_value(id="E-9"), Idempotency_Key="once").status_code == 409
    another = room.new_key([Scope.EVENTS_WRITE])
    from_another = room.post(f"{LOG}/batches", batch(1, 20), another, Idempotency_Key="once")
    assert from_another.get_json()["accepted"] == 1


def test_the_same_events_without_the_key_are_duplicates_with_their_first_places(room: Room) -> None:
    first = room.post(f"{LOG}/batches", batch(5), Idempotency_Key="one").get_json()
    again = room.post(f"{LOG}/batches", batch(5), Idempotency_Key="two").get_json()
    assert again["duplicates"] == 5
    assert [row["index"] for row in again["receipts"]] == [row["index"] for row in first["receipts"]]


def test_sixteen_at_once_under_one_key_get_one_answer_and_log_once(either: Room) -> None:
    def send(_number: int) -> Response:
        return either.post(f"{LOG}/batches", batch(20), Idempotency_Key="all-at-once")

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(THREADS)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].get_json()["accepted"] == 20
    assert either.door.service.log(INSTITUTION).size == 20
    assert Counter(one[3] for one in either.accesses()) == {"done": 1, "repeated": THREADS - 1}


def test_sixteen_at_once_with_two_bodies_under_one_key_log_one_body_only(room: Room) -> None:
    def send(number: int) -> Response:
        return room.post(f"{LOG}/batches", batch(3, 100 * (number % 2)), Idempotency_Key="two-bodies")

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(THREADS)))
    assert Counter(answer.status_code for answer in answers) == {200: 8, 409: 8}
    assert room.door.service.log(INSTITUTION).size == 3


def test_sixteen_at_once_with_keys_of_their_own_are_all_logged_without_a_gap(either: Room) -> None:
    def send(number: int) -> Response:
        return either.post(f"{LOG}/batches", batch(10, number * 10), Idempotency_Key=f"k{number}")

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(THREADS)))
    indexes = [row["index"] for answer in answers for row in answer.get_json()["receipts"]]
    assert sorted(indexes) == list(range(160))


class Killed(BaseException):
    """Stands for the end of the process: no handler sees it."""


@pytest.mark.parametrize("statement", ["INSERT INTO entry", "INSERT INTO api_answer", "INSERT INTO access", "COMMIT"])
def test_a_process_that_dies_on_the_way_leaves_nothing_and_the_repeat_logs_once(room: Room, statement: str) -> None:
    engine = room.door._engine
    armed = [True]

    def die(*arguments: object) -> None:
        text = arguments[2] if len(arguments) > 2 else "COMMIT"
        if armed[0] and str(text).startswith(statement):
            armed[0] = False
            raise Killed

    which = "commit" if statement == "COMMIT" else "before_cursor_execute"
    listen.listen(engine, which, die)
    with pytest.raises(Killed):
        room.post(f"{LOG}/batches", batch(4), Idempotency_Key="dies")
    listen.remove(engine, which, die)
    assert not armed[0]
    assert room.door.service.log(INSTITUTION).size == 0
    assert room.accesses() == []
    answer = room.post(f"{LOG}/batches", batch(4), Idempotency_Key="dies")
    assert answer.get_json()["accepted"] == 4
    assert room.door.service.log(INSTITUTION).size == 4


def test_an_answer_that_was_lost_on_the_way_is_given_again(room: Room) -> None:
    lost = room.post(f"{LOG}/batches", batch(4), Idempotency_Key="lost").data
    restarted = type(room)(room.home)
    again = restarted.post(f"{LOG}/batches", batch(4), room.key, Idempotency_Key="lost")
    assert again.data == lost


def test_answers_are_forgotten_after_a_week_and_event_ids_still_know(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.post(f"{LOG}/batches", batch(1), Idempotency_Key="old")
    monkeypatch.setattr(sql_api_answers, "KEEP", timedelta(seconds=-1))
    room.post(f"{LOG}/batches", batch(1, 50), Idempotency_Key="new")
    with reading(room.door._engine) as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM api_answer").scalar_one()
    assert kept == 1
    assert room.post(f"{LOG}/batches", batch(1), Idempotency_Key="old").get_json()["duplicates"] == 1
