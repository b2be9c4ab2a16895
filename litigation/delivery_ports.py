"""What the outside must promise to the delivery of filings: a court's intake, and the store of what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from litigation.core.registered_court import RegisteredCourt


@dataclass(frozen=True, slots=True)
class CourtStanding:
    """What a court has of a filing: its state there, and its entries as signed notes in order."""

    state: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CourtEntries:
    """(filing id, number, signed note) of entries in the court's order, and the place behind the last of them."""

    entries: tuple[tuple[str, int, str], ...]
    after: int


class CourtGateway(Protocol):
    """A court's intake. Every call has a limit of time and may be repeated."""

    @property
    def court(self) -> RegisteredCourt:
        """Which court it is."""
        ...

    def describe(self) -> dict[str, Any]:
        """Who the intake says that it is."""
        ...

    def standing(self, filing_id: str) -> CourtStanding | None:
        """What the court has of a filing; None where it has none."""
        ...

    def put_package(self, sha256: str, package: bytes) -> None:
        """Bring a package to the court; doing it again changes nothing."""
        ...

    def put_filing(self, filing_id: str, letter: bytes) -> str | None:
        """Hand in a letter; the court's receipt, the same for the same letter. None: it comes by another way, later."""
        ...

    def put_move(self, filing_id: str, sha256: str, body: bytes) -> None:
        """Tell the court something about a filing; doing it again changes nothing."""
        ...

    def entries(self, after: int) -> CourtEntries:
        """Entries of our filings behind a place."""
        ...

    def close(self) -> None:
        """Let go of a connection that is kept."""
        ...


@dataclass(frozen=True, slots=True)
class CourtNote:
    """A court's entry as it came: signed, and when we had it."""

    filing_id: str
    court_address: str
    n: int
    kind: str
    at: datetime
    note: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class FilingMove:
    """What we tell a court about a filing: *made* is stored, *sent* is with the court."""

    filing_id: str
    sha256: str
    kind: str
    body: bytes
    state: str
    made_at: datetime


class DeliveryStore(Protocol):
    """Keeps courts' notes, how far their entries were read, and our moves."""

    def add_note(self, note: CourtNote) -> bool:
        """Store a note; False where it is there already."""
        ...

    def add_notes(self, notes: Sequence[CourtNote]) -> None:
        """Store many notes in one write; those that are there already stay as they are."""
        ...

    def received(self) -> frozenset[str]:
        """Ids of the filings that their court receipted."""
        ...

    def notes(self, filing_id: str) -> list[CourtNote]:
        """The notes of a filing, in order."""
        ...

    def all_notes(self) -> list[CourtNote]:
        """Every note, by filing and number."""
        ...

    def place(self, court_address: str) -> int:
        """How far a court's entries were read."""
        ...

    def set_place(self, court_address: str, place: int) -> None:
        """Remember how far a court's entries were read."""
        ...

    def add_move(self, move: FilingMove) -> FilingMove:
        """Store a move before it is sent; the stored one where the same bytes are there."""
        ...

    def sent(self, move: FilingMove) -> None:
        """A move is with the court."""
        ...

    def moves(self, filing_id: str = "") -> list[FilingMove]:
        """Moves of a filing, or all, in order."""
        ...
