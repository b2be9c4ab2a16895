"""The clerk's desk in the SQL database: the board page by page, sheets, attempts, quotas, figures, key changes.

Spec: docs/spec/filing.md, "The clerk's board", "Examination", "Quotas", "The court's key".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, and_, func, insert, or_, select, update

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from litigation.core.court_entry import DECIDING
from litigation.court_side.adapters import tables
from litigation.court_side.adapters.rows import submission_of_row
from litigation.court_side.core.board import STATES, Place, Wanted
from litigation.court_side.core.submission import Submission, SubmissionState
from litigation.court_side.ports import Decided, StoredAttempt, StoredKey


class SqlCourtDesk:
    """The part of `CourtStore` that clerks and the examination work with."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def board(self, wanted: Wanted, limit: int) -> list[Submission]:
        """A page of the clerk's board, in its order."""
        table = tables.submission
        order = (table.c.urgent.desc(), table.c.due_on, table.c.filing_id)
        query = _filtered(select(table), wanted).order_by(*order).limit(limit)
        if wanted.behind is not None:
            query = query.where(_behind(wanted.behind))
        with reading(self._engine) as connection:
            return [submission_of_row(row) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """How many filings are in each state."""
        table = tables.submission
        with reading(self._engine) as connection:
            query = select(table.c.state, func.count()).group_by(table.c.state)
            return {str(state): int(number) for state, number in connection.execute(query)}

    def unexamined(self, now: datetime, most: int, limit: int) -> list[str]:
        """Filings that wait for their examination and may be tried now, the oldest first."""
        table, tried = tables.submission, tables.attempt
        query = select(table.c.filing_id).outerjoin(tried, tried.c.filing_id == table.c.filing_id)
        may = or_(tried.c.filing_id.is_(None), and_(tried.c.attempts < most, tried.c.next_at <= format_instant(now)))
        query = query.where(table.c.state == SubmissionState.RECEIVED.value, may)
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(table.c.received_at).limit(limit)).scalars())

    def waiting_of(self, filer: str) -> int:
        """How many filings of a filer wait for their examination."""
        table = tables.submission
        query = select(func.count()).where(table.c.state == SubmissionState.RECEIVED.value, table.c.filer == filer)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def attempt(self, filing_id: str) -> StoredAttempt | None:
        """What is known of examinations that came to no end."""
        with reading(self._engine) as connection:
            query = select(tables.attempt).where(tables.attempt.c.filing_id == filing_id)
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return StoredAttempt(row.filing_id, row.attempts, row.problem, parse_instant(row.next_at, "next_at"))

    def set_attempt(self, attempt: StoredAttempt) -> None:
        """Store it, in place of what was stored before."""
        values = {"attempts": attempt.attempts, "problem": attempt.problem, "next_at": format_instant(attempt.next_at)}
        _put(self._engine, tables.attempt, {"filing_id": attempt.filing_id}, values)

    def add_sheet(self, filing_id: str, body: str) -> None:
        """Keep what an examination read."""
        _put(self._engine, tables.sheet, {"filing_id": filing_id}, {"body": body})

    def sheet(self, filing_id: str) -> str | None:
        """What the examination read."""
        with reading(self._engine) as connection:
            query = select(tables.sheet.c.body).where(tables.sheet.c.filing_id == filing_id)
            found: str | None = connection.execute(query).scalar_one_or_none()
        return found

    def taken(self, filer: str, day: str) -> int:
        """Bytes of packages that a filer sent on a day."""
        table = tables.taken
        with reading(self._engine) as connection:
            query = select(table.c.bytes).where(table.c.filer == filer, table.c.day == day)
            return int(connection.execute(query).scalar_one_or_none() or 0)

    def add_taken(self, filer: str, day: str, size: int) -> None:
        """Count bytes that a filer sent; what arrives at once is added up."""
        table = tables.taken
        with writing(self._engine) as connection:
            same = (table.c.filer == filer) & (table.c.day == day)
            if not connection.execute(update(table).where(same).values(bytes=table.c.bytes + size)).rowcount:
                connection.execute(insert(table).values(filer=filer, day=day, bytes=size))

    def received_between(self, since: datetime, until: datetime) -> list[datetime]:
        """When the filings of a time arrived."""
        column = tables.submission.c.received_at
        query = select(column).where(column >= format_instant(since), column < format_instant(until))
        with reading(self._engine) as connection:
            return [parse_instant(at, "received_at") for at in connection.execute(query).scalars()]

    def decided_between(self, since: datetime, until: datetime) -> list[Decided]:
        """The decisions of a time, in order."""
        table, of = tables.entry, tables.submission
        query = select(table.c.kind, of.c.received_at, table.c.at, table.c.note)
        query = query.join(of, of.c.filing_id == table.c.filing_id).order_by(table.c.id)
        kinds = [kind.value for kind in DECIDING]
        query = query.where(
            table.c.kind.in_(kinds), table.c.at >= format_instant(since), table.c.at < format_instant(until)
        )
        with reading(self._engine) as connection:
            return [
                Decided(kind, parse_instant(received, "received_at"), parse_instant(at, "at"), note)
                for kind, received, at, note in connection.execute(query)
            ]

    def key_changes(self) -> list[StoredKey]:
        """Signing keys that came after the first, in order."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(tables.key).order_by(tables.key.c.n)).all()
        return [StoredKey(row.n, row.vkey, parse_instant(row.since, "since"), row.note) for row in rows]

    def add_key(self, key: StoredKey) -> None:
        """Store a key change."""
        values = {"n": key.n, "vkey": key.vkey, "since": format_instant(key.since), "note": key.note}
        with writing(self._engine) as connection:
            connection.execute(insert(tables.key).values(values))


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    table = tables.submission
    query = query.where(table.c.state.in_(sorted(state.value for state in STATES[wanted.column])))
    for column, value in (
        (table.c.assigned_to, wanted.clerk),
        (table.c.institution, wanted.institution),
        (table.c.result, wanted.result),
    ):
        if value:
            query = query.where(column == value)
    if wanted.nobody:
        query = query.where(table.c.assigned_to == "")
    if wanted.flagged:
        query = query.where(table.c.flags != "")
    if wanted.text:
        named = (table.c.our_reference, table.c.case_number)
        text = wanted.text
        query = query.where(
            or_(
                *(column.contains(text, autoescape=True) for column in named),
                table.c.filing_id.startswith(text.lower(), autoescape=True),
            )
        )
    return query


def _behind(place: Place) -> Any:
    table = tables.submission
    later = or_(
        table.c.due_on > place.due_on, and_(table.c.due_on == place.due_on, table.c.filing_id > place.filing_id)
    )
    if place.urgent:
        return or_(table.c.urgent.is_(False), and_(table.c.urgent.is_(True), later))
    return and_(table.c.urgent.is_(False), later)


def _put(engine: Engine, table: Any, where: dict[str, Any], values: dict[str, Any]) -> None:
    """Write a row in place of the one that has the same key."""
    (name, value), *_ = where.items()
    with writing(engine) as connection:
        if not connection.execute(update(table).where(table.c[name] == value).values(values)).rowcount:
            connection.execute(insert(table).values(**where, **values))
