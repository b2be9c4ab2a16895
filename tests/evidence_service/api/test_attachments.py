"""Originals over HTTP: streamed, hashed twice, limited, encrypted while they wait, taken by the event naming them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence_service.api import limits
from evidence_service.core.digest import sha256_hex, sm3_hex
from tests.evidence_service.api.room import LOG, OTHER, Answer, Room
from tests.evidence_service.examples import INSTITUTION, attachment, event_value

PAPER = "借款合同 loan contract ".encode() * 1000


def send(room: Room, content: bytes, key: str | None = None, institution: str = INSTITUTION) -> Answer:
    return room.post(f"/logs/{institution}/attachments", content, key, Content_Type="application/octet-stream")


def naming(content: bytes, **changes: Any) -> dict[str, Any]:
    return event_value(attachments=[attachment(content)], **changes)


def waiting(room: Room) -> list[Path]:
    return [path for path in (room.home / "uploads").rglob("*") if path.is_file()]


def test_the_answer_is_the_content_address(room: Room) -> None:
    answer = send(room, PAPER)
    assert answer.status_code == 201
    assert answer.get_json() == {"sha256": sha256_hex(PAPER), "sm3": sm3_hex(PAPER), "size": len(PAPER)}


def test_an_event_takes_the_original_into_the_vault_and_nothing_waits_any_more(room: Room) -> None:
    send(room, PAPER)
    assert len(waiting(room)) == 1
    assert room.post(f"{LOG}/events", naming(PAPER)).status_code == 201
    assert room.door.service.original(INSTITUTION, sha256_hex(PAPER)) == PAPER
    assert waiting(room) == []
    assert room.post(f"{LOG}/events", naming(PAPER, id="E-2", loan="LN-9")).status_code == 201, "named again later"


def test_what_waits_is_not_readable_on_disk(room: Room) -> None:
    send(room, PAPER)
    assert all(PAPER[:30] not in path.read_bytes() for path in room.home.rglob("*") if path.is_file())


def test_an_event_whose_original_was_not_sent_is_refused(room: Room) -> None:
    answer = room.post(f"{LOG}/events", naming(PAPER))
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "original-missing"


def test_another_institutions_original_is_as_if_nobody_had_sent_it(room: Room) -> None:
    from evidence_service.core.api_key import Scope  # noqa: PLC0415

    key = room.new_key(Scope, OTHER)
    send(room, PAPER, key, OTHER)
    room.post(f"/logs/{OTHER}/events", naming(PAPER, institution=OTHER), key)
    answer = room.post(f"{LOG}/events", naming(PAPER))
    assert (answer.status_code, answer.get_json()["code"]) == (400, "original-missing")


@pytest.mark.parametrize("lie", [{"size": 3}, {"sm3": "00" * 32}])
def test_an_original_that_is_not_what_the_event_says_is_refused(room: Room, lie: dict[str, object]) -> None:
    send(room, PAPER)
    answer = room.post(f"{LOG}/events", event_value(attachments=[{**attachment(PAPER), **lie}]))
    assert (answer.status_code, answer.get_json()["code"]) == (400, "original-mismatch")
    assert room.door.service.log(INSTITUTION).size == 0


class Endless:
    """A body that never ends; counts how much of it was asked for."""

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(self, size: int = -1) -> bytes:
        taken = size if size >= 0 else 65536
        self.read_so_far += taken
        return b"x" * taken


@pytest.mark.parametrize("declared", [True, False])
def test_too_large_a_body_is_413_before_it_is_read_and_leaves_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    monkeypatch.setattr("evidence_service.api.attachments.MAX_ATTACHMENT", 100_000)
    body = Endless()
    length = {"CONTENT_LENGTH": str(10**12)} if declared else {"wsgi.input_terminated": True}
    answer = room.client.post(
        f"{LOG}/attachments",
        headers=room.headers(None, {}),
        environ_overrides={"wsgi.input": body, **length},
    )
    assert answer.status_code == 413
    assert body.read_so_far < 10_000_000
    assert waiting(room) == []


def test_a_body_shorter_than_it_says_is_refused_and_leaves_nothing(room: Room) -> None:
    answer = room.client.post(
        f"{LOG}/attachments",
        data=b"short",
        headers=room.headers(None, {}),
        environ_overrides={"CONTENT_LENGTH": "50"},
    )
    assert answer.status_code in {400, 408}
    assert waiting(room) == []


def test_memory_does_not_grow_with_the_original(room: Room) -> None:
    import tracemalloc  # noqa: PLC0415

    class Large:
        left = limits.MAX_ATTACHMENT

        def read(self, size: int = -1) -> bytes:
            taken = min(size, self.left)
            self.left -= taken
            return b"y" * taken

    tracemalloc.start()
    answer = room.client.post(
        f"{LOG}/attachments",
        headers=room.headers(None, {}),
        environ_overrides={"wsgi.input": Large(), "CONTENT_LENGTH": str(limits.MAX_ATTACHMENT)},
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 201
    assert answer.get_json()["size"] == limits.MAX_ATTACHMENT
    assert peak < 8 * 1024 * 1024


def test_the_same_original_sent_twice_waits_unharmed(room: Room) -> None:
    send(room, PAPER)
    send(room, PAPER)
    assert room.post(f"{LOG}/events", naming(PAPER)).status_code == 201


def test_a_waiting_file_that_was_changed_is_refused_and_can_be_sent_again(room: Room) -> None:
    send(room, PAPER)
    path = waiting(room)[0]
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    answer = room.post(f"{LOG}/events", naming(PAPER))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "upload-damaged")
    send(room, PAPER)
    assert room.post(f"{LOG}/events", naming(PAPER)).status_code == 201


def test_what_no_event_named_within_a_day_is_gone_with_its_key(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    send(room, PAPER)
    two_days_ago = time.time() - 2 * 86400
    for path in waiting(room):
        os.utime(path, (two_days_ago, two_days_ago))
    later = room.door.service.now() + timedelta(days=2)
    monkeypatch.setattr(type(room.door.service), "now", lambda _self: later)
    send(room, b"another")
    assert len(waiting(room)) == 1
    assert room.door.uploads.find(INSTITUTION, sha256_hex(PAPER)).sealed == b""  # type: ignore[union-attr]
    answer = room.post(f"{LOG}/events", naming(PAPER))
    assert answer.get_json()["code"] == "original-missing"


def test_a_full_disk_while_an_original_arrives_is_507_and_leaves_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evidence_service.adapters.upload_folder.os.fsync", full)
    answer = send(room, PAPER)
    assert (answer.status_code, answer.get_json()["code"]) == (507, "disk")
    assert int(answer.headers["Retry-After"]) > 0
    assert waiting(room) == []
    assert room.door.uploads.find(INSTITUTION, sha256_hex(PAPER)) is None


def test_a_crash_after_the_file_and_before_its_row_leaves_a_file_that_is_swept(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("evidence_service.api_door.put_upload", gone)
        with pytest.raises(KeyboardInterrupt):
            send(room, PAPER)
    assert len(waiting(room)) == 1
    assert room.post(f"{LOG}/events", naming(PAPER)).get_json()["code"] == "original-missing"
