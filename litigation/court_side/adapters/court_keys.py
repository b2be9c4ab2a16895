"""The court's signing keys in files: the newest one signs, also in a program that ran while it was changed.

Spec: docs/spec/filing.md, "The court's key". The first key is keys/court.pem, the n-th keys/court-N.pem;
which one is in force stands in the database, so that all programs of the court change at the same entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.core.note import NoteSignature
from evidence_service.errors import SettingsError
from litigation.court_side.ports import StoredKey


class CourtKeys:
    """`EntrySigner` over the court's key files."""

    def __init__(
        self, folder: Path, name: str, passphrase: bytes | None, changes: Callable[[], Sequence[StoredKey]]
    ) -> None:
        self._folder, self._name, self._passphrase, self._changes = folder, name, passphrase, changes
        self._opened: dict[int, KeyFileSigner] = {}
        self._open(1)

    @property
    def vkey(self) -> str:
        """The key in force."""
        return self._current().vkey

    def sign_note(self, text: str) -> str:
        """The signed note over a text, by the key in force."""
        return self._current().sign_note(text)

    def next(self) -> tuple[int, KeyFileSigner]:
        """The number and the signer of the key after the one in force; its file is made on first use."""
        number = self._number() + 1
        return number, self._open(number)

    def signature(self, text: str) -> NoteSignature:
        """The line of the key in force."""
        return self._current().signature(text)

    def _number(self) -> int:
        changes = self._changes()
        return changes[-1].n if changes else 1

    def _current(self) -> KeyFileSigner:
        changes = self._changes()
        signer = self._open(changes[-1].n if changes else 1)
        if changes and signer.vkey != changes[-1].vkey:
            raise SettingsError(f"keys/court-{changes[-1].n}.pem is not the key that is in force; restore it")
        return signer

    def _open(self, number: int) -> KeyFileSigner:
        if number not in self._opened:
            path = self._folder / ("court.pem" if number == 1 else f"court-{number}.pem")
            self._opened[number] = KeyFileSigner(path, self._name, self._passphrase)
        return self._opened[number]
