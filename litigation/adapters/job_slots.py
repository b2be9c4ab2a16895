"""Slots: each worker process holds one by a file lock, which the kernel gives back at the moment the process dies.

Spec: docs/spec/batch.md section 4. The slot gives the worker a name that stays the same over restarts and that no two
living processes share.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
from pathlib import Path

UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
MAX_SLOTS = 256


def host_name() -> str:
    """This machine's name, as executors carry it. Machines that share a database have different ones."""
    return UNSAFE.sub("-", socket.gethostname())[:64] or "host"


class Slots:
    """The slots of one machine in the instance's folder."""

    def __init__(self, folder: Path) -> None:
        self.host = host_name()
        self._folder = folder
        self._held: list[int] = []

    def claim(self) -> str:
        """Take the first free slot for the life of this process; returns the executor's name."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(MAX_SLOTS):
            executor = f"{self.host}.{number}"
            handle = self._lock(executor)
            if handle is not None:
                self._held.append(handle)
                return executor
        raise OSError(f"{MAX_SLOTS} workers run on this machine already")

    def is_free(self, executor: str) -> bool:
        """Whether nobody holds an executor's slot on this machine."""
        handle = self._lock(executor)
        if handle is None:
            return False
        os.close(handle)
        return True

    def _lock(self, executor: str) -> int | None:
        handle = os.open(self._folder / f"{executor}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle
