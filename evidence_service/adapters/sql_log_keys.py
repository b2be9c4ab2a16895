"""`LogKeyStore` in the instance's database: a row per step of a change; table `log` names the pair that signs now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text, update

from evidence_service.adapters import tables
from evidence_service.adapters.tables_log_keys import log_key_change
from evidence_service.core.event import format_instant, parse_instant
from evidence_service.core.key_history import KeyChange, LogKey, key_history
from evidence_service.database import reading, writing
from evidence_service.errors import ConflictError, NotFoundError

FIRST, BEGUN, SWITCHED, COMPLETED = "first", "begun", "switched", "completed"


class SqlLogKeys:
    """The history of each log's keys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keys(self, institution: str) -> tuple[LogKey, ...]:
        """Every key of a log, oldest first; the last one signs."""
        with reading(self._engine) as connection:
            log = _log(connection, institution)
            rows = _rows(connection, log.id)
        first = next(((row.vkey, row.mldsa_vkey) for row in rows if row.step == FIRST), (log.vkey, log.mldsa_vkey))
        return key_history(first, _changes(rows))

    def newest(self, institution: str) -> KeyChange | None:
        """The newest change as far as it is, if there was any."""
        with reading(self._engine) as connection:
            changes = _changes(_rows(connection, _log(connection, institution).id))
        return changes[-1] if changes else None

    def begin(self, institution: str, change: KeyChange) -> None:
        """Store the intent durably. ConflictError where another change is under way."""
        with writing(self._engine) as connection:
            log = _locked(connection, institution)
            changes = _changes(_rows(connection, log.id))
            if change.number != len(changes) + 2 or not all(one.completed for one in changes):
                raise ConflictError(f"log {institution}: another change of its key is under way; run the command again")
            if not changes:
                _add(connection, log.id, 1, FIRST, (log.vkey, log.mldsa_vkey), at=change.begun_at)
            _add(
                connection,
                log.id,
                change.number,
                BEGUN,
                (change.vkey, change.mldsa_vkey),
                at=change.begun_at,
                reason=change.reason,
                stolen_since=change.stolen_since,
            )

    def switch(self, institution: str, number: int, at: datetime) -> int:
        """From now on the new key signs; returns the size of the last checkpoint under the old one."""
        with writing(self._engine) as connection:
            log = _locked(connection, institution)
            change = next(one for one in _changes(_rows(connection, log.id)) if one.number == number)
            if change.size is not None:
                return change.size
            column = tables.checkpoint.c
            newest = select(func.max(column.size)).where(column.log_id == log.id)
            size = int(connection.execute(newest).scalar_one() or 0)
            pair = (change.vkey, change.mldsa_vkey)
            _add(connection, log.id, number, SWITCHED, pair, at=at, size=size)
            named = update(tables.log).where(tables.log.c.id == log.id)
            connection.execute(named.values(vkey=change.vkey, mldsa_vkey=change.mldsa_vkey))
        return size

    def complete(self, institution: str, number: int, at: datetime) -> None:
        """The change is done."""
        with writing(self._engine) as connection:
            log = _locked(connection, institution)
            change = next(one for one in _changes(_rows(connection, log.id)) if one.number == number)
            if not change.completed:
                _add(connection, log.id, number, COMPLETED, (change.vkey, change.mldsa_vkey), at=at)


def _log(connection: Connection, institution: str) -> Any:
    row = connection.execute(select(tables.log).where(tables.log.c.institution == institution)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"institution {institution[:40]!r} has no log here; `proofdocket institution add` makes one"
        )
    return row


def _locked(connection: Connection, institution: str) -> Any:
    """The log's row while nobody else writes this log; SQLite holds its write lock already (BEGIN IMMEDIATE)."""
    log = _log(connection, institution)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7305, :log_id)"), {"log_id": log.id})
    return _log(connection, institution)


def _rows(connection: Connection, log_id: int) -> list[Any]:
    columns = log_key_change.c
    query = select(log_key_change).where(columns.log_id == log_id).order_by(columns.number)
    return list(connection.execute(query))


def _changes(rows: list[Any]) -> list[KeyChange]:
    """The changes in order, each as far as its steps say."""
    found: dict[int, KeyChange] = {}
    for row in (row for row in rows if row.step == BEGUN):
        stolen = parse_instant(row.stolen_since, "stolen_since") if row.stolen_since else None
        at = parse_instant(row.at, "at")
        found[row.number] = KeyChange(row.number, row.vkey, row.mldsa_vkey, at, row.reason, stolen)
    for row in rows:
        if row.step == SWITCHED:
            moment = parse_instant(row.at, "at")
            found[row.number] = replace(found[row.number], size=row.size, switched_at=moment)
        elif row.step == COMPLETED:
            found[row.number] = replace(found[row.number], completed=True)
    return [found[number] for number in sorted(found)]


def _add(
    connection: Connection,
    log_id: int,
    number: int,
    step: str,
    pair: tuple[str, str],
    *,
    at: datetime,
    size: int = 0,
    reason: str = "",
    stolen_since: datetime | None = None,
) -> None:
    connection.execute(
        insert(log_key_change).values(
            log_id=log_id,
            number=number,
            step=step,
            vkey=pair[0],
            mldsa_vkey=pair[1],
            size=size,
            at=format_instant(at),
            reason=reason,
            stolen_since="" if stolen_since is None else format_instant(stolen_since),
        )
    )
