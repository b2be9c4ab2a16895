"""The job engine on DBOS: SQLite in a file of its own, PostgreSQL in a schema of its own, the same code.

Spec: docs/spec/batch.md section 4; ADR 0012. Only this file knows DBOS. Its traps: the application version is a
constant (recovery looks for it), SQLite is put into WAL, an executor's name lives in one process at a time, and what a
process that never comes back held is freed by `free`, which nobody calls but workflow/reconcile.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from evidence_service.database import DatabaseError
from litigation.ports import ChunkWork, Job, JobState

NAME = "proofdocket"
VERSION = "1"
"""Of the jobs, not of the program: a job that one version of the program queued, the next one finishes."""
QUEUE = "proofdocket-batches"
WORKFLOW = "build-chunk"
POLL_SECONDS = 0.1
ATTEMPTS = 1000
"""A case that takes its worker along is stopped by its own count of tries, long before the engine gives up a chunk."""
STATES = {"ENQUEUED": JobState.QUEUED, "DELAYED": JobState.QUEUED, "PENDING": JobState.TAKEN}


class DbosEngine:
    """DBOS in this process. A process has one at most."""

    def __init__(self, database_url: str, jobs_file: Path) -> None:
        self._engine = _postgres(database_url) if database_url else _sqlite(jobs_file)
        self._schema = _schema(self._engine)

    def launch(self, executor: str, work: ChunkWork) -> None:
        """Begin to take jobs, one at a time; what this executor held when it died is queued again."""
        config: DBOSConfig = {
            "name": NAME,
            "system_database_engine": self._engine,
            "application_version": VERSION,
            "executor_id": executor,
            "serializer": DBOSPortableJSONSerializer(),
            "use_listen_notify": False,
            "log_level": "CRITICAL",
            "enable_otlp": False,
        }
        if self._schema:
            config["dbos_system_schema"] = self._schema
        DBOS(config=config)
        _register(work)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLL_SECONDS)

    def add(self, job_id: str, batch: str, chunk: int) -> None:
        """Queue a job; the same id twice is one job."""
        options: Any = {"workflow_name": WORKFLOW, "queue_name": QUEUE, "workflow_id": job_id, "app_version": VERSION}
        with _our_error():
            DBOS.enqueue_workflow_with_options(options, batch, chunk)

    def jobs(self, batch: str) -> list[Job]:
        """Every job of a batch."""
        with _our_error():
            found = DBOS.list_workflows(workflow_id_prefix=f"{batch}.", load_input=False, load_output=False)
        return [Job(one.workflow_id, STATES.get(one.status, JobState.OVER), one.executor_id or "") for one in found]

    def free(self, job_ids: Sequence[str]) -> None:
        """Queue jobs again whose executor is gone."""
        if job_ids:
            with _our_error():
                DBOS.resume_workflows(list(job_ids), queue_name=QUEUE)


@contextmanager
def _our_error() -> Iterator[None]:
    """A full disk or a server that is away, in the words of the house."""
    try:
        yield
    except OperationalError as error:
        said = str(error.orig).strip().splitlines() or ["no reason given"]
        raise DatabaseError(f"the job engine's database refused: {said[0]}") from error


def _register(work: ChunkWork) -> None:
    """The workflow of a chunk. Steps answer from memory when it is run again; `goes_on` never does."""

    @DBOS.step(name="build-case")
    def build(batch: str, position: int) -> str:
        return work.build(batch, position)

    @DBOS.step(name="record-chunk")
    def record(batch: str, chunk: int) -> int:
        return work.record(batch, chunk)

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=ATTEMPTS)
    def build_chunk(batch: str, chunk: int) -> None:
        for position in work.cases(batch, chunk):
            if not work.goes_on(batch):
                break
            build(batch, position)
        record(batch, chunk)


def _sqlite(path: Path) -> sa.Engine:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = "IMMEDIATE"  # as DBOS does on an engine of its own: writers queue
    for pragma in ("busy_timeout=60000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _postgres(url: str) -> sa.Engine:
    return sa.create_engine(url, pool_size=5, max_overflow=5, pool_pre_ping=True, hide_parameters=True)


def _schema(engine: sa.Engine) -> str:
    """The jobs' schema stands beside the instance's own: `public` has `proofdocket_jobs`. SQLite has none."""
    if engine.dialect.name == "sqlite":
        return ""
    with engine.connect() as connection:
        own = str(connection.execute(sa.text("SELECT current_schema()")).scalar_one())
    return "proofdocket_jobs" if own == "public" else f"{own}_jobs"
