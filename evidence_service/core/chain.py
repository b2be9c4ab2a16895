"""What the chain tells us and what we hand to it: status, prepared transaction, outcome, head.

Spec: docs/spec/anchor.md. Hashes that Ethereum tools print are 0x strings here; tree roots and log
names are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """The local chain as it stands. `head` is None when it does not run, `saved_head` before any save."""

    running: bool
    chain_id: int | None
    head: int | None
    saved_head: int | None
    forgets: bool = False
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """The answer of `chain status --json`; a note appears only when there is one."""
        answer: dict[str, object] = {
            "running": self.running,
            "chain_id": self.chain_id,
            "head": self.head,
            "saved_head": self.saved_head,
        }
        return {**answer, "note": self.note} if self.note else answer


@dataclass(frozen=True, slots=True)
class Deployment:
    """Which contracts on which chain. `code_hash` is keccak256 of EvidenceAnchor's runtime code."""

    chain_id: int
    genesis_hash: str
    evidence_anchor: str
    filing_registry: str
    code_hash: str


@dataclass(frozen=True, slots=True)
class PreparedTx:
    """A signed transaction that was not sent yet: store it, then send it, as often as needed."""

    nonce: int
    tx_hash: str
    raw: bytes


class TxState(StrEnum):
    """What the node knows of a transaction. UNKNOWN: it never arrived, or the chain lost it."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    MINED = "mined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TxOutcome:
    """What became of a transaction; the block fields are set when it is in a block."""

    state: TxState
    block_number: int | None = None
    block_hash: str | None = None
    gas_used: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest anchored head of a log; size 0 and a zero root before the first anchor."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class LogWitnesses:
    """The accounts that must attest a log's anchors, in rising order, and how many of them; none and 0 without."""

    accounts: tuple[str, ...] = ()
    threshold: int = 0


@dataclass(frozen=True, slots=True)
class ContractEvent:
    """One event that a contract logged; bytes are 0x strings. `position` is its place among its block's events."""

    name: str
    values: Mapping[str, object]
    tx: str
    block: int
    block_hash: str
    position: int
