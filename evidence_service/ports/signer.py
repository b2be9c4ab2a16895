"""What a holder of a signing key must promise."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """Signs notes with one Ed25519 key that never leaves it."""

    @property
    def vkey(self) -> str:
        """C2SP verifier key."""
        ...

    def sign_note(self, text: str) -> str:
        """Return the signed note over `text` (which ends in a newline)."""
        ...
