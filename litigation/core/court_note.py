"""A court's signed note read by the keys that the lender holds of it: the one in force at the entry's own instant.

Spec: docs/spec/filing.md, "The court's key".
"""

from __future__ import annotations

from evidence_service.core.note import parse_vkey
from litigation.core.court_entry import CourtEntry, CourtEntryError, read_entry
from litigation.core.registered_court import RegisteredCourt


def read_of_court(note: str, court: RegisteredCourt) -> tuple[CourtEntry, str]:
    """The entry and its text. Raises CourtEntryError where no key of the court that was in force then signed it."""
    windows = court.windows
    for window in reversed(windows[1:]):
        try:
            entry, text = read_entry(note, parse_vkey(window.vkey))
        except CourtEntryError:
            continue  # by an older key, or by none: the first one says which
        return _in_force(entry, text, window.holds(entry.at))
    entry, text = read_entry(note, parse_vkey(windows[0].vkey))
    return _in_force(entry, text, windows[0].holds(entry.at))


def _in_force(entry: CourtEntry, text: str, in_force: bool) -> tuple[CourtEntry, str]:
    if not in_force:
        raise CourtEntryError(f"entry {entry.n} is signed by a key of the court that was not in force at its instant")
    return entry, text
