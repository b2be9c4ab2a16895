"""What the outside must promise to the litigation room's filing and docket. Adapters keep it; tests check them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from evidence_service.core.chain import PreparedTx, TxOutcome
from litigation.core.docket import CourtAnswer, DocketEntry, Lodging
from litigation.core.filing import Filing, FilingState


class FilingStore(Protocol):
    """Keeps filings and docket entries. A filing moves; a docket entry never changes."""

    def add(self, filing: Filing) -> Filing:
        """Store an intent durably before anything is sent. Raises DuplicateFilingError where one stands in the way."""
        ...

    def move(self, filing: Filing, now: datetime, case_state: str = "") -> Filing:
        """Store a filing's new transaction, state and block; with `case_state`, its case moves in the same write."""
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


class Sealer(Protocol):
    """Puts an electronic seal on a bundle: a licensed provider, a card, or files of our own.

    One that reaches its provider over a network raises before it returns anything where the provider is away;
    sealing again then makes another seal of the same bytes, and only what was written counts. Seals by SM2
    (GB/T 38540) of a licensed provider would come in here.
    """

    @property
    def sample(self) -> bool:
        """Whether the seal binds nobody, and says 样章 / SAMPLE."""
        ...

    @property
    def timestamps(self) -> bool:
        """Whether each seal carries a timestamp token."""
        ...

    def seal(self, pdf: bytes) -> bytes:
        """The PDF with its seal appended; what was there stays as it was, in front."""
        ...
