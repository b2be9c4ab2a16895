"""Memory and processor time of this process and its helpers, read from the kernel's own books."""

from __future__ import annotations

import os
import resource
import threading
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
    """Resident memory of this process and all below it now; pages that they share count for each."""
    return sum(_resident(pid) for pid in (os.getpid(), *_below(os.getpid())))


def _below(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        for child in children:
            found += [child, *_below(child)]
    return found


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
