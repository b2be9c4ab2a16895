"""What a reader of a whole log must promise to its audit: every row as it lies there, also what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from evidence_service.core.merkle import SubtreeReader
from evidence_service.ports.log import PublishedCheckpoint, StoredEvent


class LogAuditReader(Protocol):
    """Reads all rows of one log without believing them."""

    def leaves(self, institution: str, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, leaf, leaf hash) of the entries [start, end) that are there, in order."""
        ...

    def tree(self, institution: str, size: int) -> SubtreeReader:
        """Reader of the stored subtree hashes over the first `size` entries."""
        ...

    def events_between(self, institution: str, start: int, end: int) -> list[StoredEvent]:
        """Events with leaf indexes in [start, end), in order; StoreError where one cannot be read."""
        ...

    def all_checkpoints(self, institution: str) -> Iterator[tuple[int, PublishedCheckpoint | str]]:
        """Every checkpoint row by size: the checkpoint, or why the row is none."""
        ...

    def strays(self, institution: str) -> Iterator[tuple[str, int, str]]:
        """(code, leaf index, detail) of rows that belong to nothing: past the end, or an event without an entry."""
        ...
