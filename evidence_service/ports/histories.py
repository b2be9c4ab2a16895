"""What a reader of whole loans must promise: every event once, loan by loan, opened as far as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class OpenedEvent(NamedTuple):
    """One event, lean: `body` is its canonical JSON, None where its content was erased."""

    entry: int
    id: str
    loan: str
    sequence: int
    type: str
    occurred_at: str
    body: bytes | None


class HistoryReader(Protocol):
    """Reads all events of one log in the order of loans and, within one, of the log."""

    def opened_events(self, institution: str) -> Iterator[OpenedEvent]:
        """Every event, by loan and sequence; StoreError where one was changed."""
        ...
