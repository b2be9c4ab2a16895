"""Makes two threads meet inside the database: what luck shows once in a thousand runs shows every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError
from typing import Any, TypeVar

from sqlalchemy import Engine, event

Result = TypeVar("Result")
PATIENCE = 0.5


@contextmanager
def meeting_before(statement: str, *engines: Engine) -> Iterator[None]:
    """Hold every statement that begins so until a second one is about to run, or until it is plain that none comes.

    Where a lock keeps the second one out, the first goes on alone, as it should.
    """
    barrier = Barrier(2)

    def hold(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if text.lstrip().startswith(statement):
            try:
                barrier.wait(PATIENCE)
            except BrokenBarrierError:
                return

    for engine in engines:
        event.listen(engine, "before_cursor_execute", hold)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hold)


def both(first: Callable[[], Result], second: Callable[[], Result]) -> list[Result]:
    """Run two calls at once and return what both returned; an error of either is raised."""
    with ThreadPoolExecutor(2) as pool:
        started = [pool.submit(first), pool.submit(second)]
        return [one.result(timeout=60) for one in started]
