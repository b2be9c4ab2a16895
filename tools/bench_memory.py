"""Memory and processor time of this process and its helpers, read from the kernel's own books."""

from __future__ import annotations

import os
import resource
import threading
from multiprocessing import active_children
from pathlib import Path
from types import TracebackType

EVERY_SECONDS = 0.2


class Watched:
    """While it is open: the largest sum of resident memory of this process and its children, looked at often."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, resident_bytes())
            if self._stop.wait(EVERY_SECONDS):
                return


def resident_bytes() -> int:
    """Resident memory of this process and its children now; pages that they share count for each."""
    return sum(_resident(pid) for pid in (os.getpid(), *(child.pid for child in active_children() if child.pid)))


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    books = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(book.ru_utime + book.ru_stime for book in books)


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0
    return pages * resource.getpagesize()
