"""Requests of a caller in the last minute, counted in this process.

Spec: docs/spec/filing.md, "Quotas". Nothing is written for a request that is refused: it would cost what it refuses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

MINUTE = 60.0


class RequestWindow:
    """At most so many requests of a caller in a minute."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._calls, self._lock = clock, dict[str, deque[float]](), Lock()

    def must_wait(self, caller: str, limit: int) -> int:
        """Count one request: 0, or the seconds after which the next one is taken."""
        with self._lock:
            now = self._clock()
            calls = self._calls.setdefault(caller, deque())
            while calls and calls[0] <= now - MINUTE:
                calls.popleft()
            if len(calls) < limit:
                calls.append(now)
                return 0
            return max(1, ceil(calls[0] + MINUTE - now)) if calls else int(MINUTE)
