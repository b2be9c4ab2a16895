"""Originals in files under their SHA-256: written, synced, renamed; re-hashed whenever they are read."""

from __future__ import annotations

import os
import re
import tempfile
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
        if _holds(path, content):
            return
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(self._folder)
        # A name of its own: two threads may bring the same original at once.
        descriptor, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        # Crash here: a temporary file is left over, no event names it; the next put writes it anew.
        Path(temporary).replace(path)
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


def _holds(path: Path, content: bytes) -> bool:
    """Whether the file is there and unharmed; a damaged one is written anew."""
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
