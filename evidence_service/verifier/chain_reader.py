"""Asks one Ethereum node by JSON-RPC over HTTP, with the standard library alone.

Spec: https://ethereum.github.io/execution-apis/, docs/spec/verify.md (8). Every question has a size limit and one time
limit over all of it, however slowly bytes drip in; it follows no redirect and uses no proxy; whatever is not a clean
answer is a ChainUnreachableError.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from evidence_service.core.anchor_view import ChainUnreachableError
from evidence_service.core.canonical import CanonicalError, parse_strict
from evidence_service.verifier.http_question import HttpPlace, post

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 4 << 20
JSON = {"Content-Type": "application/json"}
LATEST_POSSIBLE = 2**63
QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,16}\Z")
DATA = re.compile(r"0x([0-9a-fA-F]{2})*\Z")


class RpcChainReader:
    """One node. Answers about the past that cannot change while a program runs are kept."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        try:
            self._place = HttpPlace.of(url)
        except ValueError:
            raise ChainUnreachableError("the address of a node begins with http:// or https://") from None
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
            and entry.get("removed") in (None, False)
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
            answer = post(self._place, body, JSON, seconds=self._timeout, most=MAX_ANSWER)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ChainUnreachableError(f"{method}: {type(error).__name__}") from None
        if answer.status != http.client.OK:
            raise ChainUnreachableError(f"{method}: HTTP status {answer.status}")
        if len(answer.body) > MAX_ANSWER:
            raise ChainUnreachableError(f"{method}: the answer is larger than {MAX_ANSWER >> 20} MiB")
        return _result(method, answer.body)


def _result(method: str, raw: bytes) -> Any:
    try:
        answer = parse_strict(raw)  # strict: an endlessly nested answer must not bring the reader down
    except CanonicalError:
        raise ChainUnreachableError(f"{method}: the answer is not JSON") from None
    if not isinstance(answer, dict) or "result" not in answer or answer.get("error") is not None:
        raise ChainUnreachableError(f"{method}: the node refused")
    return answer["result"]


def _quantity(value: Any) -> int:
    number = int(value, 16) if isinstance(value, str) and QUANTITY.match(value) else LATEST_POSSIBLE
    if number >= LATEST_POSSIBLE:
        raise ChainUnreachableError("the node gave something that is not a number")
    return number


def _hex(value: Any, size: int | None = None) -> str:
    if not isinstance(value, str) or not DATA.match(value) or (size is not None and len(value) != 2 + 2 * size):
        raise ChainUnreachableError("the node gave something that is not bytes")
    return value.lower()
