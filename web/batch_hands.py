"""Workers for batches that are started from a page: processes of this machine, as long as there is work.

A batch is asked for in the tables; whoever has workers does it. The process that serves the page starts some: they end
when nothing is left to build, or with this process after the case at hand; then the batch can be resumed.
"""

from __future__ import annotations

import logging
import os
import threading

from evidence_service.settings import Settings
from litigation.batch_worker import Workers, WorkersGaveUpError

COUNT = "PROOFDOCKET_PAGE_WORKERS"
log = logging.getLogger("proofdocket.web")


class BatchHands:
    """The workers that this process started."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._tending: threading.Thread | None = None

    def lend(self) -> None:
        """Start workers unless those of this process work already, or the operator wants none here."""
        count = worker_count(os.environ.get(COUNT, ""), os.cpu_count() or 1)
        with self._lock:
            if not count or (self._tending is not None and self._tending.is_alive()):
                return
            self._tending = threading.Thread(target=self._tend, args=(count,), name="batch-hands", daemon=True)
            self._tending.start()

    def wait(self, seconds: float) -> bool:
        """Wait until the workers of this process have ended; False where they still work."""
        tending = self._tending
        if tending is not None:
            tending.join(seconds)
        return tending is None or not tending.is_alive()

    def _tend(self, count: int) -> None:
        workers = Workers(self._settings, count)
        try:
            while workers.tend():
                workers.rest()
        except WorkersGaveUpError as error:
            log.error("%s: batch workers started by the pages", error.code)
        finally:
            workers.close()


def worker_count(setting: str, cores: int) -> int:
    """How many workers a page may start: what the operator says, else half of the cores and at least one."""
    if setting.isascii() and setting.isdigit():
        return min(64, int(setting))
    return max(1, cores // 2)
