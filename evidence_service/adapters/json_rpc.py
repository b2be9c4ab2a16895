"""JSON-RPC over HTTP, with a timeout on every call: how the local chain is spoken to.

Spec: JSON-RPC 2.0. No retries: the caller knows what may be repeated.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from evidence_service.errors import ChainError


class ChainUnreachableError(ChainError):
    """The node did not answer: whether it acted is not known."""

    code = "chain-unreachable"


class RpcRefusedError(ChainError):
    """The node answered with an error."""

    code = "chain-rpc"


class JsonRpc:
    """One node's door. Cheap to make; holds no connection between calls."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        """Remember where the node is; http and https are known."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ChainError(f"{url} is no http address of a node")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._path = parts.path or "/"
        self._timeout = timeout

    def call(self, method: str, *params: object) -> Any:
        """The result of one call."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=self._timeout)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ChainUnreachableError(
                f"the chain at {self._host}:{self._port} did not answer {method}: {error or type(error).__name__}"
            ) from error
        finally:
            connection.close()
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
