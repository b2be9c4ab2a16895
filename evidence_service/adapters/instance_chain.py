"""The chain an instance anchors on: its own local chain, or one at PROOFDOCKET_RPC_URL; with our contracts on it.

Spec: docs/spec/anchor.md. The deployment (chain id, genesis, addresses, code hash) is recorded once in
``chain/deployment.json`` and checked before every use; nothing is ever silently redeployed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.contract_client import ContractClient
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.adapters.receipt_trie import fetch_material
from evidence_service.core.chain import ChainStatus, Deployment, LogWitnesses, PreparedTx, TxOutcome
from evidence_service.core.chain_report import Funds
from evidence_service.core.trust import ChainGrade, PinnedChain
from evidence_service.errors import ChainError
from evidence_service.settings import Settings


class InstanceChain:
    """Knows where the chain is and which contracts on it are ours; opens it when it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.home / "chain" / "deployment.json"

    @property
    def is_local(self) -> bool:
        """Whether the instance runs its own chain."""
        return not self._settings.rpc_url

    @property
    def confirmations(self) -> int:
        """Blocks upon an anchor's block before it counts as final."""
        return self._settings.confirmations

    @property
    def local(self) -> LocalChain:
        """The instance's own chain."""
        return LocalChain(self._settings.home, chain_id=self._settings.chain_id)

    def deployment(self) -> Deployment | None:
        """The contracts of this instance; None before `init`."""
        try:
            return Deployment(**json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise ChainError(f"{self._path} is damaged; restore it from a backup") from error

    def initialise(self) -> Deployment:
        """Start the chain if it is ours, deploy the contracts once, and record them. Safe to repeat."""
        known = self.deployment()
        if known is not None:
            self.open().check()
            return known
        url, account = self._start(), ChainAccount.load_or_make(self._settings.home)
        if self.is_local:
            self.local.fund(account.address)
        made = EthereumAnchor(url, account, self._chain_id(url)).deploy()
        if self.is_local:
            self.local.save_state()
        # Crash here: the contracts exist and nobody wrote them down; the next `deploy` finds them by their code.
        self._record(made)
        return made

    def open(self) -> OpenChain:
        """The chain, ready to be asked; started if it is ours. Raises ChainError before `init`."""
        known = self.deployment()
        if known is None:
            raise ChainError("this instance has no contracts yet; run `proofdocket init`")
        return self._opened(known, self._start())

    def status(self) -> ChainStatus:
        """Whether the chain runs; of another's chain nothing is known before it is asked."""
        if self.is_local:
            return self.local.status()
        known = self.deployment()
        return ChainStatus(running=False, chain_id=known.chain_id if known else None, head=None, saved_head=None)

    def look(self) -> OpenChain | None:
        """The chain if it can be asked without starting anything; None before `init` and while ours does not run."""
        known = self.deployment()
        if known is None or (self.is_local and not self.local.status().running):
            return None
        url = self.local.rpc_url if self.is_local else self._settings.rpc_url
        return self._opened(known, url)

    def pinned(self, confirmations: int) -> PinnedChain | None:
        """This chain as a trust file pins it."""
        known = self.deployment()
        if known is None:
            return None
        return PinnedChain(
            chain_id=known.chain_id,
            genesis=known.genesis_hash.lower(),
            contract=known.evidence_anchor.lower(),
            code_hash=known.code_hash.lower(),
            grade=ChainGrade.SELF_RUN if self.is_local else ChainGrade.CONSORTIUM,
            confirmations=confirmations,
        )

    def _opened(self, known: Deployment, url: str) -> OpenChain:
        account = ChainAccount.load_or_make(self._settings.home)
        anchor = EthereumAnchor(url, account, known.chain_id, known)
        local = self.local if self.is_local else None
        return OpenChain(anchor, known, url, account.address, local, self._settings.confirmations)

    def _start(self) -> str:
        if not self.is_local:
            return self._settings.rpc_url
        local = self.local
        local.start()
        return local.rpc_url

    def _chain_id(self, url: str) -> int:
        return JsonRpc(url).number("eth_chainId")

    def _record(self, made: Deployment) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with temporary.open("w", encoding="utf-8") as handle:
            json.dump(asdict(made), handle, indent=2, sort_keys=True)
            handle.write("\n")
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(self._path)
        _sync(self._path.parent)


class OpenChain:
    """`AnchorChain` on the instance's chain."""

    def __init__(
        self,
        anchor: EthereumAnchor,
        deployment: Deployment,
        url: str,
        account: str,
        local: LocalChain | None,
        confirmations: int,
    ) -> None:
        self._anchor = anchor
        self._deployment = deployment
        self._local = local
        self._account = account
        self._confirmations = confirmations
        self.url = url

    @property
    def chain_id(self) -> int:
        """EIP-155 chain id."""
        return self._deployment.chain_id

    @property
    def account(self) -> str:
        """Address of the account that anchors and lodges, checksummed."""
        return self._account

    @property
    def contract(self) -> str:
        """Address of EvidenceAnchor, checksummed."""
        return self._deployment.evidence_anchor

    def check(self) -> None:
        """Raise ChainError unless chain id, genesis and contract code are the ones this instance knows."""
        known = self._deployment
        self._anchor.check_identity(known.chain_id, known.genesis_hash, known.code_hash)

    def ensure_registered(self, origin: str, key: bytes, known: str = "") -> str:
        """Register the log if the contract does not know it; returns its 0x logId. A known one goes on."""
        if known and self._anchor.is_registered(_bytes(known)):
            return "0x" + self._anchor.continued_log(origin, key, _bytes(known)).hex()
        before = self._anchor.block_number()
        log_id = self._anchor.register_log(origin, key)
        if self._local is not None and self._anchor.block_number() != before:
            # An anchor stored after this has the next nonce: it could never be mined on a chain that lost this one.
            self._local.save_state()
        return "0x" + log_id.hex()

    def witnesses(self, log_id: str) -> LogWitnesses:
        """The chain witnesses of a log."""
        return self._anchor.witnesses(_bytes(log_id))

    def head(self, log_id: str) -> tuple[int, bytes]:
        """Newest anchored size and root of a log."""
        head = self._anchor.head(_bytes(log_id))
        return head.size, head.root

    def prepare_anchor(
        self, log_id: str, size: int, root: bytes, proof: Sequence[bytes], signatures: Sequence[bytes] = ()
    ) -> PreparedTx:
        """Simulate, then sign an anchor call, attested where there are signatures."""
        return self._anchor.prepare_anchor(_bytes(log_id), size, root, proof, signatures)

    def send(self, prepared: PreparedTx) -> None:
        """Hand a signed transaction to the node."""
        self._anchor.send(prepared)

    def wait(self, tx_hash: str) -> TxOutcome:
        """Wait a bounded time for a transaction."""
        return self._anchor.wait(tx_hash)

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What the chain says of a transaction now."""
        return self._anchor.outcome(tx_hash)

    def next_nonce(self) -> int:
        """The account's next unused nonce."""
        return JsonRpc(self.url).number("eth_getTransactionCount", self._account, "pending")

    def secure(self) -> None:
        """Local chain: mine the confirmation blocks and save the state to disk. Elsewhere: nothing."""
        if self._local is not None:
            self._local.mine(max(1, self._confirmations))
            self._local.save_state()

    def head_block(self) -> int:
        """Number of the newest block."""
        return self._anchor.block_number()

    def block_hash(self, number: int) -> str:
        """The hash of a block, as the chain has it now."""
        return self._anchor.block_hash(number)

    def material(self, tx_hash: str, block: int) -> tuple[str, str]:
        """Hash of a block and the proof material of the anchor that a transaction made in it."""
        return fetch_material(JsonRpc(self.url), tx_hash, block, self.contract)

    def block_time(self, number: int) -> datetime:
        """When a block says that it was made."""
        return self._anchor.block_time(number)

    def funds(self) -> Funds:
        """Our account, and what an anchor may cost at most."""
        return Funds(self._account, self._anchor.balance(), self._anchor.most_for_an_anchor())

    @property
    def anchor(self) -> EthereumAnchor:
        """The contract's client: witnesses, rotation and succession."""
        return self._anchor

    def save(self) -> None:
        """Local chain: save the state to disk. Elsewhere: nothing."""
        if self._local is not None:
            self._local.save_state()

    def settled_block(self) -> int:
        """The newest block that has as many others upon it as the settings ask for."""
        return self.head_block() - self._confirmations

    def registry(self) -> ContractClient:
        """The FilingRegistry of this instance, used by the same account."""
        return self._anchor.registry()


def _bytes(log_id: str) -> bytes:
    return bytes.fromhex(log_id.removeprefix("0x"))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
