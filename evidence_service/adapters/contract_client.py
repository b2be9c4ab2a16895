"""One of our contracts at its address: prepare a call, read a view, read its events, check its code.

Spec: docs/spec/anchor.md. The account and the node are ChainClient's; what a call means is its caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from evidence_service.adapters.chain_client import ChainClient, hexadecimal
from evidence_service.adapters.contract_files import shipped_contract
from evidence_service.core.chain import ContractEvent, PreparedTx
from evidence_service.errors import ChainError

# Nodes bound what one question may cover.
BLOCKS_PER_QUESTION = 10_000
VALUES_PER_QUESTION = 200


class ForeignCodeError(ChainError):
    """The code at an address is not the contract that it should be."""

    code = "chain-other-code"


class ContractClient:
    """A shipped contract, deployed at an address, used by the account of a ChainClient."""

    def __init__(self, client: ChainClient, name: str, address: str) -> None:
        """Name the contract; nothing is asked yet."""
        self._client = client
        self._shipped = shipped_contract(name)
        self.address = address

    def check_code(self) -> None:
        """Raise unless the runtime code at the address is the shipped one, byte for byte."""
        if self._client.code(self.address) != self._shipped.runtime:
            raise ForeignCodeError(
                f"the code at {self.address} is not {self._shipped.name} as shipped: the contract is missing or "
                "another one. Nothing was sent."
            )

    def prepare(self, call: str, arguments: Sequence[object], gas: int) -> PreparedTx:
        """Try a call without sending it, then sign it. Store the result before it is sent."""
        data = self._contract().encode_abi(call, list(arguments))
        return self._client.prepare(self.address, data, gas, call)

    def prepare_row(self, call: str, rows: Sequence[Sequence[object]], gas: int) -> list[PreparedTx]:
        """Sign one call with many arguments, nonces in a row, none tried before. Store all before sending the first."""
        contract = self._contract()
        calls = [contract.encode_abi(call, list(arguments)) for arguments in rows]
        return self._client.prepare_row(self.address, calls, gas, call)

    def calls(self, view: str, rows: Sequence[Sequence[object]]) -> list[dict[str, str]]:
        """Questions for a view with many arguments, as JSON-RPC takes them."""
        contract = self._contract()
        return [{"to": self.address, "data": contract.encode_abi(view, list(arguments))} for arguments in rows]

    def read(self, view: str, *arguments: object) -> Any:
        """What a view answers now."""
        contract = self._contract()
        with self._client.asking(f"for {view}"):
            return contract.functions[view](*arguments).call()

    def events(self, name: str, since: int, **wanted: Sequence[str]) -> list[ContractEvent]:
        """Events of one name from a block on, oldest first; `wanted` gives values of indexed fields, 0x and 64 digits.

        Of at most one field more than VALUES_PER_QUESTION values may be wanted.
        """
        contract = self._contract()
        event = contract.events[name]()
        newest = self._client.block_number()
        found: list[ContractEvent] = []
        for topics in self._topics(name, wanted):
            for start in range(since, newest + 1, BLOCKS_PER_QUESTION):
                end = min(start + BLOCKS_PER_QUESTION - 1, newest)
                question = {"address": self.address, "fromBlock": start, "toBlock": end, "topics": topics}
                with self._client.asking(f"for {name} in blocks {start} to {end}") as web3:
                    found += [_event(event.process_log(log)) for log in web3.eth.get_logs(cast("Any", question))]
        return sorted(found, key=lambda one: (one.block, one.position))

    def _topics(self, name: str, wanted: dict[str, Sequence[str]]) -> Iterator[list[Any]]:
        """Topics of the questions: the event's own, then a list of values, or None for any, per indexed field."""
        from eth_utils.crypto import keccak  # noqa: PLC0415

        entry = next(one for one in self._shipped.abi if one["type"] == "event" and one["name"] == name)
        own = hexadecimal(keccak(text=f"{name}({','.join(one['type'] for one in entry['inputs'])})"))
        fields = [one["name"] for one in entry["inputs"] if one["indexed"]]
        many = max(fields, key=lambda field: len(wanted.get(field, ())))
        for start in range(0, max(1, len(wanted.get(many, ()))), VALUES_PER_QUESTION):
            chunk = {**wanted, many: wanted.get(many, ())[start : start + VALUES_PER_QUESTION]}
            yield [own, *(list(chunk[field]) if chunk.get(field) else None for field in fields)]

    def _contract(self) -> Any:
        with self._client.asking("for the contract") as web3:
            return web3.eth.contract(address=cast("Any", self.address), abi=self._shipped.abi)


def _event(log: Any) -> ContractEvent:
    values = {name: hexadecimal(value) if isinstance(value, bytes) else value for name, value in log["args"].items()}
    return ContractEvent(
        name=log["event"],
        values=values,
        tx=hexadecimal(log["transactionHash"]),
        block=int(log["blockNumber"]),
        block_hash=hexadecimal(log["blockHash"]),
        position=int(log["logIndex"]),
    )
