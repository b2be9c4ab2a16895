"""A worker process of batches, and the parent that keeps some of them alive.

Spec: docs/spec/batch.md section 4. A worker takes chunks until nothing is left; it ends with its parent (whose pipe
closes, however the parent died) after the case at hand. A worker that dies is started anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evidence_service.database import DatabaseError
from evidence_service.settings import Settings
from litigation.batch_service import BatchService
from litigation.bootstrap import open_batches
from litigation.core.batch import BatchState
from litigation.errors import LitigationError
from litigation.ports import ChunkWork
from litigation.workflow.reconcile import Lives, close_batch, reconcile
from litigation.workflow.work_chunk import Hands, build_case, cases_of_chunk, record_chunk

TICK_SECONDS = 0.5
BEAT_SECONDS = 5.0
RECONCILE_SECONDS = 15.0
IDLE_RECONCILE_SECONDS = 2.0
RESTARTS = 5
"""So often in a row a worker may die within a minute before its parent gives up."""
SETTLED_SECONDS = 60.0
STAY = "--stay"


class WorkersGaveUpError(LitigationError):
    """Workers end as soon as they begin; what they said stands above."""

    code = "workers-gave-up"


class Gate:
    """One case at a time, and none once the worker was told to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.busy_at = 0.0

    def build(self, build: Callable[[str, int], str], batch: str, position: int) -> str:
        """Build a case; a worker that ends never gets here again."""
        with self._lock:
            self.busy_at = time.monotonic()
            return build(batch, position)

    def close(self) -> None:
        """Wait for the case at hand and let no other one begin."""
        self._lock.acquire()


def work(home: Path, *, stay: bool, told_to_end: threading.Event) -> None:
    """Take chunks of every running batch until none is left, or for ever with `stay`."""
    service, open_engine = open_batches(home)
    engine = open_engine()
    executor = service.slots.claim()
    hands, gate = service.hands(), Gate()

    def record(batch: str, chunk: int) -> int:
        number = record_chunk(hands, batch, chunk)
        close_batch(hands.store, batch, hands.now())
        return number

    beat = _every(BEAT_SECONDS, lambda: hands.store.beat(executor, service.slots.host, os.getpid(), hands.now()))
    beat(True)
    engine.launch(
        executor,
        ChunkWork(
            cases=lambda batch, chunk: cases_of_chunk(hands.store, batch, chunk),
            goes_on=hands.store.is_running,
            build=lambda batch, position: gate.build(lambda one, at: build_case(hands, one, at), batch, position),
            record=record,
        ),
    )
    lives = Lives(service.slots.host, service.slots.is_free, time.monotonic)

    def look() -> None:
        reconcile(service.store, engine, lives, record, hands.now())

    often, seldom = _every(IDLE_RECONCILE_SECONDS, look), _every(RECONCILE_SECONDS, look)
    seldom(True)
    while not told_to_end.wait(TICK_SECONDS):
        idle = time.monotonic() - gate.busy_at > IDLE_RECONCILE_SECONDS
        for task in (beat, often if idle else seldom):
            task(False)
        if not stay and not service.store.running():
            break
    gate.close()
    _record_stopped(service, hands)
    service.store.leave(executor)
    # Crash here, or end: what this worker holds is freed by the next look at its slot, which the kernel gives back.


def _record_stopped(service: BatchService, hands: Hands) -> None:
    """What a batch built before somebody stopped it is on record, too."""
    for batch in service.store.batches():
        if batch.state in (BatchState.PAUSED, BatchState.CANCELLED):
            for chunk in service.store.open_chunks(batch.id):
                record_chunk(hands, batch.id, chunk)


def _every(seconds: float, task: Callable[[], None]) -> Callable[[bool], None]:
    """The task, done at most every so often; a database that is away is asked again the next time."""
    last = 0.0

    def run(at_once: bool) -> None:
        nonlocal last
        if at_once or time.monotonic() - last >= seconds:
            last = time.monotonic()
            try:
                task()
            except DatabaseError as error:
                print(f"batch worker: {error}", file=sys.stderr)

    return run


@dataclass(slots=True)
class _Child:
    """One worker process and how often it died soon after its start."""

    process: subprocess.Popen[bytes]
    began: float
    deaths: int = 0


class Workers:
    """The workers of one command. They end when this ends."""

    def __init__(self, settings: Settings, count: int, *, stay: bool = False) -> None:
        self._command = [sys.executable, "-m", "litigation.batch_worker", str(settings.home), *([STAY] if stay else [])]
        self._children = [self._start() for _ in range(count)]

    @property
    def pids(self) -> list[int]:
        """The processes."""
        return [child.process.pid for child in self._children]

    def tend(self) -> bool:
        """Start the dead ones anew; False once all have ended by themselves."""
        for child in self._children:
            code = child.process.poll()
            if code is None or code == 0:
                continue
            soon = time.monotonic() - child.began < SETTLED_SECONDS
            child.deaths = child.deaths + 1 if soon else 1
            if child.deaths > RESTARTS:
                raise WorkersGaveUpError(
                    "workers end as soon as they begin; mend what they say above, then `proofdocket batch resume`"
                )
            if child.process.stdin:
                child.process.stdin.close()
            again = self._start()
            child.process, child.began = again.process, again.began
        return any(child.process.poll() is None for child in self._children)

    def rest(self) -> None:
        """Wait a moment before the next look."""
        time.sleep(TICK_SECONDS)

    def close(self) -> None:
        """Tell the workers to end after the case at hand, and wait for it."""
        for child in self._children:
            if child.process.stdin:
                child.process.stdin.close()
        for child in self._children:
            child.process.wait()

    def _start(self) -> _Child:
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE)
        return _Child(process, time.monotonic())


def main(arguments: list[str]) -> None:
    """The process: ends when the pipe to its parent closes."""
    told = threading.Event()

    def listen() -> None:
        os.read(0, 1)  # nothing is ever written: this returns when the parent is gone or closes the pipe
        told.set()

    threading.Thread(target=listen, daemon=True).start()
    work(Path(arguments[0]), stay=STAY in arguments, told_to_end=told)
    sys.stderr.flush()
    os._exit(0)  # the engine's threads have nothing left to do; ending by kill is the tested way anyhow


if __name__ == "__main__":
    main(sys.argv[1:])
