"""One program of the court at a time: a lock on a file in its home folder, freed by the kernel when its holder dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OneAtATime:
    """A lock by name; whoever comes second waits."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
