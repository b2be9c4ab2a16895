"""The witness over HTTP: its addresses, its limits, and clients that drip, lie about lengths or come in a crowd."""

from __future__ import annotations

import http.client
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from evidence_service.adapters.witness_client import HttpWitnessDoor, WitnessUnreachableError
from evidence_service.adapters.witness_server import AddressInUseError, WitnessServer
from evidence_service.adapters.witness_state import SqliteWitnessState, origin_hash
from evidence_service.core.witness_request import MAX_REQUEST
from evidence_service.workflow.add_checkpoint import Witness
from tests.evidence_service.witness.cosigners import NOW, Cosigner, GrowingLog

LOG = GrowingLog()
COURT = Cosigner("witness.court.example/w1")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def server(tmp_path: Path, said: list[str]) -> Iterator[WitnessServer]:
    state = SqliteWitnessState(tmp_path)
    witness = Witness({LOG.name: [LOG.key.verifier]}, [COURT.key], state, lambda: NOW)
    made = WitnessServer(witness, "127.0.0.1", 0, say=said.append, seconds=1.0, connections=4)
    thread = Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def call(server: WitnessServer, method: str, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, body)
        with connection.getresponse() as response:
            return response.status, response.getheader("Content-Type", ""), response.read()
    finally:
        connection.close()


def raw_answer(server: WitnessServer, raw: bytes, pause: float = 0.0) -> bytes:
    """What comes back for raw bytes, sent one by one where there is a pause."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
        try:
            for at in range(0, len(raw), 1 if pause else max(len(raw), 1)):
                connection.sendall(raw[at : at + 1] if pause else raw)
                time.sleep(pause)
            return connection.recv(65536)
        except ConnectionError:
            return b""


def test_both_addresses_answer_and_nothing_else_does(server: WitnessServer) -> None:
    status, kind, body = call(server, "POST", "/add-checkpoint", LOG.request(0, 3))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert body.startswith(f"\u2014 {COURT.name} ".encode())
    status, kind, body = call(server, "POST", "/add-checkpoint", LOG.request(0, 3))
    assert (status, kind, body) == (409, "text/x.tlog.size", b"3\n")
    status, _, body = call(server, "GET", f"/{origin_hash(LOG.name)}/checkpoint")
    assert (status, body.decode().split("\n")[1]) == (200, "3")
    for method, path in (
        ("GET", "/"),
        ("GET", "/add-checkpoint"),
        ("POST", "/"),
        ("GET", f"/{origin_hash('x')}/checkpoint"),
    ):
        assert call(server, method, path, b"" if method == "POST" else None)[0] == 404
    assert call(server, "DELETE", "/add-checkpoint")[0] == 501


def test_one_connection_serves_several_requests(server: WitnessServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    for old, new in ((0, 3), (3, 4), (4, 9)):
        connection.request("POST", "/add-checkpoint", LOG.request(old, new))
        with connection.getresponse() as response:
            assert (response.status, response.read()[:3]) == (200, "\u2014".encode())
    connection.close()


def test_a_request_without_its_length_or_too_long_is_refused_before_it_is_read(server: WitnessServer) -> None:
    head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n"
    for lines, status in (
        (b"\r\n", b" 411 "),
        (b"Transfer-Encoding: chunked\r\n\r\n", b" 411 "),
        (b"Content-Length: many\r\n\r\n", b" 411 "),
        (b"Content-Length: -1\r\n\r\n", b" 411 "),
        (f"Content-Length: {MAX_REQUEST + 1}\r\n\r\n".encode(), b" 413 "),
    ):
        assert status in raw_answer(server, head + lines).split(b"\r\n")[0]


def test_a_client_that_drips_is_cut_off_and_holds_nobody_up(server: WitnessServer) -> None:
    head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 900\r\n\r\n"
    started = time.monotonic()
    assert raw_answer(server, head + b"o" * 900, pause=0.02) == b""
    assert time.monotonic() - started < 8
    assert call(server, "POST", "/add-checkpoint", LOG.request(0, 3))[0] == 200


def test_a_crowd_that_says_nothing_is_let_go_and_then_others_are_served(server: WitnessServer) -> None:
    crowd = [socket.create_connection(("127.0.0.1", server.server_port), timeout=10) for _ in range(4)]
    time.sleep(0.2)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        call(server, "POST", "/add-checkpoint", LOG.request(0, 3))  # all places are taken: closed at once
    time.sleep(1.5)
    assert call(server, "POST", "/add-checkpoint", LOG.request(0, 3))[0] == 200
    for one in crowd:
        one.close()


def test_a_state_that_cannot_be_written_is_503_and_nothing_is_signed(
    server: WitnessServer, said: list[str], tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "witness.db") as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON seen BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    connection.close()
    status, _, body = call(server, "POST", "/add-checkpoint", LOG.request(0, 3))
    assert (status, body) == (503, b"the witness cannot write its state\n")
    assert "disk full" in said[0]


def test_a_busy_port_is_named_at_once(server: WitnessServer, said: list[str]) -> None:
    with pytest.raises(AddressInUseError, match=f"127.0.0.1:{server.server_port}"):
        WitnessServer(server.witness, "127.0.0.1", server.server_port, say=said.append)


# The way to it


def url(server: WitnessServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def test_the_client_brings_status_kind_and_body(server: WitnessServer) -> None:
    door = HttpWitnessDoor()
    assert door.add_checkpoint(url(server), LOG.request(0, 3)).status == 200
    reply = door.add_checkpoint(url(server), LOG.request(0, 3))
    assert (reply.status, reply.content_type, reply.body) == (409, "text/x.tlog.size", b"3\n")


@pytest.mark.parametrize(
    "address", ["", "nonsense", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x", "http://[", "http://127.0.0.1:9"]
)
def test_an_address_where_nobody_is_is_said_in_one_line(address: str) -> None:
    with pytest.raises(WitnessUnreachableError):
        HttpWitnessDoor(timeout=0.5).add_checkpoint(address, b"old 0\n\n")


class Scripted:
    """A server that answers one connection with these bytes, one at a time where it is to be slow."""

    def __init__(self, answer: bytes, pause: float = 0.0) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.answer, self.pause = answer, pause
        self.thread = Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        connection, _ = self.socket.accept()
        with connection:
            try:
                connection.recv(65536)
                for at in range(0, len(self.answer), 1 if self.pause else max(len(self.answer), 1)):
                    connection.sendall(self.answer[at : at + 1] if self.pause else self.answer)
                    time.sleep(self.pause)
            except OSError:
                pass

    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def close(self) -> None:
        self.thread.join(10)
        self.socket.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (b"", 0.0),
        (b"nonsense\r\n\r\n", 0.0),
        (HEAD + b"Content-Length: 99999999\r\n\r\n" + b"x" * 200_000, 0.0),
        (HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 100, 0.1),
        (HEAD + b"Content-Length: 100\r\n\r\nonly this", 0.0),
    ],
)
def test_an_answer_that_is_none_endless_slow_or_cut_off_is_no_answer(answer: bytes, pause: float) -> None:
    witness = Scripted(answer, pause)
    started = time.monotonic()
    with pytest.raises(WitnessUnreachableError):
        HttpWitnessDoor(timeout=1.0).add_checkpoint(witness.url(), b"old 0\n\n")
    assert time.monotonic() - started < 8
    witness.close()


def test_a_redirect_is_not_followed() -> None:
    witness = Scripted(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    assert HttpWitnessDoor().add_checkpoint(witness.url(), b"old 0\n\n").status == 302
    witness.close()
