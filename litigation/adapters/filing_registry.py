"""FilingRegistry on the instance's chain: lodge a package's digest, read what was lodged and what courts answered.

Spec: docs/spec/anchor.md (FilingRegistry), docs/spec/file.md. The transaction part is the anchor's: prepared, stored by
the caller, sent, asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from evidence_service.adapters.instance_chain import OpenChain
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.core.chain import ContractEvent, PreparedTx, TxOutcome, TxState
from litigation.core.docket import CourtAnswer, Lodging

# Room above what was measured (docs/spec/file.md): unused gas costs nothing.
LODGE_GAS = 250_000


class FilingRegistry:
    """`FilingChain` on the chain that the instance anchors on, by the same account."""

    def __init__(self, chain: OpenChain) -> None:
        """Use an open chain; nothing is asked yet."""
        self._chain = chain
        self._contract = chain.registry()
        self._rpc = JsonRpc(chain.url)

    @property
    def chain_id(self) -> int:
        """EIP-155 chain id."""
        return self._chain.chain_id

    @property
    def registry(self) -> str:
        """Address of FilingRegistry, checksummed."""
        return self._contract.address

    @property
    def filer(self) -> str:
        """Our account's address, checksummed."""
        return self._chain.account

    def check(self) -> None:
        """Raise ChainError unless chain, past, anchor contract and registry are the ones that this instance knows."""
        self._chain.check()
        self._contract.check_code()

    def filing_id(self, package_sha256: str, court_address: str) -> str:
        """What the registry calls, or would call, this filing."""
        found: bytes = self._contract.read("filingIdOf", bytes.fromhex(package_sha256), court_address, self.filer)
        return "0x" + bytes(found).hex()

    def prepare_lodge(self, package_sha256: str, court_address: str) -> PreparedTx:
        """Simulate, then sign a lodge call."""
        return self._contract.prepare("lodge", [bytes.fromhex(package_sha256), court_address], LODGE_GAS)

    def send(self, prepared: PreparedTx) -> None:
        """Hand a signed transaction to the node."""
        self._chain.send(prepared)

    def wait(self, tx_hash: str) -> TxOutcome:
        """Wait a bounded time for a transaction."""
        return self._chain.wait(tx_hash)

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What the chain says of a transaction now."""
        return self._chain.outcome(tx_hash)

    def next_nonce(self) -> int:
        """Our account's next unused nonce."""
        return self._chain.next_nonce()

    def secure(self) -> None:
        """Local chain: mine the confirmation blocks and save the state to disk. Elsewhere: nothing."""
        self._chain.secure()

    def block_time(self, number: int) -> datetime:
        """When a block says that it was made."""
        return self._chain.block_time(number)

    def settled_block(self) -> int:
        """The newest block that has enough others upon it."""
        return self._chain.settled_block()

    def lodging(self, filing_id: str) -> Lodging | None:
        """What the registry logged when this filing was lodged; None where it was not."""
        # The view first: most filings are new, and a view is cheaper than a search.
        digest, *_ = self._contract.read("filing", bytes.fromhex(filing_id[2:]))
        if not any(digest):
            return None
        return next(_lodging(event) for event in self._contract.events("Lodged", 0, filingId=[filing_id]))

    def prepare_lodges(self, packages: Sequence[str], court_address: str) -> list[PreparedTx]:
        """Sign lodge calls with nonces in a row; none is tried before."""
        rows = [[bytes.fromhex(sha256), court_address] for sha256 in packages]
        return self._contract.prepare_row("lodge", rows, LODGE_GAS)

    def held(self, filing_ids: Sequence[str]) -> frozenset[str]:
        """Which of these filings the registry holds, asked at once."""
        calls = self._contract.calls("filing", [[bytes.fromhex(one[2:])] for one in filing_ids])
        said = self._rpc.many("eth_call", [[call, "latest"] for call in calls])
        # The view's first word is the package digest: none is all zeros.
        return frozenset(one for one, words in zip(filing_ids, said, strict=True) if int(words[2:66], 16))

    def outcomes(self, tx_hashes: Sequence[str]) -> list[TxOutcome]:
        """What became of many transactions, asked at once; one without a receipt is unknown or pending."""
        receipts = self._rpc.many("eth_getTransactionReceipt", [[tx] for tx in tx_hashes])
        return [_mined(one) if one and int(one["status"], 16) else _open(one) for one in receipts]

    def lodgings(self, since_block: int) -> list[Lodging]:
        """Everything that our account lodged from a block on, oldest first."""
        return [_lodging(event) for event in self._contract.events("Lodged", since_block, filer=[_topic(self.filer)])]

    def answers(self, filing_ids: Iterable[str], since_block: int) -> list[CourtAnswer]:
        """Answers to these filings from a block on, oldest first."""
        wanted = list(filing_ids)
        if not wanted:
            return []
        found = self._contract.events("Answered", since_block, filingId=wanted)
        times = {block: self.block_time(block) for block in {event.block for event in found}}
        return [_answer(event, times[event.block]) for event in found]


def _mined(receipt: Mapping[str, str]) -> TxOutcome:
    number, gas = int(receipt["blockNumber"], 16), int(receipt["gasUsed"], 16)
    return TxOutcome(TxState.MINED, block_number=number, block_hash=receipt["blockHash"], gas_used=gas)


def _open(receipt: Mapping[str, str] | None) -> TxOutcome:
    """One that failed is asked for by itself: why it did costs a question of its own."""
    return TxOutcome(TxState.PENDING if receipt is None else TxState.FAILED)


def _lodging(event: ContractEvent) -> Lodging:
    return Lodging(
        filing_id=str(event.values["filingId"]),
        filer=str(event.values["filer"]),
        court=str(event.values["court"]),
        package_sha256=str(event.values["packageDigest"])[2:],
        tx=event.tx,
        block=event.block,
        block_hash=event.block_hash,
    )


def _answer(event: ContractEvent, answered_at: datetime) -> CourtAnswer:
    return CourtAnswer(
        filing_id=str(event.values["filingId"]),
        court=str(event.values["court"]),
        decision=int(str(event.values["decision"])),
        detail_digest=str(event.values["detailDigest"])[2:],
        tx=event.tx,
        block=event.block,
        block_hash=event.block_hash,
        answered_at=answered_at,
    )


def _topic(address: str) -> str:
    """An address as an indexed field holds it: left-padded to 32 bytes."""
    return "0x" + address[2:].lower().rjust(64, "0")
