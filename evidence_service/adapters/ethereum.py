"""The anchor station on an Ethereum chain: deploy, register, prepare, send, ask what happened, read.

Spec: docs/spec/anchor.md. An anchor is prepared (signed, not sent), stored by the caller, and only then
sent; after a crash the stored transaction is looked up by its hash and, where unknown, sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.chain_client import ChainClient, hexadecimal
from evidence_service.adapters.contract_client import ContractClient
from evidence_service.core.chain import Deployment, LogHead, LogWitnesses, PreparedTx, TxOutcome
from evidence_service.errors import ChainError

# Room above what was measured (docs/spec/anchor.md): unused gas costs nothing.
REGISTER_GAS = 400_000
ANCHOR_GAS, ANCHOR_GAS_PER_NODE, ANCHOR_GAS_PER_SIGNATURE = 200_000, 8_000, 20_000
LOG_TAG = "proofdocket/log/v1"


class OtherChainError(ChainError):
    """The node serves another chain, or one that lost its past, or other contracts."""

    code = "chain-other"


class OtherLogError(ChainError):
    """The log on the contract is not this one under its present key, or another account anchors it."""

    code = "chain-other-log"


class EthereumAnchor:
    """One instance's contracts on one chain, used by one account."""

    def __init__(
        self,
        rpc_url: str,
        account: ChainAccount,
        chain_id: int,
        deployment: Deployment | None = None,
        *,
        timeout: float = 20.0,
    ) -> None:
        """Remember whom to talk to; nothing is asked yet. Without `deployment`, `deploy` comes first."""
        self._client = ChainClient(rpc_url, account, chain_id, timeout)
        self._deployment = deployment

    def deploy(self) -> Deployment:
        """Deploy both contracts. After a crash the ones that this account made are found and kept."""
        anchor, registry = self._client.deploy("EvidenceAnchor"), self._client.deploy("FilingRegistry")
        self._deployment = Deployment(
            chain_id=self._client.chain_id,
            genesis_hash=self.genesis_hash(),
            evidence_anchor=anchor,
            filing_registry=registry,
            code_hash=self.code_hash(anchor),
        )
        return self._deployment

    def check_identity(self, expected_chain_id: int, genesis_hash: str, code_hash: str) -> None:
        """Refuse to go on when chain, past or contract are not the ones that this instance knows."""
        found_id = self._client.served_chain_id()
        if found_id != expected_chain_id:
            raise OtherChainError(
                f"the node serves chain {found_id}, but this instance anchors on chain {expected_chain_id}"
            )
        found_genesis = self.genesis_hash()
        if found_genesis != genesis_hash:
            raise OtherChainError(
                f"the node's chain {found_id} begins with block {found_genesis}, but this instance's chain "
                f"begins with {genesis_hash}: another chain, or one that lost its past. Nothing was deployed."
            )
        address = self._deployed().evidence_anchor
        found_code = self.code_hash(address)
        if found_code != code_hash:
            raise OtherChainError(
                f"the code at {address} has hash {found_code}, but this instance's EvidenceAnchor has "
                f"{code_hash}: the contract is missing or another one. Nothing was deployed."
            )

    def register_log(self, origin: str, key: bytes) -> bytes:
        """Register a log unless it is registered; its name. May be repeated safely."""
        log_id = self.log_id(origin, key)
        if not self.is_registered(log_id):
            prepared = self._prepare("register", [origin, key], REGISTER_GAS)
            # crash here: the log is not registered, and the next call registers it
            self._client.finish(prepared, f"registering log {hexadecimal(log_id)}")
        return log_id

    def is_registered(self, log_id: bytes) -> bool:
        """Whether the contract knows the log."""
        return int(self._read("submitterOf", log_id), 16) != 0

    def continued_log(self, origin: str, key: bytes, known: bytes) -> bytes:
        """The log that goes on from a known one: itself or its successor, of this origin and key, anchored by us."""
        log_id = known
        while any(successor := bytes(self._read("successorOf", log_id))):
            log_id = successor
        registrant = str(self._read("registrantOf", log_id))
        if self._name(origin, key, registrant) != log_id:
            raise OtherLogError(
                f"log {hexadecimal(log_id)} on the contract is not of {origin} under its present key. Was the log's "
                "key replaced? Run: proofdocket chain name-successor"
            )
        submitter = str(self._read("submitterOf", log_id))
        if submitter.lower() != self._client.address.lower():
            raise OtherLogError(
                f"log {hexadecimal(log_id)} is anchored by account {submitter}, but this instance has the key of "
                f"{self._client.address}: restore keys/chain.key, or let the log's chain witnesses rotate the "
                "submitter (proofdocket chain rotate-submitter)"
            )
        return log_id

    def witnesses(self, log_id: bytes) -> LogWitnesses:
        """The witnesses of a log on the contract, and how many must sign."""
        accounts, threshold = self._read("witnessesOf", log_id)
        return LogWitnesses(tuple(str(one) for one in accounts), int(threshold))

    def prepare_anchor(
        self, log_id: bytes, size: int, root: bytes, proof: Sequence[bytes], signatures: Sequence[bytes] = ()
    ) -> PreparedTx:
        """Try the anchor without sending it, then sign it. Store the result before `send`."""
        gas = ANCHOR_GAS + ANCHOR_GAS_PER_NODE * len(proof) + ANCHOR_GAS_PER_SIGNATURE * len(signatures)
        arguments: list[object] = [log_id, size, root, list(proof)]
        if signatures:
            return self._prepare("anchorAttested", [*arguments, list(signatures)], gas)
        return self._prepare("anchor", arguments, gas)

    def send(self, prepared: PreparedTx) -> None:
        """Hand a prepared transaction to the node. The same one may be sent again at any time."""
        self._client.send(prepared)

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What became of a transaction, from the node's own books."""
        return self._client.outcome(tx_hash)

    def wait(self, tx_hash: str, patience: float = 60.0) -> TxOutcome:
        """The outcome once the transaction is in a block; else what is known when patience ends."""
        return self._client.wait(tx_hash, patience)

    def head(self, log_id: bytes) -> LogHead:
        """The newest anchored head of a log."""
        size, root = self._read("head", log_id)
        return LogHead(int(size), bytes(root))

    def root_at(self, log_id: bytes, size: int) -> bytes | None:
        """The root that was anchored at a size; None when nothing was."""
        root = bytes(self._read("rootAt", log_id, size))
        return root if any(root) else None

    def log_id(self, origin: str, key: bytes) -> bytes:
        """The name of our log on this contract, computed as the contract does."""
        return self._name(origin, key, self._client.address)

    def block_number(self) -> int:
        """The newest block."""
        return self._client.block_number()

    def block_hash(self, number: int) -> str:
        """The hash of a block; read again before an anchor is called final."""
        return self._client.block_hash(number)

    def block_time(self, number: int) -> datetime:
        """When a block says that it was made."""
        return self._client.block_time(number)

    def contract(self) -> ContractClient:
        """The EvidenceAnchor contract, used by this account."""
        return self._contract()

    def run(self, call: str, arguments: list[object], gas: int) -> TxOutcome:
        """Try a call, send it, and wait until it succeeded."""
        return self._client.finish(self._prepare(call, arguments, gas), call)

    def balance(self) -> int:
        """What the account holds, in the chain's smallest unit."""
        return self._client.balance()

    def most_for_an_anchor(self) -> int:
        """What an anchor with a long proof may cost at today's fees."""
        return self._client.most_for(ANCHOR_GAS + 40 * ANCHOR_GAS_PER_NODE)

    def registry(self) -> ContractClient:
        """The FilingRegistry beside the anchor contract, used by the same account."""
        return ContractClient(self._client, "FilingRegistry", self._deployed().filing_registry)

    def genesis_hash(self) -> str:
        """The hash of block 0."""
        return self._client.block_hash(0)

    def code_hash(self, address: str) -> str:
        """keccak256 of the runtime code at an address."""
        from eth_utils.crypto import keccak  # noqa: PLC0415

        return hexadecimal(keccak(self._client.code(address)))

    def _name(self, origin: str, key: bytes, registrant: str) -> bytes:
        return log_id(origin, key, self._client.chain_id, self._deployed().evidence_anchor, registrant)

    def _prepare(self, call: str, arguments: list[object], gas: int) -> PreparedTx:
        return self._contract().prepare(call, arguments, gas)

    def _read(self, view: str, *arguments: object) -> Any:
        return self._contract().read(view, *arguments)

    def _contract(self) -> ContractClient:
        return ContractClient(self._client, "EvidenceAnchor", self._deployed().evidence_anchor)

    def _deployed(self) -> Deployment:
        if self._deployment is None:
            raise ChainError("no contracts are known yet; run: proofdocket init")
        return self._deployment


def log_id(origin: str, key: bytes, chain_id: int, contract: str, registrant: str) -> bytes:
    """The name of a log: bound to origin, key, chain, contract and registrant (docs/spec/anchor.md)."""
    # Imported late: most commands never touch a chain, and these take a second.
    from eth_abi.abi import encode  # noqa: PLC0415
    from eth_utils.crypto import keccak  # noqa: PLC0415

    bound = [LOG_TAG, keccak(text=origin), keccak(key), chain_id, contract, registrant]
    return keccak(encode(["string", "bytes32", "bytes32", "uint256", "address", "address"], bound))
