"""What the keeper of erasures must promise: traces of a subject without opening anything, progress, restrictions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class ErasureState(StrEnum):
    """How far an erasure is: its intent is stored, or everything is done."""

    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Copy:
    """Something that survives an erasure: `kind` is stable, `place` says where, `digest` is SHA-256 where it is a file.

    `known` is False for what no program can list (backups, a disk's old blocks): it may or may not be there.
    """

    kind: str
    place: str
    digest: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure. `key_ids` are the keys that it destroys; loans by number. `id` is 0 until it is stored."""

    id: int
    institution: str
    reason: str
    state: ErasureState
    key_ids: tuple[int, ...]
    loans: tuple[str, ...]
    events: int
    originals: int
    copies: tuple[Copy, ...]
    started_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """A subject whose data is only stored: nothing else may be done with it (PIPL 47)."""

    institution: str
    subject: str
    reason: str
    kept_until: date | None
    restricted_at: datetime


@dataclass(frozen=True, slots=True)
class EventMark:
    """What is known of an event without opening it. `key_ids` are those of its parts, the first part's first."""

    event_id: str
    loan: str
    type: str
    occurred_at: datetime
    index: int
    key_ids: tuple[int, ...]


class ErasureStore(Protocol):
    """Keeps erasures and restrictions, and finds events by key without opening them."""

    def marks_of_keys(self, institution: str, key_ids: Collection[int]) -> list[EventMark]:
        """Every event that has a part under one of these keys, in order of the log."""
        ...

    def marks_of_loan(self, institution: str, loan: str) -> list[EventMark]:
        """Every event of a loan, in order."""
        ...

    def marks(self, institution: str) -> Iterator[EventMark]:
        """Every event of a log by loan, then in order; further parts' keys are left out."""
        ...

    def begin(self, erasure: Erasure) -> Erasure:
        """Store the intent durably, before anything is destroyed."""
        ...

    def finish(self, erasure: Erasure) -> None:
        """Record that everything is done, and end restrictions whose subject is gone."""
        ...

    def of_keys(self, institution: str, key_ids: Collection[int]) -> list[Erasure]:
        """The erasures of these keys, oldest first."""
        ...

    def unfinished(self, institution: str) -> list[Erasure]:
        """Erasures that were begun and not finished, oldest first."""
        ...

    def restrict(self, restriction: Restriction) -> Restriction:
        """Store a restriction durably; one that stands already is returned."""
        ...

    def lift(self, institution: str, subject: str) -> None:
        """Take a restriction away."""
        ...

    def restrictions(self, institution: str) -> list[Restriction]:
        """The restrictions that stand, oldest first."""
        ...


class Copies(Protocol):
    """Finds what survives an erasure."""

    def surviving(self, institution: str, loans: Collection[str]) -> list[Copy]:
        """Copies of these loans' data that this instance handed out, or that may lie where no program can look."""
        ...
