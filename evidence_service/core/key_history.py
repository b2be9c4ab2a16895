"""The keys of one log in the order in which they signed: which key signs which size, and the window of each.

Spec: docs/spec/trust.md (Rotation of a log's key). A change is begun, switched at a tree size, and completed: every
checkpoint up to that size bears the key before, every larger one the key after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.event import CLOCK_SKEW
from evidence_service.core.trust import PinnedKey

STOLEN = "stolen"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One change of a log's keys: the new ones, and how far it is. `size` and `switched_at` are None until it signs."""

    number: int
    vkey: str
    mldsa_vkey: str
    begun_at: datetime
    reason: str
    stolen_since: datetime | None = None
    size: int | None = None
    switched_at: datetime | None = None
    completed: bool = False


@dataclass(frozen=True, slots=True)
class LogKey:
    """One key pair of a log. It signs tree sizes above `after_size`, up to `last_size` (None: it still signs)."""

    number: int
    vkey: str
    mldsa_vkey: str
    after_size: int = 0
    last_size: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    stolen_since: datetime | None = None
    reason: str = ""

    def pins(self) -> tuple[PinnedKey, ...]:
        """Its keys as a trust file pins them. Windows overlap by the skew that clocks are allowed."""
        return tuple(self._pin(vkey) for vkey in (self.vkey, self.mldsa_vkey) if vkey)

    def _pin(self, vkey: str) -> PinnedKey:
        return PinnedKey(
            vkey,
            not_before=None if self.since is None else self.since - CLOCK_SKEW,
            not_after=None if self.until is None else self.until + CLOCK_SKEW,
            revoked_at=self.stolen_since,
            reason=self.reason if self.stolen_since else "",
        )


def key_history(first: tuple[str, str], changes: Sequence[KeyChange]) -> tuple[LogKey, ...]:
    """Every key of a log, oldest first, from its first pair (Ed25519, ML-DSA-44) and its changes in order."""
    keys = [LogKey(1, *first)]
    for change in changes:
        if change.switched_at is None or change.size is None:
            continue
        before = keys.pop()
        keys.append(
            LogKey(
                number=before.number,
                vkey=before.vkey,
                mldsa_vkey=before.mldsa_vkey,
                after_size=before.after_size,
                last_size=change.size,
                since=before.since,
                until=change.switched_at,
                stolen_since=change.stolen_since,
                reason=change.reason,
            )
        )
        keys.append(LogKey(change.number, change.vkey, change.mldsa_vkey, change.size, since=change.begun_at))
    return tuple(keys)


def key_at(keys: Sequence[LogKey], size: int) -> LogKey:
    """The key that signs the checkpoint of a size."""
    return next(key for key in reversed(keys) if size > key.after_size or key.number == keys[0].number)
