"""What the keeper of originals must promise."""

from __future__ import annotations

from typing import Protocol


class Vault(Protocol):
    """Keeps originals by content address: written, synced, renamed; re-hashed on every read."""

    def put(self, content: bytes) -> None:
        """Store bytes durably; storing them again changes nothing."""
        ...

    def get(self, sha256: str) -> bytes:
        """Return the bytes with this SHA-256 (hex); StoreError if they changed, NotFoundError if they are gone."""
        ...
