"""What the outside must promise to the litigation room: filing, docket, seals, batches.

Adapters keep it; tests check them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from evidence_service.core.chain import PreparedTx, TxOutcome
from litigation.core.batch import Batch, BatchItem, BatchState, ItemState
from litigation.core.docket import CourtAnswer, DocketEntry, Lodging
from litigation.core.filing import Filing, FilingState
from litigation.core.prepared_seal import PreparedSeal


class FilingStore(Protocol):
    """Keeps filings and docket entries. A filing moves; a docket entry never changes."""

    def add(self, filing: Filing) -> Filing:
        """Store an intent durably before anything is sent. Raises DuplicateFilingError where one stands in the way."""
        ...

    def move(self, filing: Filing, now: datetime, case_state: str = "") -> Filing:
        """Store a filing's new transaction, state and block; with `case_state`, its case moves in the same write."""
        ...

    def add_all(self, filings: Sequence[Filing]) -> list[Filing]:
        """Store many intents in one write, or none. Raises DuplicateFilingError where one stands in the way."""
        ...

    def move_all(self, filings: Sequence[Filing], now: datetime, case_state: str = "") -> None:
        """`move` for many filings, in one write."""
        ...

    def of_package(self, package_sha256: str, court_address: str) -> Filing | None:
        """The filing of this package with this court."""
        ...

    def open_of_case(self, our_reference: str) -> Filing | None:
        """The filing that keeps another one of this case out."""
        ...

    def filings(self) -> list[Filing]:
        """All filings, oldest first."""
        ...

    def entries(self) -> list[DocketEntry]:
        """All docket entries in the order of time."""
        ...

    def add_entry(self, entry: DocketEntry, state: FilingState | None) -> bool:
        """Store an entry and the filing's new state together; the case moves too where no later filing of it stands.

        False, and nothing changes, where the entry is there already.
        """
        ...


class FilingChain(Protocol):
    """A chain with our FilingRegistry on it. Every call has a timeout and may be repeated."""

    @property
    def chain_id(self) -> int:
        """EIP-155 chain id."""
        ...

    @property
    def registry(self) -> str:
        """Address of FilingRegistry, checksummed."""
        ...

    @property
    def filer(self) -> str:
        """Our account's address, checksummed."""
        ...

    def check(self) -> None:
        """Raise ChainError unless chain, past and registry are the ones that this instance knows."""
        ...

    def filing_id(self, package_sha256: str, court_address: str) -> str:
        """What the registry calls, or would call, this filing: 0x and 64 digits."""
        ...

    def prepare_lodge(self, package_sha256: str, court_address: str) -> PreparedTx:
        """Simulate, then sign a lodge call. Raises ChainError with the registry's reason if it would refuse."""
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
        """Our account's next unused nonce."""
        ...

    def secure(self) -> None:
        """Local chain: mine the confirmation blocks and save the state to disk. Elsewhere: nothing."""
        ...

    def block_time(self, number: int) -> datetime:
        """When a block says that it was made."""
        ...

    def settled_block(self) -> int:
        """The newest block that has enough others upon it."""
        ...

    def lodging(self, filing_id: str) -> Lodging | None:
        """What the registry logged when this filing was lodged; None where it was not."""
        ...

    def prepare_lodges(self, packages: Sequence[str], court_address: str) -> list[PreparedTx]:
        """Sign lodge calls for many packages, nonces in a row. None is tried: ask `held` before."""
        ...

    def held(self, filing_ids: Sequence[str]) -> frozenset[str]:
        """Which of these filings the registry holds."""
        ...

    def outcomes(self, tx_hashes: Sequence[str]) -> list[TxOutcome]:
        """What became of many transactions, in order; `outcome` says more of one that is not mined."""
        ...

    def lodgings(self, since_block: int) -> list[Lodging]:
        """Everything that our account lodged from a block on, oldest first."""
        ...

    def answers(self, filing_ids: Iterable[str], since_block: int) -> list[CourtAnswer]:
        """Answers to these filings from a block on, oldest first."""
        ...


class Outbox(Protocol):
    """Where packages lie for courts: package and letter appear together, or not at all."""

    def place(self, filing: Filing, slug: str) -> str:
        """The folder that this filing has, or will have."""
        ...

    def put(self, filing: Filing, package: bytes, letter: bytes) -> None:
        """Put package and letter into the filing's folder; doing it again changes nothing."""
        ...

    def holds(self, filing: Filing) -> bool:
        """Whether the filing's folder is there."""
        ...


class Journal(Protocol):
    """The evidence log, for events of the house's own making."""

    def holds(self, institution: str, event_id: str) -> bool:
        """Whether the log holds an event of this id."""
        ...

    def write(self, event: Mapping[str, Any]) -> None:
        """Log an event durably; one that is there already is not logged again."""
        ...

    def write_all(self, events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """`write` for many, in one write per institution; event id -> reason of each that the log refused."""
        ...


class SealProvider(Protocol):
    """Signs the digest of a prepared bundle: files of our own, a card, or a licensed provider far away.

    In two phases, since a provider may need minutes or a person. Asking again for the same digest is asking for the
    same signature: after a lost answer nothing is sealed twice.
    """

    @property
    def name(self) -> str:
        """Whose seal: the name on the certificate and along the ring."""
        ...

    @property
    def sample(self) -> bool:
        """Whether the seal binds nobody, and says 样章 / SAMPLE."""
        ...

    @property
    def timestamps(self) -> bool:
        """Whether each container carries a timestamp token."""
        ...

    @property
    def algorithm(self) -> str:
        """The digest it signs, as hashlib calls it: `sha256`, or `sm3` where a provider signs by SM2."""
        ...

    @property
    def subfilter(self) -> str:
        """What kind of container it returns, as the PDF names it (`/SubFilter`)."""
        ...

    @property
    def reserve(self) -> int:
        """Bytes that its container may take."""
        ...

    def ask(self, digest: bytes) -> str:
        """Hand in a digest and get the name of the request; the same digest is the same request."""
        ...

    def container(self, request: str) -> bytes | None:
        """The signature container, checked to be over that digest; None where it is not there yet."""
        ...


class PreparedSeals(Protocol):
    """Keeps bundles whose signature was asked for, by a name of unsealed PDF and seal, until they are written."""

    def get(self, name: str) -> PreparedSeal | None:
        """What was prepared under this name."""
        ...

    def put(self, name: str, prepared: PreparedSeal) -> None:
        """Keep it durably, before anybody is asked."""
        ...

    def drop(self, name: str) -> None:
        """Forget it."""
        ...


class JobState(Enum):
    """What a job engine says of a job."""

    QUEUED = "queued"
    TAKEN = "taken"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Job:
    """One job of an engine; `executor` took it last."""

    id: str
    state: JobState
    executor: str


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker process. `beat` counts up while it lives; its clock need not agree with anybody's."""

    executor: str
    host: str
    pid: int
    beat: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ChunkWork:
    """How a chunk is done: its cases, in order; each is one step, whose answer the engine remembers; then the record.

    `goes_on` is asked before each step and not remembered: a batch that was paused stops there.
    """

    cases: Callable[[str, int], Sequence[int]]
    goes_on: Callable[[str], bool]
    build: Callable[[str, int], str]
    record: Callable[[str, int], int]


class JobEngine(Protocol):
    """Moves chunks of a batch to workers; what it loses, the batch's own tables put back (workflow/reconcile.py)."""

    def launch(self, executor: str, work: ChunkWork) -> None:
        """Begin to take jobs in this process, in the name of an executor that lives in no other process."""
        ...

    def add(self, job_id: str, batch: str, chunk: int) -> None:
        """Queue a job; the same id twice is one job."""
        ...

    def jobs(self, batch: str) -> list[Job]:
        """Every job of a batch."""
        ...

    def free(self, job_ids: Sequence[str]) -> None:
        """Queue jobs again whose executor is gone; what their steps answered stays."""
        ...


class BatchStore(Protocol):
    """Keeps batches, their cases and who works on them: the truth about every batch."""

    def add(self, batch: Batch, items: Sequence[BatchItem]) -> bool:
        """Store a batch with all its cases in one write; False, and nothing changes, where it is there already."""
        ...

    def batch(self, batch_id: str) -> Batch:
        """A batch by its id, or by the beginning of it that only one has."""
        ...

    def batches(self) -> list[Batch]:
        """All batches, newest first."""
        ...

    def running(self) -> list[str]:
        """The ids of the batches that are to be worked on."""
        ...

    def is_running(self, batch_id: str) -> bool:
        """Whether a batch is to be worked on now."""
        ...

    def move(self, batch_id: str, come_from: Sequence[BatchState], state: BatchState, now: datetime) -> bool:
        """Move a batch on from one of these states; False where it stands elsewhere."""
        ...

    def items(self, batch_id: str, *, chunk: int | None = None, state: ItemState | None = None) -> list[BatchItem]:
        """The cases of a batch in their order."""
        ...

    def item(self, batch_id: str, position: int) -> BatchItem:
        """One case of a batch."""
        ...

    def begin(self, item: BatchItem) -> None:
        """Count one more try, durably, before a case is touched."""
        ...

    def give_back(self, item: BatchItem) -> None:
        """Not count this try of a case that still waits for it: it was not the case's fault."""
        ...

    def finish(self, item: BatchItem) -> bool:
        """Store the end of a case that still waits for this try of it; False where another worker has it."""
        ...

    def mark_recorded(self, items: Sequence[BatchItem]) -> None:
        """These cases' events and rows are written."""
        ...

    def retry_failed(self, batch_id: str) -> int:
        """Let the failed cases wait again; returns how many there were."""
        ...

    def wait_again(self, items: Sequence[BatchItem]) -> None:
        """Let built cases wait again: their packages are gone. Their record stays."""
        ...

    def has_package(self, sha256: str, beside: str = "") -> bool:
        """Whether a batch, other than the one named, built a package with this SHA-256."""
        ...

    def counts(self, batch_id: str) -> dict[ItemState, int]:
        """How many cases stand where."""
        ...

    def open_chunks(self, batch_id: str) -> list[int]:
        """The chunks with a case that waits, or that is built and not recorded yet."""
        ...

    def finished_since(self, batch_id: str, moment: datetime) -> list[datetime]:
        """When the cases ended that ended after a moment."""
        ...

    def beat(self, executor: str, host: str, pid: int, now: datetime) -> None:
        """A worker lives: count one up."""
        ...

    def leave(self, executor: str) -> None:
        """A worker goes home: nobody need wait for its next beat."""
        ...

    def workers(self) -> list[WorkerRow]:
        """Every worker that has not gone home."""
        ...
