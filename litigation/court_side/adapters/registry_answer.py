"""The court's own account on a chain: answer filings on FilingRegistry, read what stands there.

Spec: docs/spec/anchor.md (FilingRegistry), docs/spec/filing.md, "Answers on the registry". Node, account and key are
the court's; nothing of a filer's instance is used.
"""

from __future__ import annotations

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.chain_client import ChainClient
from evidence_service.adapters.contract_client import ContractClient
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.core.chain import PreparedTx, TxOutcome
from evidence_service.errors import ChainError

# Room above what was measured (docs/spec/filing.md): unused gas costs nothing.
ANSWER_GAS = 200_000
TIMEOUT = 20.0


class CourtChainError(ChainError):
    """The node serves another chain than court.toml names."""

    code = "chain-other"


class RegistryAnswer:
    """`AnswerChain` on one node."""

    def __init__(self, rpc_url: str, chain_id: int, registry: str, account: ChainAccount) -> None:
        """Remember whom to ask; nothing is asked yet."""
        self._url, self._account = rpc_url, account
        self._client = ChainClient(rpc_url, account, chain_id, TIMEOUT)
        self._contract = ContractClient(self._client, "FilingRegistry", registry)

    @property
    def address(self) -> str:
        """The court's address, checksummed."""
        return self._account.address

    def check(self) -> None:
        """Raise ChainError unless chain and registry are those of court.toml."""
        served = self._client.served_chain_id()
        if served != self._client.chain_id:
            raise CourtChainError(f"the node serves chain {served}, but court.toml names {self._client.chain_id}")
        self._contract.check_code()

    def standing(self, filing_id: str) -> tuple[str, int, str]:
        """What the registry holds of a filing."""
        digest, _filer, court, decision, detail = self._contract.read("filing", bytes.fromhex(filing_id[2:]))
        if not any(digest) or str(court).lower() != self.address.lower():
            return "", 0, ""
        return bytes(digest).hex(), int(decision), bytes(detail).hex()

    def prepare_answer(self, filing_id: str, decision: int, detail_digest: str) -> PreparedTx:
        """Simulate, then sign an answer."""
        arguments = [bytes.fromhex(filing_id[2:]), decision, bytes.fromhex(detail_digest)]
        return self._contract.prepare("answer", arguments, ANSWER_GAS)

    def send(self, prepared: PreparedTx) -> None:
        """Hand a signed transaction to the node."""
        self._client.send(prepared)

    def wait(self, tx_hash: str, patience: float) -> TxOutcome:
        """Wait so many seconds for a transaction."""
        return self._client.wait(tx_hash, patience)

    def head(self) -> int:
        """The number of the newest block."""
        return self._client.block_number()

    def block_hash(self, number: int) -> str:
        """The hash of the block that has this number now; empty where the chain has none."""
        return self._client.block_hash(number) if number <= self.head() else ""

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What the chain says of a transaction now."""
        return self._client.outcome(tx_hash)

    def next_nonce(self) -> int:
        """The court's next unused nonce."""
        return JsonRpc(self._url).number("eth_getTransactionCount", self.address, "pending")
