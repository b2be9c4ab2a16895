"""JSON-RPC over HTTP, with one limit of time for each whole call: how the local chain is spoken to.

Spec: JSON-RPC 2.0. No retries: the caller knows what may be repeated.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
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
        return _result(method, self._asked(method, _question(method, params, 1)))

    def many(self, method: str, calls: Sequence[Sequence[object]]) -> list[Any]:
        """The results of one method asked with many parameters, in one request (JSON-RPC 2.0 section 6), in order.

        Raises where any of them is an error: for questions, not for what changes something.
        """
        if not calls:
            return []
        said = self._asked(method, [_question(method, params, at) for at, params in enumerate(calls)])
        answers = {one.get("id"): one for one in said if isinstance(one, dict)} if isinstance(said, list) else {}
        if not isinstance(said, list) or set(answers) != set(range(len(calls))):
            _result(method, said if isinstance(said, dict) else None)
            raise RpcRefusedError(f"the chain did not answer each of {len(calls)} questions for {method}")
        return [_result(method, answers[at]) for at in range(len(calls))]

    def _asked(self, method: str, question: object) -> Any:
        try:
            said = post(self._place, json.dumps(question).encode(), JSON, seconds=self._timeout, most=MAX_ANSWER).body
            return json.loads(said)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ChainUnreachableError(
                f"the chain at {self._place.host}:{self._place.port} did not answer {method}: "
                f"{error or type(error).__name__}"
            ) from error

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


def _question(method: str, params: Sequence[object], number: int) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _result(method: str, answer: Any) -> Any:
    if not isinstance(answer, dict) or "result" not in answer:
        said = answer.get("error") if isinstance(answer, dict) else None
        reason = said.get("message") if isinstance(said, dict) else None
        raise RpcRefusedError(f"the chain refused {method}: {reason or 'no reason given'}")
    return answer["result"]
