"""What a log store must promise: entries, loans, checkpoints, in one write transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.corrections import Place
from evidence_service.core.map_pages import PageName
from evidence_service.core.merkle import SubtreeReader
from evidence_service.ports.subject_keys import SubjectKeys


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log of this instance. `size` counts its entries, published or not.

    `mldsa_vkey` is the log's second key; empty in a log that has none yet.
    """

    id: int
    institution: str
    name: str
    origin: str
    vkey: str
    package_vkey: str
    size: int
    mldsa_vkey: str = ""


class LoanHead(NamedTuple):
    """Where a loan's chain of entries stands: its random reference, next sequence number, last leaf hash."""

    reference: str
    next_sequence: int
    last_leaf_hash: bytes


class NewEntry(NamedTuple):
    """One entry ready to be appended: its leaf, and the event as declared, sealed part by part (core/sealing.py).

    `key_id` names the key of the first part; `others` holds (key id, sealed) of the further parts, nearly always none.
    The first eight fields are columns of the table `event`, in its order.
    """

    event_id: str
    loan: str
    sequence: int
    type: str
    occurred_at: str
    captured_at: str
    key_id: int
    sealed: bytes
    leaf: bytes
    leaf_hash: bytes
    others: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """One part of an event after opening. Both are None once the key of the part's subject was destroyed."""

    secret: bytes | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as the store holds it, opened. `index` is its leaf index, `sequence` its number within the loan.

    `body` is the event in canonical JSON, `secret` that of its first part; both are None where the data of its first
    subject was erased (`erased`). Where only a further subject's was (`partly_erased`), null stands in `subjects`.
    """

    institution: str
    event_id: str
    loan: str
    index: int
    sequence: int
    type: str
    occurred_at: datetime
    captured_at: datetime
    body: bytes | None
    secret: bytes | None
    leaf: bytes
    leaf_hash: bytes
    key_id: int
    parts: tuple[OpenedPart, ...]

    @property
    def erased(self) -> bool:
        """Whether the data of its first subject was erased."""
        return self.parts[0].body is None

    @property
    def partly_erased(self) -> bool:
        """Whether the data of any of its subjects was erased."""
        return any(part.body is None for part in self.parts)


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

    def known_events(self, event_ids: Sequence[str]) -> Mapping[str, bytes | None]:
        """Canonical body of each of these events that the log already holds; None where any of it was erased."""
        ...

    def places_of(self, event_ids: Sequence[str]) -> Mapping[str, Place]:
        """Loan, type and leaf index of each of these events that the log already holds."""
        ...

    def add_corrections(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Note which entry (leaf index) of this transaction corrects which."""
        ...

    def loan_heads(self, loans: Sequence[str]) -> dict[str, LoanHead]:
        """Head of each of these loans that the log already knows."""
        ...

    def append(self, entries: Sequence[NewEntry], heads: Mapping[str, LoanHead]) -> int:
        """Append entries in order, store the loans' new heads, return the new size."""
        ...

    def leaves(self, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, leaf, leaf hash) of the entries [start, end) that are there, as this transaction sees them."""
        ...

    def newest_map(self) -> int | None:
        """Index of the newest map entry; None where there is none yet."""
        ...

    def map_pages(self, names: Sequence[PageName]) -> Mapping[PageName, bytes]:
        """Those of these pages of the loan map that there are."""
        ...

    def append_map(self, leaf: bytes, pages: Mapping[str, bytes]) -> int:
        """Append the map entry and its pages as the newest version; returns the log's new size."""
        ...


class LogStore(Protocol):
    """Keeps logs. Concurrent writers queue; readers see only what is committed."""

    @property
    def keys(self) -> SubjectKeys:
        """The keys under which what it keeps is sealed."""
        ...

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
