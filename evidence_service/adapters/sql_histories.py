"""Whole loans out of the SQL database, a page at a time, opened with the keys of their subjects.

The same rows and keys as `sql_log_store`, without leaves: conformance looks at every event, so each column counts. The
seal of each event is bound to institution and id; what was moved or changed does not open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, select, tuple_

from evidence_service.adapters import tables
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.event_parts import joined_body
from evidence_service.core.sealing import SECRET_BYTES, Cipher, SealBrokenError, cipher_of, event_place, unseal
from evidence_service.database import reading
from evidence_service.errors import StoreError
from evidence_service.ports.histories import OpenedEvent

PAGE = 5000
COLUMNS = tables.event.c


class SqlHistories:
    """`HistoryReader` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, store: SqlLogStore) -> None:
        self._engine, self._store = engine, store

    def opened_events(self, institution: str) -> Iterator[OpenedEvent]:
        """Every event of a log by loan and sequence, from one page after another."""
        log_id, after = self._store.log(institution).id, ("", -1)
        while True:
            rows, others = self._page(log_id, after)
            if not rows:
                return
            yield from self._opened(institution, rows, others)
            after = (rows[-1].loan, rows[-1].sequence)

    def _page(self, log_id: int, after: tuple[str, int]) -> tuple[Sequence[Any], dict[int, list[Any]]]:
        query = (
            select(
                COLUMNS.idx,
                COLUMNS.event_id,
                COLUMNS.loan,
                COLUMNS.sequence,
                COLUMNS.type,
                COLUMNS.occurred_at,
                COLUMNS.key_id,
                COLUMNS.sealed,
            )
            .where(COLUMNS.log_id == log_id, tuple_(COLUMNS.loan, COLUMNS.sequence) > after)
            .order_by(COLUMNS.loan, COLUMNS.sequence)
            .limit(PAGE)
        )
        part = tables.event_part.c
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            wanted = [row.idx for row in rows]
            others: dict[int, list[Any]] = {}
            for start in range(0, len(wanted), 500):
                chunk = wanted[start : start + 500]
                found = select(tables.event_part).where(part.log_id == log_id, part.idx.in_(chunk))
                for row in connection.execute(found.order_by(part.idx, part.part)):
                    others.setdefault(row.idx, []).append(row)
        return rows, others

    def _opened(self, institution: str, rows: Sequence[Any], others: dict[int, list[Any]]) -> Iterator[OpenedEvent]:
        ids = {row.key_id for row in rows} | {one.key_id for parts in others.values() for one in parts}
        keys = {number: None if key is None else cipher_of(key) for number, key in self._store.keys.by_id(ids).items()}
        for idx, event_id, loan, sequence, kind, occurred_at, key_id, sealed in rows:
            parts = [(key_id, sealed), *((one.key_id, one.sealed) for one in others.get(idx, ()))]
            try:
                bodies = [
                    _body(keys[key], part, event_place(institution, event_id, number))
                    for number, (key, part) in enumerate(parts)
                ]
            except SealBrokenError as error:
                raise StoreError(
                    f"entry {idx} of log {institution} is not what was stored; run `proofdocket audit log`"
                ) from error
            yield OpenedEvent(idx, event_id, loan, sequence, kind, occurred_at, joined_body(bodies))


def _body(cipher: Cipher | None, sealed: bytes, place: bytes) -> bytes | None:
    """The fields of one part; None where its key was destroyed."""
    return None if cipher is None else unseal(cipher, bytes(sealed), place)[SECRET_BYTES:]
