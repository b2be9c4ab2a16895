"""JSON-RPC over HTTP, with one limit of time for each whole call: how the local chain is spoken to.

Spec: JSON-RPC 2.0. No retries: the caller knows what may be repeated.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

from evidence_service.errors import ChainError
from evidence_service.verifier.http_question import HttpPlace, post

JSON = {"Content-Type": "application/json"}
TIMEOUT_SECONDS = 30.0
MAX_ANSWER = 256 << 20
"""A local chain hands over its whole state in one answer."""


class ChainUnreachableError(ChainError):
    """The node did not answer: whether it acted is not known."""

    code = "chain-unreachable"


class RpcRefusedError(ChainError):
    """The node answered with an error."""

    code = "chain-rpc"


class JsonRpc:
    """One node's door. Cheap to make; holds no connection between calls."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        """Remember where the node is; http and https are known."""
        try:
            self._place = HttpPlace.of(url)
        except ValueError:
            raise ChainError(f"{url} is no http address of a node") from None
        self._timeout = timeout

    def call(self, method: str, *params: object) -> Any:
        """The result of one call."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        try:
            said = post(self._place, body, JSON, seconds=self._timeout, most=MAX_ANSWER).body
            answer = json.loads(said)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ChainUnreachableError(
                f"the chain at {self._place.host}:{self._place.port} did not answer {method}: "
                f"{error or type(error).__name__}"
            ) from error
        if not isinstance(answer, dict) or "result" not in answer:
            reason = answer.get("error", {}).get("message") if isinstance(answer, dict) else None
            raise RpcRefusedError(f"the chain refused {method}: {reason or 'no reason given'}")
        return answer["result"]

    def number(self, method: str, *params: object) -> int:
        """The result of a call that answers with a hexadecimal quantity."""
        return int(self.call(method, *params), 16)

    def block(self, which: str | int) -> dict[str, Any]:
        """A block header by number or tag; refused when there is no such block."""
        tag = hex(which) if isinstance(which, int) else which
        found = self.call("eth_getBlockByNumber", tag, False)
        if found is None:
            raise RpcRefusedError(f"the chain has no block {which}")
        return dict(found)
