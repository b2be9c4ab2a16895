"""What a chain with our contract, and the keeper of anchor records, must promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from evidence_service.core.attestation import Attestation
from evidence_service.core.chain import LogWitnesses, PreparedTx, TxOutcome


class AnchorState(StrEnum):
    """How far an anchor transaction has come.

    *prepared*: signed and stored, not yet sent. *sent*: handed to a node. *mined*: in a block, and on the local chain
    that block is safe on disk. *final*: deep enough. *lost*: the chain does not know it and it can no longer be sent.
    *failed*: the contract refused it.
    """

    PREPARED = "prepared"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    LOST = "lost"
    FAILED = "failed"


ON_CHAIN_STATES = (AnchorState.MINED, AnchorState.FINAL)
OPEN_STATES = (AnchorState.PREPARED, AnchorState.SENT, AnchorState.MINED)


@dataclass(frozen=True, slots=True)
class AnchorRecord:
    """One anchor transaction and how far it has come. `id` is 0 until it is stored."""

    id: int
    institution: str
    size: int
    root: bytes
    chain_id: int
    contract: str
    chain_log_id: str
    nonce: int
    tx: str
    raw_tx: bytes
    state: AnchorState
    block: int | None
    block_hash: str | None
    gas: int | None
    created_at: datetime


class AnchorStore(Protocol):
    """Keeps anchor intents and outcomes."""

    def add(self, record: AnchorRecord) -> AnchorRecord:
        """Store an intent durably before anything is sent; returns it with its id. The same intent again is found."""
        ...

    def move(self, record: AnchorRecord, now: datetime) -> AnchorRecord:
        """Store the new state, block and gas of a record."""
        ...

    def open(self, institution: str) -> list[AnchorRecord]:
        """Records that are neither final nor lost nor failed, oldest first."""
        ...

    def newest(self, institution: str, limit: int) -> list[AnchorRecord]:
        """The newest records, newest first."""
        ...

    def at(self, institution: str, size: int) -> list[AnchorRecord]:
        """All records of one anchored size, newest first."""
        ...

    def largest(self, institution: str) -> AnchorRecord | None:
        """The record of the largest size that is mined or final; None before the first."""
        ...

    def keep_material(self, record: AnchorRecord, material: str, now: datetime) -> None:
        """Store the proof material of a record in its present block; an older one of the record is replaced."""
        ...

    def material(self, record: AnchorRecord) -> str | None:
        """The proof material of a record in its present block; None where it is missing or of another block."""
        ...

    def without_material(self, institution: str) -> list[AnchorRecord]:
        """Records on the chain whose proof material is missing or of another block, newest first."""
        ...

    def keep_attestation(self, log_id: str, size: int, root: bytes, one: Attestation, now: datetime) -> None:
        """Store what a chain witness signed; the same again is not an error."""
        ...

    def attestations(self, log_id: str, size: int, root: bytes) -> list[Attestation]:
        """What chain witnesses signed of one checkpoint."""
        ...

    def attested_sizes(self, log_id: str) -> list[int]:
        """Sizes of which any chain witness signed a checkpoint, largest first."""
        ...


class AnchorChain(Protocol):
    """A chain with our EvidenceAnchor contract on it. Every call has a timeout and may be repeated."""

    @property
    def chain_id(self) -> int:
        """EIP-155 chain id."""
        ...

    @property
    def contract(self) -> str:
        """Address of EvidenceAnchor, checksummed."""
        ...

    def check(self) -> None:
        """Raise ChainError unless chain id, genesis and contract code are the ones this instance knows."""
        ...

    def ensure_registered(self, origin: str, key: bytes, known: str = "") -> str:
        """Register the log if the contract does not know it; returns its 0x logId.

        `known` is the id under which it was anchored before, by whichever account: it, or its successor on the chain,
        goes on. Raises ChainError where that id is not this log's, or another account anchors it.
        """
        ...

    def witnesses(self, log_id: str) -> LogWitnesses:
        """The chain witnesses of a log; none and threshold 0 where it has none."""
        ...

    def head(self, log_id: str) -> tuple[int, bytes]:
        """Newest anchored size and root of a log; size 0 where there is none."""
        ...

    def prepare_anchor(
        self, log_id: str, size: int, root: bytes, proof: Sequence[bytes], signatures: Sequence[bytes] = ()
    ) -> PreparedTx:
        """Simulate, then sign an anchor call, attested where there are signatures.

        Raises ChainError with the contract's reason if it would refuse.
        """
        ...

    def send(self, prepared: PreparedTx) -> None:
        """Hand a signed transaction to the node; sending one that it knows is not an error."""
        ...

    def wait(self, tx_hash: str) -> TxOutcome:
        """Wait a bounded time for a transaction; the outcome may still be pending or unknown."""
        ...

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What the chain says of a transaction now."""
        ...

    def next_nonce(self) -> int:
        """The account's next unused nonce."""
        ...

    def secure(self) -> None:
        """Local chain: mine the confirmation blocks and save the state to disk. Elsewhere: nothing."""
        ...

    def head_block(self) -> int:
        """Number of the newest block."""
        ...

    def block_hash(self, number: int) -> str:
        """The hash of a block, as the chain has it now."""
        ...

    def material(self, tx_hash: str, block: int) -> tuple[str, str]:
        """Hash of a block and the proof material of the anchor that a transaction made in it."""
        ...
