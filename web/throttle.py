"""Limits of one process: so many attempts per caller and minute, so many heavy requests at a time. Both answer 429."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from time import monotonic

from flask import abort


class Window:
    """At most `limit` calls per caller in `seconds`. Callers are forgotten when their calls are."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._calls: dict[str, deque[float]] = {}
        self._lock = Lock()

    def count(self, caller: str) -> None:
        """Count one call; 429 when there were too many."""
        with self._lock:
            now = self._clock()
            self._forget(now - self._seconds)
            calls = self._calls.setdefault(caller, deque())
            full = len(calls) >= self._limit
            if not full:
                calls.append(now)
        if full:
            abort(429)

    def _forget(self, before: float) -> None:
        for caller in list(self._calls):
            calls = self._calls[caller]
            while calls and calls[0] <= before:
                calls.popleft()
            if not calls:
                del self._calls[caller]


class Gate:
    """At most `slots` at a time; whoever waits longer than `patience` seconds gets 429."""

    def __init__(self, slots: int, patience: float) -> None:
        self._slots, self._patience = BoundedSemaphore(slots), patience

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Hold one slot."""
        if not self._slots.acquire(timeout=self._patience):
            abort(429)
        try:
            yield
        finally:
            self._slots.release()
