"""Erasures and restrictions in the SQL database, and events found by key without opening them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from evidence_service.adapters import tables
from evidence_service.adapters.tables_erasure import erasure, erasure_key, restriction
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from evidence_service.ports.erasure import Copy, Erasure, ErasureState, EventMark, Restriction

PAGE = 4096
CHUNK = 500
EVENT = tables.event.c
PART = tables.event_part.c


class SqlErasures:
    """`ErasureStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def marks_of_keys(self, institution: str, key_ids: Collection[int]) -> list[EventMark]:
        """Every event that has a part under one of these keys, in order of the log."""
        found: dict[int, EventMark] = {}
        with reading(self._engine) as connection:
            log_id = _log_id(connection, institution)
            for part in _chunks(key_ids):
                other = select(PART.idx).where(PART.log_id == log_id, PART.key_id.in_(part))
                condition = or_(EVENT.key_id.in_(part), EVENT.idx.in_(other))
                found |= {mark.index: mark for mark in _marks(connection, log_id, condition)}
        return [found[index] for index in sorted(found)]

    def marks_of_loan(self, institution: str, loan: str) -> list[EventMark]:
        """Every event of a loan, in order."""
        with reading(self._engine) as connection:
            return _marks(connection, _log_id(connection, institution), EVENT.loan == loan)

    def marks(self, institution: str) -> Iterator[EventMark]:
        """Every event of a log by loan, then in order; further parts' keys are left out."""
        last: tuple[str, int] | None = None
        while True:
            with reading(self._engine) as connection:
                query = select(tables.event).where(EVENT.log_id == _log_id(connection, institution))
                if last is not None:
                    query = query.where(or_(EVENT.loan > last[0], (EVENT.loan == last[0]) & (EVENT.sequence > last[1])))
                rows = connection.execute(query.order_by(EVENT.loan, EVENT.sequence).limit(PAGE)).all()
            yield from (_mark(row, ()) for row in rows)
            if len(rows) < PAGE:
                return
            last = (rows[-1].loan, rows[-1].sequence)

    def begin(self, record: Erasure) -> Erasure:
        """Store the intent durably, before anything is destroyed."""
        values = {
            "institution": record.institution,
            "reason": record.reason,
            "state": record.state.value,
            "loans": json.dumps(record.loans, ensure_ascii=False),
            "events": record.events,
            "originals": record.originals,
            "copies": json.dumps([asdict(copy) for copy in record.copies], ensure_ascii=False),
            "started_at": format_instant(record.started_at),
        }
        with writing(self._engine) as connection:
            made = connection.execute(insert(erasure).values(values).returning(erasure.c.id)).scalar_one()
            rows = [{"key_id": key_id, "erasure_id": made} for key_id in record.key_ids]
            connection.execute(insert(erasure_key), rows)
        return replace(record, id=made)

    def finish(self, record: Erasure) -> None:
        """Record that everything is done."""
        assert record.done_at is not None
        values = {"state": ErasureState.DONE.value, "done_at": format_instant(record.done_at)}
        with writing(self._engine) as connection:
            connection.execute(update(erasure).where(erasure.c.id == record.id).values(values))

    def of_keys(self, institution: str, key_ids: Collection[int]) -> list[Erasure]:
        """The erasures of these keys, oldest first."""
        found: set[int] = set()
        with reading(self._engine) as connection:
            for part in _chunks(key_ids):
                query = select(erasure_key.c.erasure_id).where(erasure_key.c.key_id.in_(part))
                found |= set(connection.execute(query).scalars())
            return _erasures(connection, (erasure.c.institution == institution) & erasure.c.id.in_(found))

    def unfinished(self, institution: str) -> list[Erasure]:
        """Erasures that were begun and not finished, oldest first."""
        started = erasure.c.state == ErasureState.STARTED.value
        with reading(self._engine) as connection:
            return _erasures(connection, (erasure.c.institution == institution) & started)

    def restrict(self, wanted: Restriction) -> Restriction:
        """Store a restriction durably; one that stands already is returned."""
        values = asdict(wanted) | {
            "kept_until": None if wanted.kept_until is None else wanted.kept_until.isoformat(),
            "restricted_at": format_instant(wanted.restricted_at),
        }
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(restriction).values(values))
        except IntegrityError:
            standing = self.restrictions(wanted.institution)
            return next(one for one in standing if one.subject == wanted.subject)
        return wanted

    def lift(self, institution: str, subject: str) -> None:
        """Take a restriction away."""
        here = (restriction.c.institution == institution) & (restriction.c.subject == subject)
        with writing(self._engine) as connection:
            connection.execute(delete(restriction).where(here))

    def restrictions(self, institution: str) -> list[Restriction]:
        """The restrictions that stand, oldest first."""
        query = select(restriction).where(restriction.c.institution == institution)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(restriction.c.restricted_at, restriction.c.subject)).all()
        return [_restriction(row) for row in rows]


def _log_id(connection: Connection, institution: str) -> int | None:
    found: int | None = connection.execute(
        select(tables.log.c.id).where(tables.log.c.institution == institution)
    ).scalar_one_or_none()
    return found


def _marks(connection: Connection, log_id: int | None, condition: ColumnElement[bool]) -> list[EventMark]:
    query = select(tables.event).where(EVENT.log_id == log_id, condition).order_by(EVENT.idx)
    rows = connection.execute(query).all()
    others: dict[int, list[int]] = {}
    for part in _chunks([row.idx for row in rows]):
        further = select(PART.idx, PART.key_id).where(PART.log_id == log_id, PART.idx.in_(part))
        for row in connection.execute(further.order_by(PART.idx, PART.part)):
            others.setdefault(row.idx, []).append(row.key_id)
    return [_mark(row, others.get(row.idx, ())) for row in rows]


def _mark(row: Any, others: Iterable[int]) -> EventMark:
    occurred_at = parse_instant(row.occurred_at, "occurred_at")
    return EventMark(row.event_id, row.loan, row.type, occurred_at, row.idx, (row.key_id, *others))


def _erasures(connection: Connection, condition: ColumnElement[bool]) -> list[Erasure]:
    rows = connection.execute(select(erasure).where(condition).order_by(erasure.c.id)).all()
    keys: dict[int, list[int]] = {row.id: [] for row in rows}
    for part in _chunks(list(keys)):
        query = select(erasure_key).where(erasure_key.c.erasure_id.in_(part)).order_by(erasure_key.c.key_id)
        for row in connection.execute(query):
            keys[row.erasure_id].append(row.key_id)
    return [_erasure(row, keys[row.id]) for row in rows]


def _erasure(row: Any, key_ids: Iterable[int]) -> Erasure:
    return Erasure(
        id=row.id,
        institution=row.institution,
        reason=row.reason,
        state=ErasureState(row.state),
        key_ids=tuple(key_ids),
        loans=tuple(json.loads(row.loans)),
        events=row.events,
        originals=row.originals,
        copies=tuple(Copy(**copy) for copy in json.loads(row.copies)),
        started_at=parse_instant(row.started_at, "started_at"),
        done_at=None if row.done_at is None else parse_instant(row.done_at, "done_at"),
    )


def _restriction(row: Any) -> Restriction:
    return Restriction(
        institution=row.institution,
        subject=row.subject,
        reason=row.reason,
        kept_until=None if row.kept_until is None else date.fromisoformat(row.kept_until),
        restricted_at=parse_instant(row.restricted_at, "restricted_at"),
    )


def _chunks(items: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(items)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
