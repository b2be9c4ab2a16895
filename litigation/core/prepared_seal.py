"""A bundle with everything of its seal but the signature: what is signed, and where the signature goes.

Spec: docs/spec/papers.md section 15; ISO 32000-2 12.8.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import new
from typing import ClassVar

from litigation.errors import LitigationError


class SealContainerError(LitigationError):
    """A provider's signature is none over this bundle, of another key, or larger than its room."""

    code: ClassVar[str] = "seal-container"


@dataclass(frozen=True, slots=True)
class PreparedSeal:
    """The bytes with an empty signature; it goes where `gap` says (start and end, brackets included)."""

    content: bytes
    gap: tuple[int, int]

    def digest(self, algorithm: str) -> bytes:
        """The digest to be signed: of everything but the gap."""
        state = new(algorithm, self.content[: self.gap[0]])
        state.update(self.content[self.gap[1] :])
        return state.digest()

    def finish(self, container: bytes) -> bytes:
        """The sealed bundle."""
        start, end = self.gap
        room = (end - start - 2) // 2
        if not container or len(container) > room:
            raise SealContainerError(f"a signature of {len(container)} bytes does not fit the {room} bytes kept for it")
        return self.content[: start + 1] + container.hex().encode().ljust(room * 2, b"0") + self.content[end - 1 :]
