"""What a timestamp authority and the keeper of its tokens must promise.

An authority may be away, refuse, or answer rubbish: that is a TimestampUnavailableError, and asking again is harmless,
because a token that was made and never received binds nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from evidence_service.core.clock_bounds import ClockBounds
from evidence_service.errors import EvidenceError


class TimestampUnavailableError(EvidenceError):
    """An authority gave no usable token; it is asked again next time."""

    code = "timestamp-unavailable"


@dataclass(frozen=True, slots=True)
class StampedToken:
    """A token by a named authority, checked before it got here. `token` is its DER."""

    authority: str
    stamped_at: datetime
    serial: int
    token: bytes
    received_at: datetime


class TimestampAuthority(Protocol):
    """Somebody with a clock and a key of his own."""

    @property
    def name(self) -> str:
        """How the instance calls it."""
        ...

    @property
    def certificate(self) -> bytes:
        """The certificate (DER) that its tokens must lead to."""
        ...

    def stamp(self, text: bytes) -> bytes:
        """A token (DER) over the SHA-256 of the text, checked to the pinned certificate; TimestampUnavailableError."""
        ...


class TimestampStore(Protocol):
    """Keeps tokens and measurements; nothing in it is ever changed."""

    def tokens(self, institution: str, size: int) -> tuple[StampedToken, ...]:
        """The tokens over the checkpoint of that size, in the order in which they came."""
        ...

    def add_token(self, institution: str, size: int, token: StampedToken) -> None:
        """Store one token durably."""
        ...

    def add_measurement(self, bounds: ClockBounds) -> None:
        """Store one measurement of our clock."""
        ...

    def measurements(self, limit: int) -> list[ClockBounds]:
        """The newest measurements, newest first."""
        ...

    def newest_measurements(self) -> list[ClockBounds]:
        """The newest measurement of each other clock."""
        ...
