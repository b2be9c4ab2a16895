"""A court changes its signing key: one note over both keys, signed by the old one and the new one.

Spec: docs/spec/filing.md, "The court's key". Whoever pinned the old key follows the notes to the new one, and keeps the
window of each: an entry counts under the key that was in force at its instant. A key that was stolen can sign a change,
too: then the court tells its filers by another way, and they register it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.core.note import ED25519, parse_note, parse_vkey, verify_ed25519
from evidence_service.errors import ProofDocketError
from litigation.errors import LitigationError

HEAD = "proofdocket.court-key/v1"
NAMES = frozenset({"address", "court", "new", "old", "since"})
MOST_CHANGES = 100


class CourtKeyError(LitigationError):
    """A change of a court's key is malformed, is not signed by both keys, or does not follow the key that is known."""

    code = "court-key"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """From `since` on, the court at `address` signs with `new`; `old` signed until then."""

    court: str
    address: str
    old: str
    new: str
    since: datetime


@dataclass(frozen=True, slots=True)
class KeyWindow:
    """One key of a court and its time: from `since` (None: from the beginning) until `until` (None: still)."""

    vkey: str
    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether an entry of this instant may be signed by this key."""
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)


def change_text(change: KeyChange) -> str:
    """The text that both keys sign."""
    value = {
        "address": change.address,
        "court": change.court,
        "new": change.new,
        "old": change.old,
        "since": format_instant(change.since),
    }
    return f"{HEAD}\n{canonical_bytes(value).decode()}\n"


def read_change(note: str) -> KeyChange:
    """Read a change whose two signatures hold. Raises CourtKeyError."""
    try:
        parsed = parse_note(note.encode())
        head, line, end = parsed.text.split("\n")
        if head != HEAD or end:
            raise CourtKeyError(f"not a note of {HEAD}")
        value = shape.members_of(parse_canonical(line.encode()), NAMES, "court-key")
        texts = {name: shape.text(value[name], f"court-key.{name}") for name in NAMES}
        change = KeyChange(
            texts["court"], texts["address"], texts["old"], texts["new"], parse_instant(texts["since"], "since")
        )
        for vkey in (change.old, change.new):
            key = parse_vkey(vkey)
            if key.algorithm != ED25519 or not verify_ed25519(parsed, key):
                raise CourtKeyError(f"the change is not signed by {vkey}")
    except CourtKeyError:
        raise
    except (ProofDocketError, ValueError) as error:
        raise CourtKeyError(f"a change of a court's key cannot be read: {error}") from error
    if change.old == change.new:
        raise CourtKeyError("a change names the same key twice")
    return change


def windows(first: str, address: str, notes: Sequence[str]) -> tuple[KeyWindow, ...]:
    """The keys of a court, beginning with the one that is pinned; changes that lead to it are passed over.

    Raises CourtKeyError where a change does not follow, is another court's, or goes back in time.
    """
    changes = [read_change(note) for note in notes[:MOST_CHANGES]]
    begin = next((place for place, change in enumerate(changes) if change.old == first), len(changes))
    found = [KeyWindow(first, None, None)]
    for change in changes[begin:]:
        last = found[-1]
        if change.address != address or change.old != last.vkey:
            raise CourtKeyError("a change does not follow the key before it")
        if last.since is not None and change.since <= last.since:
            raise CourtKeyError("a change is not later than the one before it")
        found[-1] = KeyWindow(last.vkey, last.since, change.since)
        found.append(KeyWindow(change.new, change.since, None))
    return tuple(found)
