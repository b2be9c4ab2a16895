"""Bundles that wait for a provider's signature, as files of the instance.

Spec: docs/spec/papers.md section 15 (A provider). Written durably before the provider is asked: whoever comes after a
crash prepares nothing anew, so that the provider is asked for the signature that it may have made already.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from litigation.core.prepared_seal import PreparedSeal


class PreparedFolder:
    """`PreparedSeals` in a folder: one file each, its first line says where the gap is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> PreparedSeal | None:
        """What was prepared under this name."""
        try:
            head, _, content = self._path(name).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        start, end = json.loads(head)
        return PreparedSeal(content, (start, end))

    def put(self, name: str, prepared: PreparedSeal) -> None:
        """Keep it durably; who comes second finds what the first one kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{name}.{os.getpid()}"
        with temporary.open("wb") as file:
            file.write(json.dumps(prepared.gap).encode() + b"\n" + prepared.content)
            file.flush()
            os.fsync(file.fileno())
        # Crash here: a hidden file is left, nobody was asked.
        temporary.replace(self._path(name))

    def drop(self, name: str) -> None:
        """Forget it."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.prepared"
