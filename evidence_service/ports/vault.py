"""What the keeper of originals must promise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol


class Vault(Protocol):
    """Keeps originals by content address, encrypted: written, synced, renamed; re-hashed on every read.

    Each original has a key of its own, sealed for every subject that it concerns. Institutions share nothing.
    """

    def put(self, institution: str, subjects: Collection[str], *contents: bytes) -> None:
        """Store originals durably for these subjects; storing them again changes nothing, but adds new subjects."""
        ...

    def put_all(self, institution: str, brought: Iterable[tuple[Collection[str], Sequence[bytes]]]) -> None:
        """The same for the originals of many events, (subjects, contents) each; all are durable when it returns."""
        ...

    def get(self, institution: str, sha256: str) -> bytes:
        """Return the bytes with this SHA-256 (hex).

        StoreError if they changed, NotFoundError if they are gone, SubjectErasedError if nobody holds a key any more.
        """
        ...

    def erasable(self, institution: str, key_ids: Collection[int]) -> tuple[int, int]:
        """How many originals would go with these subjects' keys, and how many stay because others hold a key."""
        ...

    def erase(self, institution: str, key_ids: Collection[int]) -> int:
        """Give up what these destroyed keys of subjects opened; originals that nobody else holds are deleted.

        Returns how many were deleted; safe to repeat after a crash at any point.
        """
        ...
