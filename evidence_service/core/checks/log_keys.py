"""(6) in detail: which pinned keys of a log signed a checkpoint, and whether they were in force when they did.

Spec: docs/spec/verify.md (6), docs/spec/trust.md (Keys and time).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core.cosignature import signed_by
from evidence_service.core.event import format_instant
from evidence_service.core.independent_time import TimeStatement
from evidence_service.core.key_time import KeyStanding, standing
from evidence_service.core.note import ED25519, SignedNote, VerifierKey, parse_note
from evidence_service.core.report import Finding
from evidence_service.core.trust import PinnedKey, PinnedLog

CODES = {
    KeyStanding.TOO_EARLY: "log-key-too-early",
    KeyStanding.TOO_LATE: "log-key-too-late",
    KeyStanding.REVOKED: "log-key-revoked",
    KeyStanding.TIME_UNKNOWN: "log-key-time-unknown",
    KeyStanding.REVOKED_TIME_UNKNOWN: "log-key-revoked-time-unknown",
}
"""How a key stands -> what check (6) says of it. Of several keys the first in force counts, else the first in order."""
BEST_FIRST = (
    KeyStanding.IN_FORCE,
    KeyStanding.TIME_UNKNOWN,
    KeyStanding.REVOKED_TIME_UNKNOWN,
    KeyStanding.TOO_LATE,
    KeyStanding.TOO_EARLY,
    KeyStanding.REVOKED,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is now, and since when the checkpoint is proven to exist (None: nobody independent says so)."""

    now: datetime
    since: TimeStatement | None

    @property
    def proven(self) -> datetime | None:
        """The proven time alone."""
        return None if self.since is None else self.since.time


@dataclass(frozen=True, slots=True)
class LogSignature:
    """What the pinned keys say of one note: a finding, or the pin that counts."""

    pin: PinnedKey | None = None
    finding: Finding | None = None


def log_signature(text: str, log: PinnedLog, moment: Moment) -> LogSignature:
    """The note bears a valid signature by a pinned key that was in force, and no false one by any pinned key."""
    note = parse_note(text.encode())
    named = [pin for pin in log.keys if _bears(note, pin.key)]
    first = [pin for pin in named if pin.key.algorithm == ED25519]
    if not first or not all(signed_by(note, pin.key) for pin in named):
        return LogSignature(finding=Finding("log-signature-invalid"))
    pin, how = _best(first, moment)
    if how is not KeyStanding.IN_FORCE:
        return LogSignature(finding=key_finding(pin, how, moment))
    second = [pin for pin in log.keys if pin.key.algorithm != ED25519]
    problem = _second_missing(second, {one.vkey for one in named}, moment)
    return LogSignature(pin=pin, finding=problem)


def key_finding(pin: PinnedKey, how: KeyStanding, moment: Moment) -> Finding:
    """The finding of check (6) on a key that was not in force, or may not have been."""
    limits = {KeyStanding.TOO_EARLY: pin.not_before, KeyStanding.TOO_LATE: pin.not_after}
    limits |= {KeyStanding.TIME_UNKNOWN: pin.not_after}
    date = limits.get(how, pin.revoked_at)
    assert date is not None  # each standing but IN_FORCE comes from its own limit
    time = moment.now if moment.proven is None else moment.proven
    params = {"date": format_instant(date), "time": format_instant(time)}
    params["name"] = "" if moment.since is None else moment.since.name
    return Finding(CODES[how], params=params)


def ended(pin: PinnedKey, now: datetime) -> datetime | None:
    """When a key ended that is no longer in force now: its revocation, else the end of its window."""
    ends = [end for end in (pin.revoked_at, pin.not_after) if end is not None and end <= now]
    return min(ends, default=None)


def _bears(note: SignedNote, key: VerifierKey) -> bool:
    return any(line.name == key.name and line.key_id == key.key_id for line in note.signatures)


def _best(pins: Iterable[PinnedKey], moment: Moment) -> tuple[PinnedKey, KeyStanding]:
    judged = [(pin, standing(pin, moment.proven, moment.now)) for pin in pins]
    return min(judged, key=lambda one: BEST_FIRST.index(one[1]))


def _second_missing(second: Sequence[PinnedKey], signed: set[str], moment: Moment) -> Finding | None:
    """Where the trust file pins a second algorithm for this time, a signature by the first alone is not enough."""
    wanted = [pin for pin in second if standing(pin, moment.proven, moment.now) is KeyStanding.IN_FORCE]
    if not wanted or any(pin.vkey in signed for pin in wanted):
        return None
    if moment.proven is None and all(pin.not_before is not None for pin in wanted):
        return Finding("second-signature-time-unknown")  # it may have been signed before the second key existed
    return Finding("second-signature-missing")
