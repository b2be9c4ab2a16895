"""Asks one Ethereum node by JSON-RPC over HTTP, with the standard library alone.

Spec: https://ethereum.github.io/execution-apis/, docs/spec/verify.md (8). Every question has a size limit and one time
limit over all of it, however slowly bytes drip in; it follows no redirect and uses no proxy; whatever is not a clean
answer is a ChainUnreachableError.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from evidence_service.core.anchor_view import ChainUnreachableError
from evidence_service.core.canonical import CanonicalError, parse_strict

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 4 << 20
LATEST_POSSIBLE = 2**63


class RpcChainReader:
    """One node. Answers about the past that cannot change while a program runs are kept."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname, parts.port
        except ValueError:
            raise ChainUnreachableError("the address of a node is not a URL") from None
        if parts.scheme not in ("http", "https") or not self._host:
            raise ChainUnreachableError("the address of a node begins with http:// or https://")
        self._connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._kept: dict[tuple[str, str], Any] = {}

    def chain_id(self) -> int:
        """EIP-155 chain id."""
        return _quantity(self._once("eth_chainId"))

    def head(self) -> int:
        """Number of the newest block."""
        return _quantity(self._ask("eth_blockNumber"))

    def block(self, number: int) -> tuple[str, datetime]:
        """Hash and time of a block."""
        block = self._once("eth_getBlockByNumber", hex(number), False)
        if not isinstance(block, dict):
            raise ChainUnreachableError(f"the node does not have block {number}")
        seconds = _quantity(block.get("timestamp"))
        if seconds > 253402300799:  # the year 9999: beyond it there is no date to show
            raise ChainUnreachableError("the node gave a block a time that is no time")
        return _hex(block.get("hash"), 32), datetime.fromtimestamp(seconds, UTC)

    def code(self, address: str) -> bytes:
        """Runtime code at an address, now."""
        return bytes.fromhex(_hex(self._once("eth_getCode", address, "latest"))[2:])

    def call(self, address: str, data: bytes) -> bytes:
        """Answer of a read-only call, now."""
        answer = self._ask("eth_call", {"to": address, "data": "0x" + data.hex()}, "latest")
        return bytes.fromhex(_hex(answer)[2:])

    def event_blocks(self, address: str, topics: Sequence[str], first: int) -> tuple[int, ...]:
        """Blocks from `first` on that hold an event of this contract with these topics, in order."""
        wanted = {"address": address, "topics": list(topics), "fromBlock": hex(first), "toBlock": "latest"}
        logs = self._ask("eth_getLogs", wanted)
        if not isinstance(logs, list) or not all(isinstance(entry, dict) for entry in logs):
            raise ChainUnreachableError("the node's list of events is not a list")
        # A node may answer more than it was asked; only what was asked counts.
        mine = [
            entry
            for entry in logs
            if str(entry.get("address")).lower() == address.lower()
            and isinstance(entry.get("topics"), list)
            and [str(topic).lower() for topic in entry["topics"]] == [topic.lower() for topic in topics]
            and not entry.get("removed")
        ]
        return tuple(sorted(_quantity(entry.get("blockNumber")) for entry in mine))

    def _once(self, method: str, *params: Any) -> Any:
        key = (method, json.dumps(params))
        if key not in self._kept:
            self._kept[key] = self._ask(method, *params)
        return self._kept[key]

    def _ask(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
        try:
            status, raw = self._post(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ChainUnreachableError(f"{method}: {type(error).__name__}") from None
        if status != http.client.OK:
            raise ChainUnreachableError(f"{method}: HTTP status {status}")
        if len(raw) > MAX_ANSWER:
            raise ChainUnreachableError(f"{method}: the answer is larger than {MAX_ANSWER >> 20} MiB")
        return _result(method, raw)

    def _post(self, body: bytes) -> tuple[int, bytes]:
        """One question over its own connection, which is cut when the time is over."""
        connection = self._connection(str(self._host), self._port, timeout=self._timeout)
        try:
            connection.connect()
            limit = Timer(self._timeout, _cut, [connection.sock])
            limit.daemon = True
            limit.start()
            try:
                connection.request("POST", self._target, body, {"Content-Type": "application/json"})
                with connection.getresponse() as response:
                    return response.status, response.read(MAX_ANSWER + 1)
            finally:
                limit.cancel()
        finally:
            connection.close()


def _cut(sock: socket.socket) -> None:
    """End a connection under its reader; what was read so far is no answer, or is one that came in time."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _result(method: str, raw: bytes) -> Any:
    try:
        answer = parse_strict(raw)  # strict: an endlessly nested answer must not bring the reader down
    except CanonicalError:
        raise ChainUnreachableError(f"{method}: the answer is not JSON") from None
    if not isinstance(answer, dict) or "result" not in answer or answer.get("error") is not None:
        raise ChainUnreachableError(f"{method}: the node refused")
    return answer["result"]


def _quantity(value: Any) -> int:
    try:
        number = int(value, 16) if isinstance(value, str) and value.startswith("0x") else -1
    except ValueError:
        number = -1
    if not 0 <= number < LATEST_POSSIBLE:
        raise ChainUnreachableError("the node gave something that is not a number")
    return number


def _hex(value: Any, size: int | None = None) -> str:
    good = isinstance(value, str) and value.startswith("0x") and len(value) % 2 == 0
    try:
        raw = bytes.fromhex(value[2:]) if good else None
    except ValueError:
        raw = None
    if raw is None or (size is not None and len(raw) != size):
        raise ChainUnreachableError("the node gave something that is not bytes")
    return "0x" + raw.hex()
