"""The lender's book of courts: HOME/courts/<address>.toml, and each court's key for us in HOME/keys.

Spec: docs/spec/filing.md, "The lender's book of courts". A key is readable by the owner only and never printed.
"""

from __future__ import annotations

import os
from pathlib import Path

from evidence_service.settings import Settings
from litigation.core.registered_court import CourtBookError, RegisteredCourt, read_registered, registered_toml


class CourtBook:
    """The registered courts of one instance."""

    def __init__(self, settings: Settings) -> None:
        self._folder, self._keys = settings.home / "courts", settings.keys_dir

    def add(self, court: RegisteredCourt, key: str) -> None:
        """Write a court and our key with it; again with other values replaces them."""
        if court.profile:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(self._folder / f"{court.file_name}.toml", registered_toml(court), 0o644)
            return
        if not key or not key.isascii() or any(char.isspace() for char in key):
            raise CourtBookError("the key file holds one line: the key that the court gave us")
        self._keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self._key_path(court), key + "\n", 0o600)
        # Crash here: a key without its court; adding the court again writes both.
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._folder / f"{court.file_name}.toml", registered_toml(court), 0o644)

    def courts(self) -> list[RegisteredCourt]:
        """All courts, by name."""
        paths = sorted(self._folder.glob("0x*.toml")) if self._folder.is_dir() else []
        return sorted((read_registered(path.read_bytes(), path.name) for path in paths), key=lambda one: one.name)

    def find(self, text: str) -> RegisteredCourt:
        """A court by its name or address. Raises CourtBookError that lists those that there are."""
        found = [one for one in self.courts() if text in (one.name, one.address) or text.lower() == one.file_name]
        if len(found) != 1:
            known = ", ".join(f"{one.name} ({one.address})" for one in self.courts()) or "none is registered"
            raise CourtBookError(f"no court here is called {text[:60]!r}: {known}. Register it: proofdocket courts add")
        return found[0]

    def by_address(self, address: str) -> RegisteredCourt | None:
        """The court at an address, if it is registered."""
        return next((one for one in self.courts() if one.address == address), None)

    def key(self, court: RegisteredCourt) -> str:
        """Our key with a court; empty where it takes files."""
        if court.profile:
            return ""
        try:
            return self._key_path(court).read_text("ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            raise CourtBookError(f"the key for {court.name} is missing; run `proofdocket courts add` again") from None

    def folder(self, court: RegisteredCourt) -> Path:
        """Where the files of a court that takes files lie."""
        return self._folder / court.file_name

    def _key_path(self, court: RegisteredCourt) -> Path:
        return self._keys / f"court-{court.file_name}.key"


def _write(path: Path, text: str, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
