"""The access log: who looked at or wrote what, when and what for. Append-only by trigger, without personal data.

An access is recorded in the transaction of the access itself: if it cannot be recorded, it does not happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError

from evidence_service.adapters.tables_api import access
from evidence_service.core.event import parse_instant
from evidence_service.database import DatabaseError, reading, writing
from evidence_service.errors import StoreError
from evidence_service.ports.api import Access


def stamp(at: datetime) -> str:
    """An instant with all six digits, so that the order of texts is the order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class AccessLogError(StoreError):
    """The access could not be recorded, so it was refused; nothing was handed out or written."""

    code = "access-log"


def record(
    connection: Connection,
    *,
    who: str,
    action: str,
    institution: str,
    object: str,
    purpose: str,
    request_id: str,
    at: datetime,
    outcome: str = "done",
) -> None:
    """Record one access in an open transaction. Raises AccessLogError where that is impossible."""
    values = {
        "at": stamp(at),
        "who": who,
        "action": action,
        "institution": institution,
        "object": object,
        "purpose": purpose,
        "request_id": request_id,
        "outcome": outcome,
    }
    try:
        connection.execute(insert(access).values(values))
    except DatabaseError:
        raise  # a full disk or a lock that never came says so itself
    except DBAPIError as error:
        raise AccessLogError("the access could not be recorded and was refused; tell the operator") from error


class SqlAccessLog:
    """Reads the access log."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(
        self,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
        institution: str | None = None,
    ) -> list[Access]:
        """The newest accesses, oldest of them first."""
        query = select(access).order_by(access.c.id.desc()).limit(limit)
        if since is not None:
            query = query.where(access.c.at >= stamp(since))
        if until is not None:
            query = query.where(access.c.at < stamp(until))
        if institution is not None:
            query = query.where(access.c.institution == institution)
        with reading(self._engine) as connection:
            return [_access(row) for row in reversed(connection.execute(query).all())]

    def add(self, *, who: str, action: str, institution: str, object: str, purpose: str, at: datetime) -> None:
        """Record one access in a transaction of its own, before what it is about is handed out."""
        self.add_all(who=who, action=action, institution=institution, objects=[object], purpose=purpose, at=at)

    def add_all(
        self, *, who: str, action: str, institution: str, objects: Sequence[str], purpose: str, at: datetime
    ) -> None:
        """The same for several things at once, in one transaction."""
        with writing(self._engine) as connection:
            for one in objects:
                record(
                    connection,
                    who=who,
                    action=action,
                    institution=institution,
                    object=one,
                    purpose=purpose,
                    request_id="",
                    at=at,
                )

    def nth_newest(self, who: str, n: int) -> datetime | None:
        """When the n-th newest access of somebody was; None where there are fewer."""
        query = select(access.c.at).where(access.c.who == who).order_by(access.c.id.desc()).offset(n - 1).limit(1)
        with reading(self._engine) as connection:
            stamp = connection.execute(query).scalar_one_or_none()
        return None if stamp is None else parse_instant(stamp, "at")


def _access(row: Any) -> Access:
    return Access(
        who=row.who,
        action=row.action,
        institution=row.institution,
        object=row.object,
        purpose=row.purpose,
        request_id=row.request_id,
        at=parse_instant(row.at, "at"),
        outcome=row.outcome,
    )
