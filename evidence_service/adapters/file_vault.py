"""Originals in files under their SHA-256: written, synced, renamed; re-hashed whenever they are read."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

from evidence_service.errors import NotFoundError, StoreError

HEX = re.compile(r"[0-9a-f]{64}\Z")


class FileVault:
    """A content-addressed folder: ``ab/abcdef…``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> None:
        """Store bytes durably; storing them again changes nothing."""
        path = self._path(sha256(content).hexdigest())
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        # Crash here: a temporary file is left over, no event names it; the next put writes it anew.
        temporary.replace(path)
        _sync_folder(path.parent)

    def get(self, digest: str) -> bytes:
        """Return the bytes with this SHA-256 (hex)."""
        if not HEX.match(digest):
            raise NotFoundError("a digest has 64 lower-case hexadecimal digits")
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFoundError(f"original {digest} is not in the vault") from None
        if sha256(content).hexdigest() != digest:
            raise StoreError(f"original {digest} was changed in the vault")
        return content

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
