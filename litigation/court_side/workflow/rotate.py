"""Change the court's signing key: make the next one, let both sign the change, and begin at one entry for all programs.

Spec: docs/spec/filing.md, "The court's key".
"""

from __future__ import annotations

from evidence_service.core.note import format_note
from litigation.core.court_key import KeyChange, change_text
from litigation.court_side.ports import NextKey, StoredKey
from litigation.court_side.workflow.record import CourtDoors


def rotate_key(keys: NextKey, doors: CourtDoors) -> StoredKey:
    """Put the next key in force."""
    with doors.store.unit():  # alone on the database: no entry is signed while the key changes
        number, signer = keys.next()
        # Crash here: a key file is there that nobody uses; the next call takes that very file.
        since = doors.now()
        text = change_text(KeyChange(doors.court.name, doors.address, keys.vkey, signer.vkey, since))
        note = format_note(text, [keys.signature(text), signer.signature(text)])
        stored = StoredKey(number, signer.vkey, since, note)
        doors.store.add_key(stored)
    return stored
