"""A log store in a temporary folder to measure on: an empty, migrated database with one log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from evidence_service.adapters.file_vault import FileVault
from evidence_service.adapters.prepare_pool import PreparePool, helpers_for
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.adapters.sql_subject_keys import open_subject_keys
from evidence_service.clock import now
from evidence_service.database import migrate, open_database
from evidence_service.importing.ndjson import read_ndjson
from evidence_service.ports import LogRecord
from evidence_service.workflow.import_events import ImportDoors, Reject, import_records
from tools.bench_events import INSTITUTION

KEK = bytes(range(32))


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with TemporaryDirectory(prefix="proofdocket-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def empty_store(url: str, vkey: str = "log-key") -> Iterator[SqlLogStore]:
    """A store on an empty database; `vkey` is the log's key where something is published."""
    engine = open_database(url)
    migrate(engine)
    store = open_store(engine)
    store.ensure_log(LogRecord(0, INSTITUTION, INSTITUTION, INSTITUTION, vkey, "package-key", 0), now())
    try:
        yield store
    finally:
        engine.dispose()


def open_store(engine: Engine) -> SqlLogStore:
    """The store of a database with its subject keys beside it."""
    return SqlLogStore(engine, open_subject_keys(Path(engine.url.database or "").parent, engine, lambda: KEK))


@contextmanager
def sqlite_store() -> Iterator[SqlLogStore]:
    """A store on SQLite, with the product's own settings: WAL, synchronous FULL."""
    with temporary_folder() as folder, empty_store(f"sqlite:///{folder / 'log.db'}") as store:
        yield store


def import_file(store: SqlLogStore, path: Path) -> int:
    """Import an NDJSON file as `proofdocket import` does; every line must be taken."""
    doors = ImportDoors(
        store=store,
        vault=FileVault(path.parent / "vault", store._engine, store.keys),
        find_file=lambda _digest: None,
        reject=_refuse,
        progress=lambda _counts: None,
        now=now,
        randomness=os.urandom,
        preparing=PreparePool(helpers_for(os.cpu_count() or 1), os.urandom),
    )
    return import_records(read_ndjson(path), {INSTITUTION}, doors).accepted


def _refuse(reject: Reject) -> None:
    raise AssertionError(f"line {reject.line} was refused: {reject.reason}")
