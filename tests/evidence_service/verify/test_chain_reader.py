"""The chain reader against a real HTTP server on the loopback that answers well, badly, late, or not at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from evidence_service.core.anchor_view import ChainUnreachableError
from evidence_service.core.keccak import keccak256
from evidence_service.core.verify import verify_package
from evidence_service.verifier import chain_reader
from evidence_service.verifier.chain_reader import RpcChainReader
from tests.evidence_service.verify.world import CONTRACT, NOW, Chain, make_world

Answer = Callable[[dict[str, Any]], Any]
TOPICS = ("0x" + "aa" * 32, "0x" + "bb" * 32)


@contextmanager
def node(answer: Answer, *, raw: bytes | None = None, status: int = 200, delay: float = 0) -> Iterator[str]:
    """A node on the loopback; `answer` gives the result of a request, `raw` replaces the whole body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(delay)
            body = raw if raw is not None else json.dumps({"jsonrpc": "2.0", "id": 1, "result": answer(asked)}).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # the reader hung up, as it should on an endless answer

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def event(block: str, address: str = CONTRACT, topics: tuple[str, ...] = TOPICS, **more: Any) -> dict[str, Any]:
    return {"address": address, "topics": list(topics), "blockNumber": block, **more}


def test_answers_of_a_node_are_read() -> None:
    results = {
        "eth_chainId": "0x7a69",
        "eth_blockNumber": "0x14",
        "eth_getCode": "0x6080",
        "eth_call": "0x" + "01" * 32,
        "eth_getBlockByNumber": {"hash": "0x" + "11" * 32, "timestamp": "0x65920080"},
        "eth_getLogs": [event("0x9"), event("0x7", address=CONTRACT.upper().replace("X", "x"))],
    }
    with node(lambda asked: results[asked["method"]]) as url:
        reader = RpcChainReader(url)
        assert reader.chain_id() == 31337
        assert reader.head() == 20
        assert reader.code(CONTRACT) == b"\x60\x80"
        assert reader.call(CONTRACT, b"\x01") == b"\x01" * 32
        assert reader.block(7) == ("0x" + "11" * 32, datetime(2024, 1, 1, 0, 0, tzinfo=UTC))
        assert reader.event_blocks(CONTRACT, TOPICS, 0) == (7, 9)


def test_events_that_were_not_asked_for_do_not_count() -> None:
    wrong = [event("0x1", address="0x" + "00" * 20), event("0x2", topics=TOPICS[:1]), event("0x3", removed=True)]
    with node(lambda _: wrong) as url:
        assert RpcChainReader(url).event_blocks(CONTRACT, TOPICS, 0) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"result":null,"error":{"code":-32601,"message":"no"}}',
        b'{"result":"0x"}',
        b'{"result":"12"}',
        b'{"result":"0xzz"}',
        b'{"result":"-0x1"}',
        b'{"result":"0x' + b"f" * 40 + b'"}',
        b'{"result":12}',
        b"[" * 100_000,
        b'"' + b"x" * (chain_reader.MAX_ANSWER + 10) + b'"',
    ],
)
def test_an_answer_that_is_none_is_unreachable(raw: bytes) -> None:
    with node(lambda _: None, raw=raw) as url, pytest.raises(ChainUnreachableError):
        RpcChainReader(url).chain_id()


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_a_redirect_or_an_error_is_unreachable(status: int) -> None:
    with node(lambda _: "0x1", status=status) as url, pytest.raises(ChainUnreachableError, match=str(status)):
        RpcChainReader(url).chain_id()


def test_a_node_that_takes_too_long_or_is_away_is_unreachable() -> None:
    with node(lambda _: "0x1", delay=0.6) as url, pytest.raises(ChainUnreachableError):
        RpcChainReader(url, timeout=0.1).chain_id()
    with pytest.raises(ChainUnreachableError):
        RpcChainReader("http://127.0.0.1:9").chain_id()


@pytest.mark.parametrize("drip", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_node_that_drips_its_answer_is_cut_off_when_the_time_is_over(drip: bytes) -> None:
    """Each byte comes soon enough; all of them together never end."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(drip)
                with suppress(OSError):
                    for _ in range(200):
                        connection.sendall(b" ")
                        time.sleep(0.05)

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        started = time.monotonic()
        with pytest.raises(ChainUnreachableError):
            RpcChainReader(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.4).chain_id()
        assert time.monotonic() - started < 3
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1:8545", "http://", "", "http://[::1", "http://h:99999999"],
)
def test_only_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(ChainUnreachableError):
        RpcChainReader(url)


@pytest.mark.parametrize("result", [None, [], {"hash": "0x11", "timestamp": "0x1"}, {"hash": "0x" + "11" * 32}])
def test_a_block_out_of_form_is_unreachable(result: Any) -> None:
    with node(lambda _: result) as url, pytest.raises(ChainUnreachableError):
        RpcChainReader(url).block(0)


def test_check_8_passes_over_http() -> None:
    world = make_world()
    chain = Chain(world)

    def answer(asked: dict[str, Any]) -> Any:
        params = asked["params"]
        match asked["method"]:
            case "eth_chainId":
                return hex(chain.identity)
            case "eth_blockNumber":
                return hex(chain.newest)
            case "eth_getCode":
                return "0x" + chain.code(params[0]).hex()
            case "eth_call":
                return "0x" + chain.call(params[0]["to"], bytes.fromhex(params[0]["data"][2:])).hex()
            case "eth_getBlockByNumber":
                found, moment = chain.block(int(params[0], 16))
                return {"hash": found, "timestamp": hex(int(moment.timestamp()))}
            case _:
                topics = tuple(params[0]["topics"])
                blocks = chain.event_blocks(CONTRACT, topics, int(params[0]["fromBlock"], 16))
                return [event(hex(block), topics=topics) for block in blocks]

    with node(answer) as url:
        report = verify_package(world.package_zip(), world.trust(), RpcChainReader(url), NOW)
    assert report.check(8).code == "anchored"
    assert keccak256(chain.code(CONTRACT)).hex() in world.claim.code_hash
