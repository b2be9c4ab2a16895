"""What a store of log keys must promise: steps of a change that stay, and a switch that is one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from evidence_service.core.key_history import KeyChange, LogKey


class LogKeyStore(Protocol):
    """The history of each log's keys."""

    def keys(self, institution: str) -> tuple[LogKey, ...]:
        """Every key of a log, oldest first; the last one signs."""
        ...

    def newest(self, institution: str) -> KeyChange | None:
        """The newest change as far as it is, if there was any."""
        ...

    def begin(self, institution: str, change: KeyChange) -> None:
        """Store the intent durably. ConflictError where another change is under way."""
        ...

    def switch(self, institution: str, number: int, at: datetime) -> int:
        """From now on the new key signs; returns the size of the last checkpoint under the old one."""
        ...

    def complete(self, institution: str, number: int, at: datetime) -> None:
        """The change is done."""
        ...
