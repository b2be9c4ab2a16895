"""One limit of time for a whole question over HTTP: also where TLS is shaken hands on, byte by byte."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from evidence_service.adapters.json_rpc import ChainUnreachableError, JsonRpc
from evidence_service.adapters.witness_client import HttpWitnessDoor, WitnessUnreachableError
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.http_question import HttpPlace, post

SECONDS = 0.6
Serve = Callable[[socket.socket], None]


@pytest.fixture
def port_of() -> Iterator[Callable[[Serve], int]]:
    """Listens on loopback and hands every connection to a function, until the test is over."""
    listeners = []

    def listen(serve: Serve) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        serve(connection)

        threading.Thread(target=run, daemon=True).start()
        return int(listener.getsockname()[1])

    yield listen
    for listener in listeners:
        listener.close()


def dripping(*pieces: bytes) -> Serve:
    """Sends the pieces one by one, each well within the time that one read may take."""

    def serve(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(SECONDS / 6)

    return serve


TLS_RECORD = b"\x16\x03\x03\x3f\xff" + bytes(60)  # a handshake record of 16 KB that never comes to an end


@pytest.mark.parametrize(
    ("scheme", "pieces"),
    [
        ("https", [bytes([byte]) for byte in TLS_RECORD]),
        ("http", [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40]),
        ("http", [b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n", *([b" "] * 60)]),
        ("http", [b"HTTP/1.1 200 OK\r\n\r\n", *([b" "] * 60)]),
    ],
    ids=["TLS handshake", "headers", "body", "body to the end of the connection"],
)
def test_a_server_that_drips_is_cut_off_when_the_time_is_over(
    port_of: Callable[[Serve], int], scheme: str, pieces: list[bytes]
) -> None:
    url = f"{scheme}://127.0.0.1:{port_of(dripping(*pieces))}/"
    for ask in (
        lambda: RpcChainReader(url, SECONDS).chain_id(),
        lambda: JsonRpc(url, SECONDS).number("eth_chainId"),
        lambda: HttpWitnessDoor(SECONDS).add_checkpoint(url, b""),
    ):
        begun = time.monotonic()
        with pytest.raises(Exception, match=r"did not answer|TimeoutError") as caught:
            ask()
        assert time.monotonic() - begun < 3 * SECONDS
        assert caught.value.code in (ChainUnreachableError.code, WitnessUnreachableError.code)  # type: ignore[attr-defined]


def test_an_answer_that_falls_short_of_its_length_is_no_answer(port_of: Callable[[Serve], int]) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n{}")

    port = port_of(serve)
    with pytest.raises(http.client.IncompleteRead):
        post(HttpPlace.of(f"http://127.0.0.1:{port}/"), b"", {}, seconds=5, most=100)


def test_a_whole_answer_is_given_with_its_type_and_at_most_a_byte_too_much(port_of: Callable[[Serve], int]) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 418 No\r\nContent-Type: Text/Plain; x=y\r\nContent-Length: 4\r\n\r\ntea.")

    place = HttpPlace.of(f"http://127.0.0.1:{port_of(serve)}/a?b")
    answer = post(place, b"", {}, seconds=5, most=100)
    assert (place.target, answer.status, answer.media_type, answer.body) == ("/a?b", 418, "text/plain", b"tea.")
    assert post(place, b"", {}, seconds=5, most=2).body == b"tea"


@pytest.mark.parametrize("url", ["ftp://example.test", "http://", "", "http://[", "http://x:99999999/"])
def test_what_is_no_http_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        HttpPlace.of(url)
