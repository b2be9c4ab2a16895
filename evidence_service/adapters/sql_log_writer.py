"""One open write transaction on one log: what is known, and the append. Everything in it commits together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text, update

from evidence_service.adapters import tables
from evidence_service.adapters.sql_loan_map import MapWriting
from evidence_service.adapters.sql_log_rows import opened_part
from evidence_service.adapters.subtrees import append_subtrees
from evidence_service.adapters.tables_erasure import correction
from evidence_service.core.corrections import Place
from evidence_service.core.event import parse_instant
from evidence_service.core.event_parts import joined_body
from evidence_service.ports import LoanHead, LogRecord, NewEntry, SubjectKeys

CHUNK = 500


class SqlLogWriter(MapWriting):
    """One open write transaction on one log."""

    def __init__(self, connection: Connection, log: LogRecord, size: int, keys: SubjectKeys) -> None:
        self._connection = connection
        self._institution = log.institution
        self._log_id = log.id
        self._size = size
        self._keys = keys

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
        table = tables.event
        found: dict[str, bytes | None] = {}
        for part in _chunks(event_ids):
            query = select(table.c.event_id, table.c.idx, table.c.key_id, table.c.sealed).where(
                table.c.log_id == self._log_id, table.c.event_id.in_(part)
            )
            rows = self._connection.execute(query).all()
            if rows:
                found.update(self._bodies(rows))
        return found

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
        table = tables.loan
        found: dict[str, LoanHead] = {}
        for part in _chunks(loans):
            query = select(table).where(table.c.log_id == self._log_id, table.c.loan.in_(part))
            for row in self._connection.execute(query):
                found[row.loan] = LoanHead(row.reference, row.next_sequence, row.last_leaf_hash)
        return found

    def append(self, entries: Sequence[NewEntry], heads: Mapping[str, LoanHead]) -> int:
        """Append entries in order, store the loans' new heads, return the new size."""
        if not entries:
            return self._size
        start, log_id = self._size, self._log_id
        self._insert(tables.entry, [(log_id, start + i, item.leaf, item.leaf_hash) for i, item in enumerate(entries)])
        self._insert(
            tables.event,
            [
                (
                    log_id, start + i, item.event_id, item.loan, item.sequence, item.type, item.occurred_at,
                    item.captured_at, item.key_id, item.sealed,
                )
                for i, item in enumerate(entries)
            ],
        )  # fmt: skip
        others = [
            (log_id, start + i, number, key_id, sealed)
            for i, item in enumerate(entries)
            for number, (key_id, sealed) in enumerate(item.others, start=1)
        ]
        if others:
            self._insert(tables.event_part, others)
        self._store_heads(heads)
        append_subtrees(self._connection, log_id, start, [item.leaf_hash for item in entries])
        self._size = start + len(entries)
        self._connection.execute(update(tables.log).where(tables.log.c.id == log_id).values(size=self._size))
        return self._size

    def _insert(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Insert many rows, all columns in the table's order, straight through the driver.

        SQLAlchemy would convert every value of every row; here they are what both drivers take as they are, and that
        conversion was half the cost of an append.
        """
        mark = "?" if self._connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(table.columns))
        names = ", ".join(table.columns.keys())
        self._connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608

    def _store_heads(self, heads: Mapping[str, LoanHead]) -> None:
        known = self.loan_heads(list(heads))
        fresh = [name for name in heads if name not in known]
        if fresh:
            self._connection.execute(insert(tables.loan), [self._head_row(name, heads[name]) for name in fresh])
        if known:
            statement = text(
                "UPDATE loan SET next_sequence = :next_sequence, last_leaf_hash = :last_leaf_hash "
                "WHERE log_id = :log_id AND loan = :loan"
            )
            self._connection.execute(statement, [self._head_row(name, heads[name]) for name in known])

    def _head_row(self, loan: str, head: LoanHead) -> dict[str, object]:
        return {
            "log_id": self._log_id,
            "loan": loan,
            "reference": head.reference,
            "next_sequence": head.next_sequence,
            "last_leaf_hash": head.last_leaf_hash,
        }


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), CHUNK):
        yield names[start : start + CHUNK]
