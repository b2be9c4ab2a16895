"""A folder of static tiles that a plain file server can serve. Every file is written beside, synced, then renamed.

Spec: docs/spec/log.md (Tiles).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class TileFiles:
    """`TileFolder` on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, path: str) -> bool:
        """Whether a file is there."""
        return (self._folder / path).is_file()

    def put(self, path: str, content: bytes) -> None:
        """Write a file durably, in place of an older one; readers see the old one or the new one, never half."""
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.chmod(0o644)  # tiles are for a file server that runs as somebody else
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
