"""Invitations, openings and sessions in the SQL database.

What must not happen twice is counted by the database in one statement, before anything is compared or shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from litigation.served.adapters import tables
from litigation.served.core.invitation import MAX_FAILURES, Invitation, Opening, Session

INSTANTS = ("made_at", "expires_at", "locked_at", "withdrawn_at")
table = tables.invitation


class SqlServedStore:
    """`InvitationStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, invitation: Invitation) -> None:
        """Store a new invitation."""
        values = {name: getattr(invitation, name) for name in Invitation.__slots__ if name not in INSTANTS}
        values |= {name: _written(getattr(invitation, name)) for name in INSTANTS}
        with writing(self._engine) as connection:
            connection.execute(insert(table).values(values))

    def find(self, invitation: str) -> Invitation | None:
        """The invitation of that id."""
        with reading(self._engine) as connection:
            return _find(connection, table.c.id == invitation)

    def all(self, our_reference: str = "") -> list[Invitation]:
        """Every invitation, or those of a case, oldest first."""
        query = select(table).order_by(table.c.made_at, table.c.id)
        if our_reference:
            query = query.where(table.c.our_reference == our_reference)
        with reading(self._engine) as connection:
            return [_invitation(row) for row in connection.execute(query)]

    def take_attempt(self, token_digest: str, now: datetime) -> Invitation | None:
        """Count one attempt before its code is compared; two that arrive together are two."""
        mine = (table.c.token_digest == token_digest, table.c.failed < MAX_FAILURES, *_usable(now))
        with writing(self._engine) as connection:
            taken = connection.execute(update(table).where(*mine).values(failed=table.c.failed + 1))
            return _find(connection, table.c.token_digest == token_digest) if taken.rowcount else None

    def forgive(self, invitation: str) -> None:
        """The code was right: wrong ones before it do not count any more."""
        with writing(self._engine) as connection:
            connection.execute(update(table).where(table.c.id == invitation).values(failed=0, locked_at=None))

    def lock(self, invitation: str, now: datetime) -> None:
        """Note when the last wrong code locked an invitation."""
        spent = (table.c.id == invitation, table.c.failed >= MAX_FAILURES, table.c.locked_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(update(table).where(*spent).values(locked_at=_written(now)))

    def open(self, invitation: str, now: datetime) -> Opening | None:
        """Count one opening."""
        mine = (table.c.id == invitation, *_usable(now))
        with writing(self._engine) as connection:
            counted = connection.execute(update(table).where(*mine).values(openings=table.c.openings + 1))
            found = _find(connection, table.c.id == invitation) if counted.rowcount else None
            if found is None:
                return None
            opening = Opening(invitation, found.openings, now)
            values = {"invitation": invitation, "n": opening.n, "at": _written(now)}
            connection.execute(insert(tables.opening).values(values))
        return opening

    def openings(self, invitation: str) -> list[Opening]:
        """Every opening, in order."""
        query = select(tables.opening).where(tables.opening.c.invitation == invitation).order_by(tables.opening.c.n)
        with reading(self._engine) as connection:
            return [Opening(row.invitation, row.n, parse_instant(row.at, "at")) for row in connection.execute(query)]

    def begin(self, cookie_digest: str, session: Session) -> None:
        """Begin a session; an earlier one of the same invitation ends."""
        began, ends = _written(session.began_at), _written(session.ends_at)
        over = (tables.session.c.invitation == session.invitation) | (tables.session.c.ends_at <= began)
        with writing(self._engine) as connection:
            connection.execute(delete(tables.session).where(over))
            values = {"cookie_digest": cookie_digest, "invitation": session.invitation}
            connection.execute(insert(tables.session).values(**values, began_at=began, ends_at=ends))

    def session(self, cookie_digest: str) -> Session | None:
        """The session of a cookie."""
        query = select(tables.session).where(tables.session.c.cookie_digest == cookie_digest)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Session(row.invitation, parse_instant(row.began_at, "began_at"), parse_instant(row.ends_at, "ends_at"))

    def end(self, cookie_digest: str) -> None:
        """End a session."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.session).where(tables.session.c.cookie_digest == cookie_digest))

    def withdraw(self, invitation: str, now: datetime) -> Invitation | None:
        """Withdraw an invitation and end its session; the first time counts."""
        mine = (table.c.id == invitation, table.c.withdrawn_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(update(table).where(*mine).values(withdrawn_at=_written(now)))
            connection.execute(delete(tables.session).where(tables.session.c.invitation == invitation))
            return _find(connection, table.c.id == invitation)


def _usable(now: datetime) -> tuple[Any, ...]:
    """Neither withdrawn, nor expired, nor used up."""
    return (
        table.c.withdrawn_at.is_(None),
        table.c.expires_at > _written(now),
        table.c.openings < table.c.max_openings,
    )


def _find(connection: Connection, condition: Any) -> Invitation | None:
    row = connection.execute(select(table).where(condition)).one_or_none()
    return None if row is None else _invitation(row)


def _invitation(row: Any) -> Invitation:
    values = {name: getattr(row, name) for name in Invitation.__slots__ if name not in INSTANTS}
    return Invitation(**values, **{name: _read(getattr(row, name), name) for name in INSTANTS})


def _written(moment: datetime | None) -> str | None:
    """Whole seconds, so that the order of texts is the order of time."""
    return None if moment is None else format_instant(moment.replace(microsecond=0))


def _read(text: str | None, place: str) -> Any:
    return None if text is None else parse_instant(text, place)
