"""Opens the one database of an instance and brings it to the newest migration.

SQLite (WAL, synchronous FULL, recursive triggers) by default, PostgreSQL by URL. A write begins with the write lock
(BEGIN IMMEDIATE, or an advisory lock taken by the store), so that two writers queue instead of failing.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.exc import OperationalError

from evidence_service.errors import StoreError

MIGRATION_LOCK = (7305, -1)
MIGRATIONS = Path(__file__).parent / "migrations"
WRITE = {"proofdocket_write": True}


class DatabaseError(StoreError):
    """The database cannot work: the disk is full, another program holds it, or the server is away."""

    code = "database"


def open_database(url: str) -> Engine:
    """Open the database at a SQLAlchemy URL, e.g. ``sqlite:////path/proofdocket.db`` or ``postgresql+psycopg://…``."""
    # hide_parameters: a database error must not print bodies, secrets and loan numbers.
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", say_it_in_one_line)
        return engine
    engine = create_engine(url, connect_args={"timeout": 60}, hide_parameters=True)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", say_it_in_one_line)
    return engine


def say_it_in_one_line(context: ExceptionContext) -> None:
    """A full disk, a lock that never came, a server that is away: an error of the house, not of the driver."""
    if isinstance(context.sqlalchemy_exception, OperationalError) and not context.is_pre_ping:
        said = str(context.original_exception).strip().splitlines() or ["no reason given"]
        raise DatabaseError(f"the database refused: {said[0]}") from context.original_exception


class Together:
    """One write transaction of this thread that others join; it begins when somebody first asks for its connection."""

    def __init__(self, engine: Engine, stack: ExitStack) -> None:
        self.engine, self._stack = engine, stack
        self._connection: Connection | None = None
        self.broken = False

    @property
    def begun(self) -> bool:
        """Whether the write lock is held already."""
        return self._connection is not None

    @property
    def connection(self) -> Connection:
        """The connection in its transaction."""
        if self._connection is None:
            opened = self._stack.enter_context(self.engine.connect().execution_options(**WRITE))
            self._stack.enter_context(opened.begin())
            self._connection = opened
        return self._connection


_together: ContextVar[Together | None] = ContextVar("proofdocket_together", default=None)


@contextmanager
def together(engine: Engine) -> Iterator[Together]:
    """Everything that this thread writes on this database in here commits together, or not at all.

    What it reads is read in the same transaction as soon as that has begun.
    """
    with ExitStack() as stack:
        unit = Together(engine, stack)
        token = _together.set(unit)
        try:
            yield unit
            if unit.broken:
                raise DatabaseError("a part of what belongs together failed; nothing was written")
        finally:
            _together.reset(token)


def _joined(engine: Engine) -> Together | None:
    unit = _together.get()
    return unit if unit is not None and unit.engine is engine else None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: commits at the end, rolls back on any error. Inside `together` it joins that one."""
    unit = _joined(engine)
    if unit is not None:
        try:
            yield unit.connection
        except BaseException:
            unit.broken = True
            raise
        return
    with engine.connect().execution_options(**WRITE) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: a single snapshot for everything that is read in it."""
    unit = _joined(engine)
    if unit is not None and unit.begun:
        yield unit.connection
        return
    with engine.connect() as connection, connection.begin():
        yield connection


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision; safe to call at every start, also by two processes at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _migration_lock(engine), engine.connect().execution_options(**WRITE) as connection, connection.begin():
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":
            space, key = MIGRATION_LOCK
            connection.execute(text("SELECT pg_advisory_xact_lock(:space, :key)"), {"space": space, "key": key})
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


@contextmanager
def _migration_lock(engine: Engine) -> Iterator[None]:
    """SQLite: a file lock keeps two first starts apart. PostgreSQL: an advisory lock in the transaction does."""
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    with Path(path + ".migrate.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event below says BEGIN, not the driver
    for pragma in (
        "page_size=4096",  # of a new file: a large log writes a page per event and index (docs/performance.md)
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else INSERT OR REPLACE walks past the append-only triggers
        "wal_autocheckpoint=65536",  # pages: 256 MB
        "cache_size=-65536",
        "busy_timeout=60000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("proofdocket_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
