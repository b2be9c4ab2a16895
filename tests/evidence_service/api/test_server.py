"""The API in a real server: mounted beside the pages and alone, killed in the middle, dripped at, sent too much."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evidence_service.api.limits import MAX_ATTACHMENT
from evidence_service.workflow.audit import audit_consistency
from tests.conftest import ROOT
from tests.evidence_service.api.room import LOG, Room, batch
from tests.evidence_service.examples import INSTITUTION
from tests.web.test_serve import free_port

KILLS = 3
ALONE = """
import sys
from pathlib import Path
from evidence_service import http_server
from evidence_service.api.app import create_api
from evidence_service.bootstrap import open_door
http_server.GRACE = 1.0
http_server.serve(lambda: create_api(open_door(Path(sys.argv[1]))), port=int(sys.argv[2]))
"""


@contextmanager
def running(arguments: list[str], port: int, health: str, **popen: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server process in a group of its own, once it answers."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        process_group=0,
        **popen,
    )
    try:
        deadline = time.monotonic() + 60
        while ask(port, "GET", health)[0] != 200:
            assert child.poll() is None, child.stderr.read() if child.stderr else ""
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.1)
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=30)


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
    """(status, body) of one request; (0, nothing) where no server answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def post_batch(port: int, key: str, count: int, first: int, prefix: str = "/api/v1") -> tuple[int, bytes]:
    return ask(
        port,
        "POST",
        f"{prefix}{LOG}/batches",
        json.dumps(batch(count, first)),
        Authorization=f"Bearer {key}",
        Content_Type="application/json",
        Idempotency_Key=f"from-{first}",
    )


@pytest.mark.parametrize("command", [["serve"], ["api", "serve"]])
def test_the_program_serves_the_api_beside_the_pages_and_alone(room: Room, command: list[str]) -> None:
    port = free_port()
    words = ["-m", "web.cli", "--home", str(room.home), *command, "--port", str(port), "--workers", "2"]
    with running(words, port, "/api/v1/health") as child:
        status, answer = post_batch(port, room.key, 5, 0)
        assert (status, json.loads(answer)["accepted"]) == (200, 5)
        assert post_batch(port, room.key, 5, 0) == (200, answer), "another worker knows the answer, too"
        assert ask(port, "GET", "/healthz")[0] == (200 if command == ["serve"] else 404)
        assert ask(port, "GET", "/api/v1/ready")[0] == 200
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


def test_events_that_were_acknowledged_survive_kill_nine_and_repeats_find_them(room: Room) -> None:
    dice, told, sizes = random.Random(8), {}, [0]
    words = ["-m", "web.cli", "--home", str(room.home), "api", "serve", "--workers", "2", "--port"]
    numbers = iter(range(0, 100_000, 20))

    def send(port: int) -> None:
        for first in numbers:
            status, answer = post_batch(port, room.key, 20, first)
            if status != 200:
                return
            told.update({row["event_id"]: row["index"] for row in json.loads(answer)["receipts"]})

    for _ in range(KILLS):
        port = free_port()
        with running([*words, str(port)], port, "/api/v1/health") as child, ThreadPoolExecutor(4) as pool:
            started = [pool.submit(send, port) for _ in range(4)]
            before, deadline = len(told), time.monotonic() + 60
            while len(told) < before + 40 and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(dice.uniform(0.0, 0.3))
            os.killpg(child.pid, signal.SIGKILL)
            for one in started:
                one.result(60)
        sizes.append(room.door.service.publish(INSTITUTION).checkpoint.size)
    assert len(told) > 100
    places = room.door.receipts.of(INSTITUTION, list(told))
    assert {name: place.index for name, place in places.items()} == told
    for old, new in pairwise(sizes[1:]):
        assert audit_consistency(room.door.service.store, INSTITUTION, old, new).consistent
    again = room.post(f"{LOG}/batches", batch(20, 0), Idempotency_Key="from-0").get_json()
    places = room.door.receipts.of(INSTITUTION, [f"E-{number}" for number in range(20)])
    assert {row["event_id"]: row["index"] for row in again["receipts"]} == {
        name: place.index for name, place in places.items()
    }, "also where the kill swallowed the answer"
    done = sum(one[3] == "done" for one in room.accesses())
    assert done * 20 >= len(told), "every acknowledged batch is on record"


def test_slow_senders_do_not_keep_others_out(room: Room) -> None:
    port = free_port()
    with running(["-c", ALONE, str(room.home), str(port)], port, "/health"):
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        try:
            for number, one in enumerate(slow):
                head = b"POST /logs/sample-cf/attachments HTTP/1.1\r\nHost: x\r\n"
                whole = f"Authorization: Bearer {room.key}\r\nContent-Length: 1000000\r\n\r\nx".encode()
                one.sendall(head + (whole if number % 2 else b"X-Slow"))
            began = time.monotonic()
            assert ask(port, "GET", "/health")[0] == 200
            assert time.monotonic() - began < 20
            slow[1].settimeout(20)
            assert slow[1].recv(100).startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))
        finally:
            for one in slow:
                one.close()
        deadline = time.monotonic() + 30
        while any(path.is_file() for path in (room.home / "uploads").rglob("*")):
            assert time.monotonic() < deadline, "what a slow sender began is left over"
            time.sleep(0.1)


@pytest.mark.parametrize("declared", [True, False])
def test_too_large_an_upload_is_413_over_the_wire(room: Room, tmp_path: Path, declared: bool) -> None:
    port = free_port()
    size = MAX_ATTACHMENT + 2 * 1024 * 1024
    body: Any = bytes(size) if declared else iter([bytes(1024 * 1024)] * (size >> 20))
    with running(["-c", ALONE, str(room.home), str(port)], port, "/health"):
        headers = {"Authorization": f"Bearer {room.key}", "Content-Type": "application/octet-stream"}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", f"{LOG}/attachments", body, headers, encode_chunked=not declared)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["code"] == "too-large"
        connection.close()
        assert ask(port, "GET", "/health")[0] == 200
