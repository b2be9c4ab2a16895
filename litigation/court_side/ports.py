"""What the outside must promise to a court's instance. Adapters keep it; tests check them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from evidence_service.core.chain import PreparedTx, TxOutcome
from evidence_service.core.note import NoteSignature
from litigation.court_side.core.board import Wanted
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.quota import OwnQuota
from litigation.court_side.core.submission import Submission


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it is kept: `id` is its place among all entries, `by` the clerk who made it."""

    id: int
    filing_id: str
    n: int
    kind: str
    at: datetime
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class StoredMove:
    """What a filer sent about a filing: its kind, and the bytes as they came."""

    id: int
    filing_id: str
    sha256: str
    kind: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A decision on its way to the registry: *pending*, *prepared*, *sent*, *mined*, *lodged* or *failed*.

    *mined*: in a block that is not deep enough yet. `block_hash` notices a block that the chain gave up.
    """

    filing_id: str
    decision: int
    detail_digest: str
    state: str
    prepared: PreparedTx | None
    block: int | None
    block_hash: str = ""


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """How often an examination was begun without coming to an end, why, and when it may be tried again."""

    filing_id: str
    attempts: int
    problem: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key of the court: `n` names its file, `note` is the signed change from the key before it."""

    n: int
    vkey: str
    since: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as reports count it: which, when the filing came, when it was given, for which reasons."""

    kind: str
    received_at: datetime
    decided_at: datetime
    note: str


class CourtStore(Protocol):
    """Keeps filers, submissions, entries, case numbers, answers and moves."""

    def unit(self) -> AbstractContextManager[None]:
        """One write transaction, alone on the database; what is called in it commits together or not at all."""
        ...

    def add_filer(self, filer: Filer) -> None:
        """Register a filer. Raises ConflictError where the institution has a key already that was not revoked."""
        ...

    def filers(self) -> list[Filer]:
        """All filers, oldest first."""
        ...

    def filer(self, key_id: str) -> Filer | None:
        """The filer of a key id."""
        ...

    def revoke_filer(self, key_id: str, now: datetime) -> None:
        """End a filer's key. Raises NotFoundError where there is none."""
        ...

    def set_quota(self, key_id: str, quota: OwnQuota) -> None:
        """Store a filer's own limits. Raises NotFoundError where there is no such filer."""
        ...

    def add_submission(self, submission: Submission) -> None:
        """Store a submission that arrived."""
        ...

    def submission(self, filing_id: str) -> Submission | None:
        """One submission."""
        ...

    def submissions(self, states: Collection[str], limit: int) -> list[Submission]:
        """Submissions in these states (all, where none is named): urgent first, then the oldest."""
        ...

    def of_loan(self, institution: str, loan: str) -> list[Submission]:
        """Submissions of one loan, oldest first."""
        ...

    def of_case(self, case_number: str) -> Submission | None:
        """The submission that has this case number."""
        ...

    def of_beginning(self, beginning: str) -> Submission | None:
        """The one submission whose filing id begins so; None where there is none, or more than one."""
        ...

    def move(self, submission: Submission) -> None:
        """Store a submission's new state, clerk, case number, result, urgency, next day and flags."""
        ...

    def board(self, wanted: Wanted, limit: int) -> list[Submission]:
        """A page of the clerk's board, in its order."""
        ...

    def counts(self) -> dict[str, int]:
        """How many filings are in each state."""
        ...

    def unexamined(self, now: datetime, most: int, limit: int) -> list[str]:
        """Filings that wait for their examination and may be tried now, the oldest first; `most`: attempts so far."""
        ...

    def waiting_of(self, filer: str) -> int:
        """How many filings of a filer wait for their examination."""
        ...

    def attempt(self, filing_id: str) -> StoredAttempt | None:
        """What is known of examinations that came to no end."""
        ...

    def set_attempt(self, attempt: StoredAttempt) -> None:
        """Store it."""
        ...

    def add_sheet(self, filing_id: str, body: str) -> None:
        """Keep what an examination read, in place of what was kept before."""
        ...

    def sheet(self, filing_id: str) -> str | None:
        """What the examination read; None before it."""
        ...

    def taken(self, filer: str, day: str) -> int:
        """Bytes of packages that a filer sent on a day."""
        ...

    def add_taken(self, filer: str, day: str, size: int) -> None:
        """Count bytes that a filer sent."""
        ...

    def received_between(self, since: datetime, until: datetime) -> list[datetime]:
        """When the filings of a time arrived."""
        ...

    def decided_between(self, since: datetime, until: datetime) -> list[Decided]:
        """The decisions of a time, in order."""
        ...

    def key_changes(self) -> list[StoredKey]:
        """Signing keys that came after the first, in order."""
        ...

    def add_key(self, key: StoredKey) -> None:
        """Store a key change."""
        ...

    def next_number(self, year: int, kind: str, filing_id: str) -> int:
        """Give a filing the next number of a year and kind; the same number when asked again."""
        ...

    def peek_number(self, year: int, kind: str) -> int:
        """The number that would be given next."""
        ...

    def add_entry(self, entry: StoredEntry) -> None:
        """Store an entry."""
        ...

    def entries(self, filing_id: str) -> list[StoredEntry]:
        """The entries of a filing, in order."""
        ...

    def entries_after(self, institution: str, after: int, limit: int) -> list[StoredEntry]:
        """Entries of an institution's filings behind a place, in order."""
        ...

    def add_answer(self, answer: StoredAnswer, now: datetime) -> None:
        """Store a decision that the registry is to be told."""
        ...

    def move_answer(self, answer: StoredAnswer, now: datetime) -> None:
        """Store an answer's new transaction, state and block."""
        ...

    def open_answers(self) -> list[StoredAnswer]:
        """Answers that are not safe on the registry yet."""
        ...

    def lodged_since(self, block: int) -> list[StoredAnswer]:
        """Answers that count as lodged, from a block on."""
        ...

    def answer(self, filing_id: str) -> StoredAnswer | None:
        """The answer to a filing."""
        ...

    def add_move(self, move: StoredMove) -> bool:
        """Store what a filer sent; False where the same bytes are there already."""
        ...

    def moves(self, filing_id: str) -> list[StoredMove]:
        """What was sent about a filing, in order."""
        ...


class PackageShelf(Protocol):
    """Packages by their digest."""

    def take(self, sha256: str, pieces: Iterable[bytes]) -> int:
        """Keep a stream under its digest, durably; its size. DigestError, and nothing kept, where they differ."""
        ...

    def size(self, sha256: str) -> int | None:
        """The size of a package; None where it is not here."""
        ...

    def read(self, sha256: str) -> bytes:
        """The bytes of a package, re-hashed. Raises StoreError where they are missing or were changed."""
        ...


class EntrySigner(Protocol):
    """The court's key."""

    @property
    def vkey(self) -> str:
        """C2SP verifier key."""
        ...

    def sign_note(self, text: str) -> str:
        """The signed note over a text."""
        ...


class SigningKey(Protocol):
    """One key that signs notes."""

    @property
    def vkey(self) -> str:
        """C2SP verifier key."""
        ...

    def signature(self, text: str) -> NoteSignature:
        """The signature line over a text."""
        ...


class NextKey(SigningKey, Protocol):
    """The court's keys: the one in force, and the one that would follow."""

    def next(self) -> tuple[int, SigningKey]:
        """Number and signer of the key after the one in force; made on first use."""
        ...


class AnswerChain(Protocol):
    """A chain with the FilingRegistry on it, as the court's account uses it."""

    @property
    def address(self) -> str:
        """The court's address, checksummed."""
        ...

    def check(self) -> None:
        """Raise ChainError unless chain and registry are those of court.toml."""
        ...

    def standing(self, filing_id: str) -> tuple[str, int, str]:
        """(package digest in hex, decision, detail digest in hex) as the registry holds them; "" where not lodged."""
        ...

    def prepare_answer(self, filing_id: str, decision: int, detail_digest: str) -> PreparedTx:
        """Simulate, then sign an answer. Raises ChainError with the registry's reason if it would refuse."""
        ...

    def send(self, prepared: PreparedTx) -> None:
        """Hand a signed transaction to the node; sending one that it knows is not an error."""
        ...

    def wait(self, tx_hash: str, patience: float) -> TxOutcome:
        """Wait so many seconds for a transaction."""
        ...

    def head(self) -> int:
        """The number of the newest block."""
        ...

    def block_hash(self, number: int) -> str:
        """The hash of the block that has this number now; empty where there is none."""
        ...

    def outcome(self, tx_hash: str) -> TxOutcome:
        """What the chain says of a transaction now."""
        ...

    def next_nonce(self) -> int:
        """The court's next unused nonce."""
        ...


def newest(entries: Sequence[StoredEntry]) -> StoredEntry | None:
    """The last entry of a filing."""
    return entries[-1] if entries else None
