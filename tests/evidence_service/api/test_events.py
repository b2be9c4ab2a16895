"""Events over HTTP: one, a batch, repeats, refusals; answered once they are durable."""

from __future__ import annotations

import json

import pytest

from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import leaf_hash
from tests.evidence_service.api.room import LOG, OTHER, Room, batch
from tests.evidence_service.examples import INSTITUTION, event_value


def test_one_event_is_logged_and_its_receipt_says_where(room: Room) -> None:
    answer = room.post(f"{LOG}/events", event_value())
    assert answer.status_code == 201
    row = answer.get_json()
    assert (row["event_id"], row["state"], row["index"], row["sequence"]) == ("E-1", "accepted", 0, 0)
    leaf = room.get(f"{LOG}/events/E-1/leaf").data
    assert leaf_hash(leaf).hex() == row["leaf_hash"]
    assert parse_leaf(leaf).type == "payment.received"
    assert room.door.service.log(INSTITUTION).size == 1


def test_the_same_event_again_is_a_duplicate_with_its_first_place(room: Room) -> None:
    first = room.post(f"{LOG}/events", event_value()).get_json()
    again = room.post(f"{LOG}/events", event_value())
    assert again.status_code == 200
    assert again.get_json() == {**first, "state": "duplicate"}
    assert room.door.service.log(INSTITUTION).size == 1


def test_an_id_with_another_body_is_a_conflict(room: Room) -> None:
    room.post(f"{LOG}/events", event_value())
    answer = room.post(f"{LOG}/events", event_value(loan="LN-2"))
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "duplicate-id"


def test_a_batch_tells_the_fate_of_each_event_in_order(room: Room) -> None:
    events = batch(3)["events"]
    sent = {"events": [events[0], {**events[1], "type": "no.such"}, events[2], events[0], 7]}
    answer = room.post(f"{LOG}/batches", sent, Idempotency_Key="one")
    assert answer.status_code == 200
    value = answer.get_json()
    assert [row["state"] for row in value["receipts"]] == ["accepted", "rejected", "accepted", "duplicate", "rejected"]
    assert (value["accepted"], value["duplicates"], value["rejected"]) == (2, 1, 2)
    assert value["receipts"][1]["code"] == "event-malformed"
    assert value["receipts"][3]["index"] == value["receipts"][0]["index"] == 0
    assert "event_id" not in value["receipts"][4]


def test_an_event_of_another_institution_is_refused(room: Room) -> None:
    answer = room.post(f"{LOG}/events", event_value(institution=OTHER))
    assert answer.status_code == 400
    assert "institution" in answer.get_json()["detail"]
    assert room.door.service.log(OTHER).size == 0


def test_a_receipt_names_the_checkpoint_that_covers_the_event(room: Room) -> None:
    room.post(f"{LOG}/events", event_value())
    assert room.get(f"{LOG}/events/E-1").get_json()["checkpoint_size"] is None
    size = room.door.service.publish(INSTITUTION).checkpoint.size
    assert room.get(f"{LOG}/events/E-1").get_json()["checkpoint_size"] == size


HOSTILE = {
    "a duplicate name": b'{"events":[],"events":[]}',
    "NaN": b'{"events":[NaN]}',
    "a float": b'{"events":[1.5]}',
    "1e400": b'{"events":[1e400]}',
    "a huge integer": b'{"events":[' + b"9" * 5000 + b"]}",
    "a deep array": b"[" * 100_000 + b"]" * 100_000,
    "a lone surrogate": b'{"events":["\\ud800"]}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "bad UTF-8": b'{"events":["\xff"]}',
    "no JSON": b"{",
    "nothing": b"",
    "a list": b"[]",
    "another member": b'{"events":[],"more":1}',
    "no events": b'{"events":[]}',
    "a noncharacter": b'{"events":["\xef\xbf\xbf"]}',
    "a combining accent": '{"events":["e\u0301"]}'.encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_a_plain_400_problem(room: Room, name: str) -> None:
    for address in (f"{LOG}/batches", f"{LOG}/events"):
        answer = room.post(address, HOSTILE[name], Idempotency_Key="hostile")
        assert answer.status_code == 400, answer.text
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["code"] in {"not-canonical", "event-malformed"}
    assert room.door.service.log(INSTITUTION).size == 0


def test_a_batch_of_too_many_events_is_refused_whole(room: Room) -> None:
    answer = room.post(f"{LOG}/batches", {"events": [{}] * 1001}, Idempotency_Key="many")
    assert answer.status_code == 400
    assert "1 to 1000" in answer.get_json()["detail"]


def test_a_body_beyond_the_limit_is_413(room: Room) -> None:
    answer = room.post(f"{LOG}/events", b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.get_json()["code"] == "too-large"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content_Type": "text/plain"}, 415), ({"Content_Encoding": "gzip"}, 415), ({"Idempotency_Key": "ü"}, 400)],
)
def test_a_request_that_says_the_wrong_thing_of_its_body_is_refused(
    room: Room, headers: dict[str, str], status: int
) -> None:
    assert room.post(f"{LOG}/batches", batch(1), **{"Idempotency_Key": "k", **headers}).status_code == status


def test_a_batch_without_an_idempotency_key_is_428(room: Room) -> None:
    answer = room.post(f"{LOG}/batches", batch(1))
    assert answer.status_code == 428
    assert answer.get_json()["code"] == "idempotency-key-missing"


def test_no_answer_and_no_problem_repeats_what_a_payload_held(room: Room) -> None:
    secret = "11010519491231002X"
    bad = event_value(payload={"amount": secret, "currency": "CNY", "received_on": "2026-01-05"})
    answer = room.post(f"{LOG}/events", bad)
    assert answer.status_code == 400
    assert secret not in answer.text
    assert all(secret not in json.dumps(one) for one in room.accesses())
