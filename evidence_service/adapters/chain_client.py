"""One account on one Ethereum node: prepare, send, ask what happened, deploy, read blocks and code.

Spec: docs/spec/anchor.md, "Transactions". A transaction is signed here and sent later, as often as needed;
every call has a timeout; what a contract refuses becomes a sentence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.contract_errors import ContractRefusedError, refused
from evidence_service.adapters.contract_files import shipped_contract
from evidence_service.adapters.json_rpc import ChainUnreachableError, RpcRefusedError
from evidence_service.core.chain import PreparedTx, TxOutcome, TxState
from evidence_service.errors import ChainError

if TYPE_CHECKING:
    from web3 import Web3

# Room above what was measured (docs/spec/anchor.md): unused gas costs nothing.
DEPLOY_GAS = 3_000_000
_LAST_NONCE_SEARCHED = 16


class OutOfFundsError(ChainError):
    """The account cannot pay for a transaction."""

    code = "chain-out-of-funds"


class ChainClient:
    """The account at the node. One transaction at a time: send, wait for its receipt, then the next."""

    def __init__(self, rpc_url: str, account: ChainAccount, chain_id: int, timeout: float) -> None:
        """Remember whom to talk to; nothing is asked yet."""
        self._url = rpc_url
        self._account = account
        self._chain_id = chain_id
        self._timeout = timeout
        self._connection: Web3 | None = None

    @property
    def address(self) -> str:
        """The account's address."""
        return self._account.address

    @property
    def chain_id(self) -> int:
        """The chain that our transactions are signed for."""
        return self._chain_id

    def prepare(self, to: str, data: str, gas: int, doing: str) -> PreparedTx:
        """Simulate, so that a refusal is a sentence and not a failed transaction; then sign."""
        transaction = self._fields(gas) | {"to": to, "data": data}
        self._check_funds(transaction, doing)
        with self.asking(f"to try {doing}") as web3:
            web3.eth.call(cast("Any", {**transaction, "from": self.address}))
        return self._sign(transaction)

    def prepare_row(self, to: str, calls: Sequence[str], gas: int, doing: str) -> list[PreparedTx]:
        """Sign many calls, nonces in a row, none tried before. Send them in order, and none after a refused one."""
        fields = self._fields(gas) | {"to": to}
        self._check_funds(fields, doing, len(calls))
        return [self._sign(fields | {"nonce": fields["nonce"] + at, "data": data}) for at, data in enumerate(calls)]

    def send(self, prepared: PreparedTx) -> None:
        """Hand a prepared transaction to the node. The same one may be sent again at any time."""
        try:
            with self.asking("to take a transaction") as web3:
                web3.eth.send_raw_transaction(cast("Any", prepared.raw))
        except RpcRefusedError as error:
            # "Already known" and "nonce too low" are also what a node says of a transaction that it has.
            if self.outcome(prepared.tx_hash).state is not TxState.UNKNOWN:
                return
            if "insufficient funds" in str(error).lower():
                raise self._out_of_funds(f"transaction {prepared.tx_hash}") from error
            raise

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What became of a transaction, from the node's own books."""
        receipt = self._found("receipt", tx_hash)
        if receipt is None:
            known = self._found("transaction", tx_hash)
            return TxOutcome(TxState.UNKNOWN if known is None else TxState.PENDING)
        failed = int(receipt["status"]) == 0
        return TxOutcome(
            state=TxState.FAILED if failed else TxState.MINED,
            block_number=int(receipt["blockNumber"]),
            block_hash=hexadecimal(receipt["blockHash"]),
            gas_used=int(receipt["gasUsed"]),
            error=self._reason(tx_hash, int(receipt["blockNumber"])) if failed else None,
        )

    def wait(self, tx_hash: str, patience: float = 60.0) -> TxOutcome:
        """The outcome once the transaction is in a block; else what is known when patience ends."""
        deadline = time.monotonic() + patience
        while True:
            outcome = self.outcome(tx_hash)
            if outcome.state in {TxState.MINED, TxState.FAILED} or time.monotonic() > deadline:
                return outcome
            time.sleep(0.01)

    def finish(self, prepared: PreparedTx, doing: str) -> TxOutcome:
        """Send and wait; an error unless it was mined and succeeded."""
        self.send(prepared)
        outcome = self.wait(prepared.tx_hash)
        if outcome.state is not TxState.MINED:
            why = f": {outcome.error}" if outcome.error else ""
            raise ChainError(f"{doing} did not succeed: transaction {prepared.tx_hash} is {outcome.state}{why}")
        return outcome

    def deploy(self, name: str) -> str:
        """Deploy a shipped contract, or find it again: the same account made it before a crash."""
        found = self._find_deployed(name)
        if found is not None:
            return found
        prepared = self._sign(self._fields(DEPLOY_GAS) | {"data": shipped_contract(name).bytecode})
        # crash here: nothing was sent. A crash after sending: the search above finds the contract.
        self.finish(prepared, f"deploying {name}")
        return self._created_address(prepared.nonce)

    def served_chain_id(self) -> int:
        """The id of the chain that the node serves."""
        with self.asking("its chain id") as web3:
            return int(web3.eth.chain_id)

    def balance(self) -> int:
        """What our account holds, in the chain's smallest unit."""
        with self.asking("our balance") as web3:
            return int(web3.eth.get_balance(cast("Any", self.address)))

    def most_for(self, gas: int) -> int:
        """What a transaction with this gas limit may cost at today's fees."""
        return _most(self._fields(gas))

    def block_number(self) -> int:
        """The newest block."""
        with self.asking("its newest block") as web3:
            return int(web3.eth.block_number)

    def block_hash(self, number: int) -> str:
        """The hash of a block."""
        with self.asking(f"block {number}") as web3:
            return hexadecimal(web3.eth.get_block(cast("Any", number))["hash"])

    def block_time(self, number: int) -> datetime:
        """When a block says that it was made."""
        with self.asking(f"the time of block {number}") as web3:
            return datetime.fromtimestamp(int(web3.eth.get_block(cast("Any", number))["timestamp"]), UTC)

    def code(self, address: str) -> bytes:
        """The runtime code at an address."""
        with self.asking(f"the code at {address}") as web3:
            return bytes(web3.eth.get_code(cast("Any", address)))

    @contextmanager
    def asking(self, what: str) -> Iterator[Web3]:
        """Talk to the node; whatever goes wrong becomes a ChainError that says what was asked."""
        from web3.exceptions import ContractLogicError, Web3Exception  # noqa: PLC0415

        try:
            yield self._web3()
        except ContractLogicError as error:
            data = error.data if isinstance(error.data, str) else "0x"
            raise refused(bytes.fromhex(data.removeprefix("0x"))) from error
        except Web3Exception as error:
            raise RpcRefusedError(f"the chain refused {what}: {error}") from error
        except (OSError, ValueError) as error:
            raise ChainUnreachableError(f"the chain at {self._url} did not answer when asked {what}") from error

    def _fields(self, gas: int) -> dict[str, Any]:
        """Nonce, gas and fees, fixed by us: no node guesses them."""
        with self.asking("our nonce and its fees") as web3:
            nonce = web3.eth.get_transaction_count(cast("Any", self.address), "pending")
            base = web3.eth.get_block("latest").get("baseFeePerGas")
            fields = {"nonce": nonce, "gas": gas, "chainId": self._chain_id, "value": 0}
            if base is None:  # a chain from before EIP-1559
                return fields | {"gasPrice": web3.eth.gas_price}
            # A zero-fee network says so by its base fee; a tip would be refused for lack of money.
            tip = 0 if base == 0 else web3.eth.max_priority_fee
            return fields | {"maxFeePerGas": 2 * base + tip, "maxPriorityFeePerGas": tip}

    def _check_funds(self, transaction: dict[str, Any], doing: str, times: int = 1) -> None:
        """A node asks for gas limit times fee cap before it takes a transaction; said here in a sentence."""
        most = _most(transaction) * times
        if most and self.balance() < most:
            raise self._out_of_funds(f"{doing} (it may cost up to {most} wei)")

    def _out_of_funds(self, what: str) -> OutOfFundsError:
        return OutOfFundsError(
            f"account {self.address} holds {self.balance()} wei on chain {self._chain_id}, too little for {what}. "
            "Nothing is lost: send money to that account, then run the same command again"
        )

    def _sign(self, transaction: dict[str, Any]) -> PreparedTx:
        tx_hash, raw = self._account.sign(transaction)
        return PreparedTx(transaction["nonce"], tx_hash, raw)

    def _found(self, kind: str, tx_hash: str) -> Any:
        from web3.exceptions import TransactionNotFound  # noqa: PLC0415

        with self.asking(f"the {kind} of {tx_hash}") as web3:
            ask = web3.eth.get_transaction_receipt if kind == "receipt" else web3.eth.get_transaction
            try:
                return ask(cast("Any", tx_hash))
            except TransactionNotFound:
                return None

    def _reason(self, tx_hash: str, block: int) -> str:
        """Why a transaction failed, by trying it again on the state before its block, while that is there."""
        sent = self._found("transaction", tx_hash)
        again = {"from": sent["from"], "to": sent.get("to"), "data": sent["input"], "gas": sent["gas"]}
        try:
            with self.asking("to try a failed transaction again") as web3:
                web3.eth.call(cast("Any", again), block - 1)
        except ContractRefusedError as error:
            return str(error)
        except ChainError:
            return "the contract refused it; the node does not keep the state that would say why"
        return "it failed in its block but would not have failed before it: another transaction came first"

    def _find_deployed(self, name: str) -> str | None:
        with self.asking("our nonce") as web3:
            count = web3.eth.get_transaction_count(cast("Any", self.address))
        for nonce in range(min(count, _LAST_NONCE_SEARCHED)):
            address = self._created_address(nonce)
            if self.code(address) == shipped_contract(name).runtime:
                return address
        return None

    def _created_address(self, nonce: int) -> str:
        """Yellow Paper, section 7: the address of a created contract ends keccak256(rlp([sender, nonce]))."""
        import rlp  # type: ignore[import-untyped]  # noqa: PLC0415
        from eth_utils.address import to_checksum_address  # noqa: PLC0415
        from eth_utils.crypto import keccak  # noqa: PLC0415

        sender = bytes.fromhex(self.address.removeprefix("0x"))
        return str(to_checksum_address(keccak(rlp.encode([sender, nonce]))[12:]))

    def _web3(self) -> Web3:
        """The connection, made on first use: importing web3 takes a second."""
        if self._connection is None:
            from web3 import HTTPProvider, Web3  # noqa: PLC0415
            from web3.middleware import ExtraDataToPOAMiddleware  # noqa: PLC0415

            options = {"timeout": self._timeout}
            provider = HTTPProvider(self._url, request_kwargs=options, exception_retry_configuration=None)
            self._connection = Web3(provider)
            # Clique and QBFT chains put more into a header's extra data than the Yellow Paper allows.
            self._connection.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        return self._connection


def _most(transaction: dict[str, Any]) -> int:
    return int(transaction["gas"] * transaction.get("maxFeePerGas", transaction.get("gasPrice", 0)))


def hexadecimal(value: bytes) -> str:
    """Bytes as chain tools print them."""
    return "0x" + bytes(value).hex()
