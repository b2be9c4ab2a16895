"""Every row of a log in the SQL database, for its audit: also those that fit nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, select

from evidence_service.adapters import tables
from evidence_service.adapters.sql_log_rows import published_checkpoint
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.merkle import SubtreeReader
from evidence_service.database import reading
from evidence_service.errors import MalformedInputError
from evidence_service.ports import PublishedCheckpoint, StoredEvent

MAX_STRAYS = 1000


class SqlLogAuditReader:
    """`LogAuditReader` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, store: SqlLogStore) -> None:
        self._engine = engine
        self._store = store

    def leaves(self, institution: str, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, leaf, leaf hash) of the entries [start, end) that are there, in order."""
        return self._store.leaves(institution, start, end)

    def tree(self, institution: str, size: int) -> SubtreeReader:
        """Reader of the stored subtree hashes over the first `size` entries."""
        return self._store.tree(institution, size)

    def events_between(self, institution: str, start: int, end: int) -> list[StoredEvent]:
        """Events with leaf indexes in [start, end), in order; StoreError where one cannot be read."""
        return self._store.events_between(institution, start, end)

    def all_checkpoints(self, institution: str) -> Iterator[tuple[int, PublishedCheckpoint | str]]:
        """Every checkpoint row by size: the checkpoint, or why the row is none."""
        table = tables.checkpoint
        log_id = self._store.log(institution).id
        with reading(self._engine) as connection:
            for row in connection.execute(select(table).where(table.c.log_id == log_id).order_by(table.c.size)):
                try:
                    published = published_checkpoint(row)
                except MalformedInputError as error:
                    yield row.size, str(error)
                    continue
                same = bytes(row.root) == published.checkpoint.root
                yield row.size, published if same else "its root column is not the root of its note"

    def strays(self, institution: str) -> Iterator[tuple[str, int, str]]:
        """(code, leaf index, detail) of rows that belong to nothing: past the end, or an event without an entry."""
        log = self._store.log(institution)
        entry, event = tables.entry, tables.event
        beyond = select(entry.c.idx).where(entry.c.log_id == log.id, entry.c.idx >= log.size)
        orphans = (
            select(event.c.idx)
            .outerjoin(entry, (entry.c.log_id == event.c.log_id) & (entry.c.idx == event.c.idx))
            .where(event.c.log_id == log.id, entry.c.idx.is_(None))
        )
        with reading(self._engine) as connection:
            for index in connection.execute(beyond.order_by(entry.c.idx).limit(MAX_STRAYS)).scalars():
                yield "entry-inserted", index, f"entry {index} lies beyond the end of the log, which is {log.size}"
            for index in connection.execute(orphans.order_by(event.c.idx).limit(MAX_STRAYS)).scalars():
                yield "event-inserted", index, f"an event claims to be entry {index}, but there is no such entry"
