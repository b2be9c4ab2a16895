"""Reconcile: what the batch's tables say is to be done, and what the job engine holds, brought together.

Spec: docs/spec/batch.md section 4. The tables win. A chunk that nobody holds is queued; what a dead worker held is
freed; what was built and not recorded is recorded; a batch with nothing left is done. Any worker may do it at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from litigation.core.batch import BatchState
from litigation.ports import BatchStore, Job, JobEngine, JobState, WorkerRow

PATIENCE = 40.0
"""Seconds without a new beat, by the clock of whoever looks, after which a worker elsewhere counts as gone."""


class Lives:
    """Who still lives: on this machine the lock of its slot tells at once, elsewhere the beats that stay out."""

    def __init__(self, host: str, lock_is_free: Callable[[str], bool], monotonic: Callable[[], float]) -> None:
        self._host, self._lock_is_free, self._monotonic = host, lock_is_free, monotonic
        self._seen: dict[str, tuple[int, float]] = {}

    def gone(self, executor: str, rows: dict[str, WorkerRow]) -> bool:
        """Whether an executor works no more."""
        row = rows.get(executor)
        if row is None:
            return True  # it beats before it takes its first job, and takes its row along when it goes home
        if row.host == self._host:
            return self._lock_is_free(executor)
        beat, since = self._seen.get(executor, (-1, 0.0))
        if beat != row.beat:
            self._seen[executor] = (row.beat, self._monotonic())
            return False
        return self._monotonic() - since > PATIENCE


def reconcile(
    store: BatchStore, engine: JobEngine, lives: Lives, record: Callable[[str, int], int], now: datetime
) -> None:
    """Bring every batch's jobs in line with its tables. Twice, or by two at once, changes nothing more."""
    rows = {row.executor: row for row in store.workers()}
    for batch in store.batches():
        if batch.state is BatchState.DONE:
            continue
        chunks = store.open_chunks(batch.id)
        jobs = engine.jobs(batch.id)
        dead = [job for job in jobs if job.state is JobState.TAKEN and lives.gone(job.executor, rows)]
        if batch.state is BatchState.RUNNING:
            _queue(engine, batch.id, chunks, jobs, dead)
            close_batch(store, batch.id, now)
        else:
            held = {chunk_of(job.id) for job in jobs if job.state is JobState.TAKEN and job not in dead}
            for chunk in set(chunks) - held:
                record(batch.id, chunk)
    for executor in rows:
        if lives.gone(executor, rows):
            store.leave(executor)


def close_batch(store: BatchStore, batch_id: str, now: datetime) -> None:
    """A batch in which nothing waits, for work or for its record, is done."""
    if not store.open_chunks(batch_id):
        store.move(batch_id, [BatchState.RUNNING], BatchState.DONE, now)


def _queue(engine: JobEngine, batch_id: str, chunks: Sequence[int], jobs: Sequence[Job], dead: Sequence[Job]) -> None:
    engine.free([job.id for job in dead])
    active = {chunk_of(job.id) for job in jobs if job.state is not JobState.OVER}
    for chunk in chunks:
        if chunk not in active:
            run = sum(chunk_of(job.id) == chunk for job in jobs)  # two that count the same make the same job
            engine.add(f"{batch_id}.{chunk}.{run}", batch_id, chunk)


def chunk_of(job_id: str) -> int:
    """The chunk that a job is about: ``<batch>.<chunk>.<run>``."""
    return int(job_id.split(".")[1])
