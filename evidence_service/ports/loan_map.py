"""What a keeper of the loan map must promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from evidence_service.core.map_pages import PageName


class LoanMaps(Protocol):
    """Reads the map's pages and entries, and keeps what auditors signed about it."""

    def pages(self, institution: str, names: Sequence[PageName]) -> Mapping[PageName, bytes]:
        """Those of these pages that there are."""
        ...

    def entry(self, institution: str, index: int) -> bytes | None:
        """The bytes of one log entry."""
        ...

    def add_note(self, institution: str, size: int, note: str, imported_at: datetime) -> None:
        """Keep an auditor's note durably; the same one twice changes nothing."""
        ...

    def notes(self, institution: str, size: int) -> list[str]:
        """The notes of auditors about the map at this size, always in the same order."""
        ...


class MapPages(Protocol):
    """The stored pages themselves, for whoever compares them with the log."""

    def stored(self, institution: str, names: Sequence[PageName]) -> Mapping[PageName, bytes]:
        """Those of these pages that there are, read anew."""
        ...

    def restore(self, institution: str, pages: Mapping[PageName, bytes], changed: Sequence[PageName]) -> None:
        """Write pages that are missing, and those in place of which others stand, in one transaction."""
        ...
