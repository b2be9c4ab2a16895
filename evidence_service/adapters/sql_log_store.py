"""Logs in the SQL database: entries, loan heads, subtree hashes, checkpoints.

Complete subtrees of 256, 65,536, … leaves are stored once and never change; everything between is folded from them
and from the leaf hashes, so a proof reads a handful of tiles however large the log is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, text, update

from evidence_service.adapters import tables
from evidence_service.adapters.loan_heads import LoanHeads
from evidence_service.adapters.sql_cosignatures import cosignature_lines
from evidence_service.adapters.sql_log_rows import log_record, published_checkpoint, stored_event
from evidence_service.adapters.sql_log_writer import SqlLogWriter
from evidence_service.adapters.subtrees import SubtreeTiles
from evidence_service.core.event import format_instant
from evidence_service.core.merkle import SubtreeReader
from evidence_service.core.note import parse_note, parse_vkey
from evidence_service.database import reading, writing
from evidence_service.errors import ConflictError, NotFoundError, StoreError
from evidence_service.ports import LoanHead, LogRecord, PublishedCheckpoint, StoredEvent, SubjectKeys

PAGE = 4096
CHUNK = 500
EVENT_COLUMNS = (tables.event, tables.entry.c.leaf, tables.entry.c.leaf_hash)


class SqlLogStore:
    """`LogStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, keys: SubjectKeys) -> None:
        self._engine = engine
        self._keys = keys
        self._heads = LoanHeads()
        self._tiles = SubtreeTiles(engine)
        self._ids: dict[str, int] = {}

    @property
    def keys(self) -> SubjectKeys:
        """The keys under which what it keeps is sealed."""
        return self._keys

    def ensure_log(self, record: LogRecord, created_at: datetime) -> LogRecord:
        """Return the log of that institution, made from `record` if it is new."""
        with writing(self._engine) as connection:
            _lock(connection, 0)
            row = connection.execute(
                select(tables.log).where(tables.log.c.institution == record.institution)
            ).one_or_none()
            if row is None:
                values = {
                    "institution": record.institution,
                    "name": record.name,
                    "origin": record.origin,
                    "vkey": record.vkey,
                    "package_vkey": record.package_vkey,
                    "size": 0,
                    "created_at": format_instant(created_at),
                    "mldsa_vkey": record.mldsa_vkey,
                }
                connection.execute(insert(tables.log).values(values))
            elif not row.mldsa_vkey and record.mldsa_vkey:  # a log from before there were second keys
                change = update(tables.log).where(tables.log.c.id == row.id)
                connection.execute(change.values(mldsa_vkey=record.mldsa_vkey))
        found = self._log(record.institution)
        given = (record.vkey, record.origin, record.mldsa_vkey or found.mldsa_vkey)
        if (found.vkey, found.origin, found.mldsa_vkey) != given:
            raise StoreError(f"log {record.institution}: the key files do not belong to this database")
        return found

    def logs(self) -> list[LogRecord]:
        """All logs, oldest first."""
        with reading(self._engine) as connection:
            return [log_record(row) for row in connection.execute(select(tables.log).order_by(tables.log.c.id))]

    @contextmanager
    def writing(self, institution: str) -> Iterator[SqlLogWriter]:
        """Open the one write transaction of a log; waits for other writers."""
        log = self._log(institution)
        with writing(self._engine) as connection:
            _lock(connection, log.id)
            size = connection.execute(select(tables.log.c.size).where(tables.log.c.id == log.id)).scalar_one()
            writer = SqlLogWriter(connection, log, size, self._keys, self._heads)
            yield writer
        writer.committed()

    def tree(self, institution: str, size: int) -> SubtreeReader:
        """Reader of subtree hashes over the first `size` entries."""
        return self._tiles.reader(self._log_id(institution), size)

    def leaves(self, institution: str, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, leaf, leaf hash) of the entries [start, end) that are there, in order, a page at a time."""
        log, columns = self._log(institution), tables.entry.c
        while start < end:
            query = (
                select(columns.idx, columns.leaf, columns.leaf_hash)
                .where(columns.log_id == log.id, columns.idx >= start, columns.idx < end)
                .order_by(columns.idx)
                .limit(PAGE)
            )
            with reading(self._engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from ((row.idx, bytes(row.leaf), bytes(row.leaf_hash)) for row in rows)
            start = rows[-1].idx + 1

    def latest_checkpoint(self, institution: str) -> PublishedCheckpoint | None:
        """The newest checkpoint, or None."""
        return self._checkpoint(institution, tables.checkpoint.c.size >= 0)

    def checkpoint_covering(self, institution: str, index: int) -> PublishedCheckpoint | None:
        """The newest checkpoint whose tree holds leaf `index`."""
        return self._checkpoint(institution, tables.checkpoint.c.size > index)

    def checkpoint_at(self, institution: str, size: int) -> PublishedCheckpoint | None:
        """The checkpoint of exactly that size."""
        return self._checkpoint(institution, tables.checkpoint.c.size == size)

    def checkpoints(self, institution: str, limit: int) -> list[PublishedCheckpoint]:
        """The newest checkpoints, newest first."""
        query = (
            select(tables.checkpoint)
            .where(tables.checkpoint.c.log_id == self._log(institution).id)
            .order_by(tables.checkpoint.c.size.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            return [published_checkpoint(row, cosignature_lines(connection, row.log_id, row.size)) for row in rows]

    def add_checkpoint(self, institution: str, published: PublishedCheckpoint) -> None:
        """Store a checkpoint durably. The same size twice must be the same root."""
        log, size = self._log(institution), published.checkpoint.size
        known = select(tables.checkpoint.c.root).where(
            tables.checkpoint.c.log_id == log.id, tables.checkpoint.c.size == size
        )
        with writing(self._engine) as connection:
            _lock(connection, log.id)  # two publishers at once: the second sees what the first stored
            root = connection.execute(known).scalar_one_or_none()
            if root is not None:
                if bytes(root) != published.checkpoint.root:
                    raise ConflictError(f"log {institution} already has another root at size {size}")
                return
            _refuse_old_key(connection, log.id, published)
            connection.execute(
                insert(tables.checkpoint).values(
                    log_id=log.id,
                    size=size,
                    root=published.checkpoint.root,
                    note=published.note,
                    created_at=format_instant(published.created_at),
                )
            )

    def event(self, event_id: str, institution: str | None = None) -> StoredEvent:
        """One event by its id."""
        condition = tables.event.c.event_id == event_id
        if institution is not None:
            condition &= tables.event.c.log_id == self._log(institution).id
        found = self._events(condition, limit=2)
        if not found:
            raise NotFoundError(f"event {event_id[:128]} is not in this instance")
        if len(found) > 1:
            raise ConflictError(f"event {event_id} exists in several institutions; name one with --institution")
        return found[0]

    def event_at(self, institution: str, index: int) -> StoredEvent:
        """The event at a leaf index."""
        log = self._log(institution)
        found = self._events((tables.event.c.log_id == log.id) & (tables.event.c.idx == index), limit=1)
        if not found:
            raise NotFoundError(f"log {institution} has no entry {index}")
        return found[0]

    def events_between(self, institution: str, start: int, end: int) -> list[StoredEvent]:
        """Events with leaf indexes in [start, end), in order."""
        columns = tables.event.c
        condition = (columns.log_id == self._log(institution).id) & (columns.idx >= start) & (columns.idx < end)
        return self._events(condition)

    def events_before(self, institution: str, before: int | None, limit: int) -> list[StoredEvent]:
        """A page of events, newest first, with leaf indexes below `before`."""
        condition = tables.event.c.log_id == self._log(institution).id
        if before is not None:
            condition &= tables.event.c.idx < before
        return self._events(condition, limit=limit, order=tables.event.c.idx.desc())

    def events_of_loan(self, institution: str, loan: str) -> list[StoredEvent]:
        """All events of a loan by sequence. A history with a gap, or shorter than its head says, is a StoreError."""
        log = self._log(institution)
        head = select(tables.loan.c.next_sequence).where(tables.loan.c.log_id == log.id, tables.loan.c.loan == loan)
        with reading(self._engine) as connection:
            logged = connection.execute(head).scalar_one_or_none() or 0  # asked first: histories only grow
        condition = (tables.event.c.log_id == log.id) & (tables.event.c.loan == loan)
        found = self._events(condition, order=tables.event.c.sequence)
        missing = next((at for at, one in enumerate(found) if one.sequence != at), len(found))
        if missing < max(logged, len(found)):
            raise StoreError(f"log {institution}: entry {missing} of this loan is missing from the database")
        return found

    def loans(self, institution: str) -> Iterator[tuple[str, LoanHead]]:
        """All loans of a log with their heads, by loan number."""
        query = (
            select(tables.loan).where(tables.loan.c.log_id == self._log(institution).id).order_by(tables.loan.c.loan)
        )
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                yield row.loan, LoanHead(row.reference, row.next_sequence, row.last_leaf_hash)

    def loans_with(self, institution: str, event_type: str) -> list[str]:
        """Loans that have an event of this type, by loan number."""
        query = (
            select(tables.event.c.loan)
            .where(tables.event.c.log_id == self._log(institution).id, tables.event.c.type == event_type)
            .distinct()
            .order_by(tables.event.c.loan)
        )
        with reading(self._engine) as connection:
            return [row.loan for row in connection.execute(query)]

    def loans_between(self, institution: str, start: int, end: int) -> list[str]:
        """Loans to which something happened at leaf indexes in [start, end), by loan number."""
        columns = tables.event.c
        within = (columns.log_id == self._log(institution).id) & (columns.idx >= start) & (columns.idx < end)
        with reading(self._engine) as connection:
            return sorted(row.loan for row in connection.execute(select(columns.loan).where(within).distinct()))

    def loan_head(self, institution: str, loan: str) -> LoanHead:
        """Head of one loan."""
        log = self._log(institution)
        query = select(tables.loan).where(tables.loan.c.log_id == log.id, tables.loan.c.loan == loan)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("this loan is not in the log of the institution")
        return LoanHead(row.reference, row.next_sequence, row.last_leaf_hash)

    def checkpoint_count(self, institutions: Set[str] | None = None) -> int:
        """How many checkpoints there are, over all logs or some."""
        query = select(func.count()).select_from(tables.checkpoint)
        if institutions is not None:
            mine = select(tables.log.c.id).where(tables.log.c.institution.in_(sorted(institutions)))
            query = query.where(tables.checkpoint.c.log_id.in_(mine))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def loan_count(self, institution: str) -> int:
        """How many loans a log knows."""
        query = select(func.count()).select_from(tables.loan).where(tables.loan.c.log_id == self._log(institution).id)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def log(self, institution: str) -> LogRecord:
        """The log of an institution; NotFoundError if this instance has none."""
        return self._log(institution)

    def _log(self, institution: str) -> LogRecord:
        with reading(self._engine) as connection:
            row = connection.execute(select(tables.log).where(tables.log.c.institution == institution)).one_or_none()
        if row is None:
            raise NotFoundError(
                f"institution {institution[:40]!r} has no log here; `proofdocket institution add` makes one"
            )
        return log_record(row)

    def _log_id(self, institution: str) -> int:
        """The id of an institution's log, which never changes: asked once."""
        if institution not in self._ids:
            self._ids[institution] = self._log(institution).id
        return self._ids[institution]

    def _checkpoint(self, institution: str, condition: ColumnElement[bool]) -> PublishedCheckpoint | None:
        query = (
            select(tables.checkpoint)
            .where(tables.checkpoint.c.log_id == self._log(institution).id)
            .where(condition)
            .order_by(tables.checkpoint.c.size.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            lines = "" if row is None else cosignature_lines(connection, row.log_id, row.size)
        return None if row is None else published_checkpoint(row, lines)

    def _events(
        self,
        condition: ColumnElement[bool],
        limit: int | None = None,
        *,
        order: ColumnElement[Any] = tables.event.c.idx,
    ) -> list[StoredEvent]:
        query = (
            select(*EVENT_COLUMNS, tables.log.c.institution)
            .join(
                tables.entry,
                (tables.entry.c.log_id == tables.event.c.log_id) & (tables.entry.c.idx == tables.event.c.idx),
            )
            .join(tables.log, tables.log.c.id == tables.event.c.log_id)
            .where(condition)
            .order_by(order)
        )
        if limit is not None:
            query = query.limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            others = _parts(connection, rows)
        wanted = {row.key_id for row in rows} | {part.key_id for parts in others.values() for part in parts}
        keys = self._keys.by_id(wanted) if wanted else {}
        return [stored_event(row, keys, others.get((row.log_id, row.idx), ())) for row in rows]


def _refuse_old_key(connection: Connection, log_id: int, published: PublishedCheckpoint) -> None:
    """A checkpoint that was signed while the log's key was changed never counts: its key had ended."""
    log = connection.execute(select(tables.log.c.vkey, tables.log.c.institution).where(tables.log.c.id == log_id)).one()
    key = parse_vkey(log.vkey)
    if all(line.key_id != key.key_id for line in parse_note(published.note.encode()).signatures):
        raise ConflictError(f"log {log.institution}: its key was changed meanwhile; run `proofdocket publish` again")


def _parts(connection: Connection, rows: Sequence[Any]) -> dict[tuple[int, int], list[Any]]:
    """The rows of `event_part` of these events, in order, by log and leaf index."""
    found: dict[tuple[int, int], list[Any]] = {}
    columns = tables.event_part.c
    for log_id in {row.log_id for row in rows}:
        indexes = [row.idx for row in rows if row.log_id == log_id]
        for start in range(0, len(indexes), CHUNK):
            query = select(tables.event_part).where(
                columns.log_id == log_id, columns.idx.in_(indexes[start : start + CHUNK])
            )
            for part in connection.execute(query.order_by(columns.idx, columns.part)):
                found.setdefault((log_id, part.idx), []).append(part)
    return found


def _lock(connection: Connection, log_id: int) -> None:
    """PostgreSQL: one writer per log. SQLite already holds its write lock (BEGIN IMMEDIATE)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7305, :log_id)"), {"log_id": log_id})
