"""One open write transaction on one log: what is known, and the append. Everything in it commits together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, insert, select, update

from evidence_service.adapters import tables
from evidence_service.adapters.bulk_rows import insert_rows
from evidence_service.adapters.loan_heads import LoanHeads
from evidence_service.adapters.sql_loan_map import MapWriting
from evidence_service.adapters.sql_log_rows import opened_part
from evidence_service.adapters.subtrees import append_subtrees
from evidence_service.adapters.tables_erasure import correction
from evidence_service.core.corrections import Place
from evidence_service.core.event import parse_instant
from evidence_service.core.event_parts import joined_body
from evidence_service.ports import LoanHead, LogRecord, NewEntry, SubjectKeys

CHUNK = 500
EVENT_COLUMNS = len(tables.event.columns) - 2


class SqlLogWriter(MapWriting):
    """One open write transaction on one log."""

    def __init__(self, connection: Connection, log: LogRecord, size: int, keys: SubjectKeys, heads: LoanHeads) -> None:
        self._connection = connection
        self._institution = log.institution
        self._log_id = log.id
        self._size = size
        self._keys = keys
        self._heads = heads
        self._kept: dict[str, LoanHead] | None = None
        self._state: tuple[int, bytes] | None = None

    @property
    def size(self) -> int:
        """Entries in the log, those appended in this transaction included."""
        return self._size

    def newest_capture(self) -> datetime | None:
        """When the newest entry was captured, the map's or an event's; None in an empty log."""
        closed = self.map_capture()
        if closed is not None:
            return closed
        table = tables.event
        newest = select(table.c.captured_at).where(table.c.log_id == self._log_id).order_by(table.c.idx.desc()).limit(1)
        stamp = self._connection.execute(newest).scalar_one_or_none()
        return None if stamp is None else parse_instant(stamp, "captured_at")

    def known_events(self, event_ids: Sequence[str]) -> dict[str, bytes | None]:
        """Canonical body of each of these events that the log already holds; None where any of it was erased."""
        found: dict[str, bytes | None] = {}
        for part in _chunks(self._among("event", "event_id", "event_id, idx, key_id, sealed", event_ids)):
            found.update(self._bodies(part))
        return found

    def _among(self, table: str, column: str, names: str, values: Sequence[str]) -> Sequence[Any]:
        """Rows of this log whose column is one of these texts: one statement and one argument, however many."""
        argument: str | list[str]
        if self._connection.dialect.name == "sqlite":
            listed, argument = "(SELECT value FROM json_each(?))", json.dumps(values)
            statement = f"SELECT {names} FROM {table} WHERE log_id = ? AND {column} IN {listed}"  # noqa: S608
        else:
            statement = f"SELECT {names} FROM {table} WHERE log_id = %s AND {column} = ANY(%s)"  # noqa: S608
            argument = list(values)
        return self._connection.exec_driver_sql(statement, (self._log_id, argument)).all()

    def _bodies(self, rows: Sequence[Any]) -> dict[str, bytes | None]:
        table = tables.event_part
        query = select(table).where(table.c.log_id == self._log_id, table.c.idx.in_([row.idx for row in rows]))
        parts = self._connection.execute(query.order_by(table.c.idx, table.c.part)).all()
        keys = self._keys.by_id({row.key_id for row in (*rows, *parts)})
        bodies: dict[str, bytes | None] = {}
        for row in rows:
            pieces = [row, *(part for part in parts if part.idx == row.idx)]
            opened = [
                opened_part(piece.sealed, keys[piece.key_id], self._institution, row.event_id, number)[1]
                for number, piece in enumerate(pieces)
            ]
            bodies[row.event_id] = None if None in opened else joined_body(opened)
        return bodies

    def places_of(self, event_ids: Sequence[str]) -> dict[str, Place]:
        """Loan, type and leaf index of each of these events that the log already holds."""
        table = tables.event
        found: dict[str, Place] = {}
        for part in _chunks(event_ids):
            query = select(table.c.event_id, table.c.loan, table.c.type, table.c.idx).where(
                table.c.log_id == self._log_id, table.c.event_id.in_(part)
            )
            for row in self._connection.execute(query):
                found[row.event_id] = Place(row.loan, row.type, row.idx)
        return found

    def add_corrections(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Note which entry of this transaction corrects which."""
        rows = [{"log_id": self._log_id, "idx": index, "corrected": corrected} for index, corrected in pairs]
        self._connection.execute(insert(correction), rows)

    def loan_heads(self, loans: Sequence[str]) -> dict[str, LoanHead]:
        """Head of each of these loans that the log already knows."""
        if self._kept is None:
            self._kept = self._heads.take(self._log_id, (self._size, self._last_leaf_hash()))
        missing = [loan for loan in loans if loan not in self._kept]
        if missing:
            for row in self._among("loan", "loan", "loan, reference, next_sequence, last_leaf_hash", missing):
                self._kept[row.loan] = LoanHead(row.reference, row.next_sequence, bytes(row.last_leaf_hash))
        kept = self._kept
        return {loan: kept[loan] for loan in loans if loan in kept}

    def committed(self) -> None:
        """The transaction is durable: heads that were read or written in it hold for the next one."""
        if self._kept is not None and self._state is not None and self._state[0] == self._size:
            self._heads.keep(self._log_id, self._state, self._kept)

    def _last_leaf_hash(self) -> bytes:
        column = tables.entry.c
        query = select(column.leaf_hash).where(column.log_id == self._log_id, column.idx == self._size - 1)
        return bytes(self._connection.execute(query).scalar_one_or_none() or b"")

    def append(self, entries: Sequence[NewEntry], heads: Mapping[str, LoanHead]) -> int:
        """Append entries in order, store the loans' new heads, return the new size."""
        if not entries:
            return self._size
        start, log_id = self._size, self._log_id
        leaves = [(log_id, index, item.leaf, item.leaf_hash) for index, item in enumerate(entries, start)]
        insert_rows(self._connection, tables.entry, leaves)
        # An entry begins with the columns of `event` in their order.
        events = [(log_id, index, *item[:EVENT_COLUMNS]) for index, item in enumerate(entries, start)]
        insert_rows(self._connection, tables.event, events)
        others = [
            (log_id, start + i, number, key_id, sealed)
            for i, item in enumerate(entries)
            for number, (key_id, sealed) in enumerate(item.others, start=1)
        ]
        if others:
            insert_rows(self._connection, tables.event_part, others)
        self._store_heads(heads)
        append_subtrees(self._connection, log_id, start, [item.leaf_hash for item in entries])
        self._size = start + len(entries)
        self._state = (self._size, entries[-1].leaf_hash)
        self._connection.execute(update(tables.log).where(tables.log.c.id == log_id).values(size=self._size))
        return self._size

    def _store_heads(self, heads: Mapping[str, LoanHead]) -> None:
        if not heads:
            return
        rows = [
            (self._log_id, loan, head.reference, head.next_sequence, head.last_leaf_hash)
            for loan, head in sorted(heads.items(), key=itemgetter(0))
        ]
        mark = "?" if self._connection.dialect.paramstyle == "qmark" else "%s"
        statement = (
            f"INSERT INTO loan (log_id, loan, reference, next_sequence, last_leaf_hash) VALUES ({_list(mark, 5)}) "  # noqa: S608
            "ON CONFLICT (log_id, loan) DO UPDATE SET next_sequence = excluded.next_sequence, "
            "last_leaf_hash = excluded.last_leaf_hash"
        )
        self._connection.exec_driver_sql(statement, rows)
        if self._kept is not None:
            self._kept.update(heads)


def _list(mark: str, count: int) -> str:
    return ", ".join([mark] * count)


def _chunks(names: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(names), CHUNK):
        yield names[start : start + CHUNK]
