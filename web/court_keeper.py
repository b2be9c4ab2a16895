"""Keeps the court's background program running beside the server: one for a home folder, started again when it ends.

Spec: docs/spec/filing.md, "Examination". A lock on a file in the home folder chooses one keeper among the server's
processes; the kernel frees it when its holder dies, however. The program ends when its keeper does: its standard input
is a pipe that only the keeper holds.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

PAUSE = 1.0
"""Seconds between two attempts to become the keeper, or to start the program again."""
log = logging.getLogger("proofdocket.court")


class CourtKeeper:
    """A thread that keeps `court examine --watch` running."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stopped = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, name="court-keeper", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End the program and the thread."""
        self._stopped.set()
        process = self._process
        if process is not None:
            process.terminate()
        self._thread.join(20)

    def _run(self) -> None:
        place = self._home / "court"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (place / "examiner.lock").open("w") as lock:
            while not self._stopped.is_set():
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:  # another process of this server keeps it
                    self._stopped.wait(PAUSE)
            while not self._stopped.is_set():
                self._once()
                self._stopped.wait(PAUSE)

    def _once(self) -> None:
        """Run the program to its end."""
        command = [sys.executable, "-m", "web.cli", "--home", str(self._home), "court", "examine"]
        with subprocess.Popen([*command, "--watch", "--while-fed"], stdin=subprocess.PIPE) as process:
            self._process = process
            if self._stopped.is_set():
                process.terminate()
            status = process.wait()
        if not self._stopped.is_set():
            log.error("the examination ended with %s and is started again", status)
