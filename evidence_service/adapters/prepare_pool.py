"""Preparing on all cores: small imports in this process, larger ones with helpers, each an interpreter of its own.

A helper reads, checks and commits; it has no database, no key and no say in the order. While the oldest batch is not
ready, this process prepares the newest one itself, so that neither core waits. A helper that dies takes nothing along:
this process still holds the lines, prepares them itself, and goes on alone. Ctrl-C reaches only this process.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context

from evidence_service.core.prepared import Prepared, Preparer, prepared_bytes, prepared_from

ALONE = 3
"""Batches that are prepared in this process before helpers are worth their start."""
AHEAD = 3
"""Batches read ahead of the oldest, besides one for each helper."""
COLLECT_EVERY = 200_000
SWITCH_SECONDS = 0.0005
Lines = Sequence[bytes]
Batch = list[Prepared | None]


@dataclass(slots=True)
class _Waiting:
    """One batch on its way: with a helper, or prepared already."""

    lines: Lines
    future: Future[bytes] | None
    done: Batch | None = None


class PreparePool:
    """`Preparing` on `helpers` further processes."""

    def __init__(self, helpers: int, randomness: Callable[[int], bytes]) -> None:
        self._helpers = helpers
        self._randomness = randomness
        self._own = Preparer()

    def prepared(self, batches: Iterable[Lines]) -> Generator[tuple[Lines, Batch], None, None]:
        """Each batch with what its lines gave, in the order in which they came."""
        source = iter(batches)
        with _patient():
            for lines in islice(source, ALONE) if self._helpers else source:
                yield lines, self._here(lines)
            first = next(source, None)
            if first is not None:
                with self._pool() as pool:
                    yield from self._together(chain([first], source), pool)

    def _pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._helpers, mp_context=get_context("spawn"), initializer=_begin)

    def _together(self, source: Iterator[Lines], pool: ProcessPoolExecutor) -> Iterator[tuple[Lines, Batch]]:
        waiting: deque[_Waiting] = deque()
        try:
            while True:
                for lines in islice(source, self._helpers + AHEAD - len(waiting)):
                    waiting.append(_Waiting(lines, _handed(pool, lines)))
                if not waiting:
                    return
                while not self._ready(waiting[0]) and self._take_one_back(waiting):
                    pass
                oldest = waiting.popleft()
                yield oldest.lines, self._result(oldest)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _here(self, lines: Lines) -> Batch:
        return self._own.prepare(lines, self._randomness)

    def _ready(self, one: _Waiting) -> bool:
        return one.done is not None or one.future is None or one.future.done()

    def _take_one_back(self, waiting: deque[_Waiting]) -> bool:
        """Prepare here the newest batch that no helper has begun; whether there was one."""
        for one in reversed(waiting):
            if one.done is None and one.future is not None and one.future.cancel():
                one.done = self._here(one.lines)
                return True
        return False

    def _result(self, one: _Waiting) -> Batch:
        if one.done is not None:
            return one.done
        if one.future is None:
            return self._here(one.lines)
        try:
            return prepared_from(one.future.result())
        except BrokenProcessPool:  # a helper was killed: nothing it held was more than work
            return self._here(one.lines)


def helpers_for(cores: int) -> int:
    """How many helpers an import uses beside its own process."""
    return max(0, min(cores - 1, 3))


def _handed(pool: ProcessPoolExecutor, lines: Lines) -> Future[bytes] | None:
    try:
        return pool.submit(_prepare, lines)
    except BrokenProcessPool:
        return None


_helper = Preparer()


def _prepare(lines: Lines) -> bytes:
    return prepared_bytes(_helper.prepare(lines, os.urandom))


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that writes decides when to stop
    gc.set_threshold(COLLECT_EVERY)


@contextmanager
def _patient() -> Iterator[None]:
    """While many small objects come and go: collect garbage less often, let the thread that receives run more often."""
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(COLLECT_EVERY, *thresholds[1:])
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
