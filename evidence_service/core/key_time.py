"""Whether a pinned key was in force when it signed: windows and revocation, judged by a time that others prove.

Spec: docs/spec/trust.md (Keys and time). A thief of a retired key can write any date, so the signer's own date counts
for nothing. What is not proven to be older is as old as the moment of reading.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from evidence_service.core.trust import PinnedAuthority, PinnedKey


class KeyStanding(StrEnum):
    """How a key stands towards something that it signed."""

    IN_FORCE = "in-force"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    REVOKED = "revoked"
    TIME_UNKNOWN = "time-unknown"
    REVOKED_TIME_UNKNOWN = "revoked-time-unknown"


def standing(pin: PinnedKey | PinnedAuthority, proven: datetime | None, now: datetime) -> KeyStanding:
    """How the key stands, where others prove that the signed thing existed at `proven` (None: nobody proves it).

    The order matters: a revocation says more than the end of a window.
    """
    moment = now if proven is None else min(proven, now)
    if pin.not_before is not None and moment < pin.not_before:
        return KeyStanding.TOO_EARLY
    if pin.revoked_at is not None and moment >= pin.revoked_at:
        return KeyStanding.REVOKED_TIME_UNKNOWN if proven is None else KeyStanding.REVOKED
    if pin.not_after is not None and moment >= pin.not_after:
        return KeyStanding.TIME_UNKNOWN if proven is None else KeyStanding.TOO_LATE
    return KeyStanding.IN_FORCE


def in_window(pin: PinnedKey | PinnedAuthority, moment: datetime) -> bool:
    """Whether a moment that the signature itself states lies in the key's window (revocation is judged elsewhere)."""
    early = pin.not_before is not None and moment < pin.not_before
    return not early and (pin.not_after is None or moment < pin.not_after)
