"""What the outside must promise to the evidence room. Adapters keep these promises; simulators in tests do too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from evidence_service.core.chain import PreparedTx, TxOutcome
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import SubtreeReader


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log of this instance. `size` counts its entries, published or not."""

    id: int
    institution: str
    name: str
    origin: str
    vkey: str
    package_vkey: str
    size: int


@dataclass(frozen=True, slots=True)
class LoanHead:
    """Where a loan's chain of entries stands: its random reference, next sequence number, last leaf hash."""

    reference: str
    next_sequence: int
    last_leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One entry ready to be appended: the event as declared, its secret, and its leaf."""

    event_id: str
    loan: str
    sequence: int
    type: str
    occurred_at: str
    captured_at: str
    body: bytes
    secret: bytes
    leaf: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as the store holds it. `index` is its leaf index, `sequence` its number within the loan."""

    institution: str
    event_id: str
    loan: str
    index: int
    sequence: int
    type: str
    occurred_at: datetime
    captured_at: datetime
    body: bytes
    secret: bytes
    leaf: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class PublishedCheckpoint:
    """A signed checkpoint. `note` is the signed note, byte for byte."""

    checkpoint: Checkpoint
    note: str
    created_at: datetime


class LogWriter(Protocol):
    """One open write transaction on one log. Everything in it becomes durable together, or not at all."""

    @property
    def size(self) -> int:
        """Entries in the log, those appended in this transaction included."""
        ...

    def newest_capture(self) -> datetime | None:
        """When the newest entry was captured; None in an empty log."""
        ...

    def known_events(self, event_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Canonical body of each of these events that the log already holds."""
        ...

    def loan_heads(self, loans: Sequence[str]) -> dict[str, LoanHead]:
        """Head of each of these loans that the log already knows."""
        ...

    def append(self, entries: Sequence[NewEntry], heads: Mapping[str, LoanHead]) -> int:
        """Append entries in order, store the loans' new heads, return the new size."""
        ...


class LogStore(Protocol):
    """Keeps logs. Concurrent writers queue; readers see only what is committed."""

    def ensure_log(self, record: LogRecord, created_at: datetime) -> LogRecord:
        """Return the log of that institution, made from `record` if it is new."""
        ...

    def logs(self) -> list[LogRecord]:
        """All logs, oldest first."""
        ...

    def log(self, institution: str) -> LogRecord:
        """The log of an institution as it stands now; NotFoundError if this instance has none."""
        ...

    def writing(self, institution: str) -> AbstractContextManager[LogWriter]:
        """Open the one write transaction of a log; waits for other writers."""
        ...

    def tree(self, institution: str, size: int) -> SubtreeReader:
        """Reader of subtree hashes over the first `size` entries."""
        ...

    def leaves(self, institution: str, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, leaf, leaf hash) of the entries [start, end) that are there, in order."""
        ...

    def latest_checkpoint(self, institution: str) -> PublishedCheckpoint | None:
        """The newest checkpoint, or None."""
        ...

    def checkpoint_covering(self, institution: str, index: int) -> PublishedCheckpoint | None:
        """The newest checkpoint whose tree holds leaf `index`."""
        ...

    def checkpoint_at(self, institution: str, size: int) -> PublishedCheckpoint | None:
        """The checkpoint of exactly that size."""
        ...

    def add_checkpoint(self, institution: str, published: PublishedCheckpoint) -> None:
        """Store a checkpoint durably. The same size twice must be the same root."""
        ...

    def event(self, event_id: str, institution: str | None = None) -> StoredEvent:
        """One event by its id; NotFoundError if there is none, ConflictError if two institutions use the id."""
        ...

    def events_of_loan(self, institution: str, loan: str) -> list[StoredEvent]:
        """All events of a loan by sequence. A history with a gap, or shorter than its head says, is a StoreError."""
        ...

    def loans(self, institution: str) -> Iterator[tuple[str, LoanHead]]:
        """All loans of a log with their heads, by loan number."""
        ...


class Vault(Protocol):
    """Keeps originals by content address: written, synced, renamed; re-hashed on every read."""

    def put(self, content: bytes) -> None:
        """Store bytes durably; storing them again changes nothing."""
        ...

    def get(self, sha256: str) -> bytes:
        """Return the bytes with this SHA-256 (hex); StoreError if they changed, NotFoundError if they are gone."""
        ...


class Signer(Protocol):
    """Signs notes with one Ed25519 key that never leaves it."""

    @property
    def vkey(self) -> str:
        """C2SP verifier key."""
        ...

    def sign_note(self, text: str) -> str:
        """Return the signed note over `text` (which ends in a newline)."""
        ...


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

    def ensure_registered(self, origin: str, key: bytes) -> str:
        """Register the log if the contract does not know it; returns its 0x logId."""
        ...

    def head(self, log_id: str) -> tuple[int, bytes]:
        """Newest anchored size and root of a log; size 0 where there is none."""
        ...

    def prepare_anchor(self, log_id: str, size: int, root: bytes, proof: Sequence[bytes]) -> PreparedTx:
        """Simulate, then sign an anchor call. Raises ChainError with the contract's reason if it would refuse."""
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
