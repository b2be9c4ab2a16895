"""Remembered answers: a request that is repeated under its idempotency key gets the same bytes again.

Kept in the transaction that wrote the entries, so an answer is remembered exactly if its entries are there. A second
request that runs at the same time waits for the first at the database's lock and then finds its answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from evidence_service.adapters.sql_access_log import stamp
from evidence_service.adapters.tables_api import api_answer
from evidence_service.database import reading
from evidence_service.errors import ConflictError
from evidence_service.ports.api import StoredAnswer

KEEP = timedelta(days=7)


class AnsweredAlreadyError(ConflictError):
    """The same idempotency key was answered meanwhile; nothing was written, the first answer holds."""

    code = "answered-already"


class SqlApiAnswers:
    """Answers by API key and idempotency key. Only the digest of the latter is kept: senders choose it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key_id: str, idempotency_key: str) -> StoredAnswer | None:
        """The remembered answer."""
        query = select(api_answer).where(
            api_answer.c.key_id == key_id, api_answer.c.idempotency_key == _digest(idempotency_key)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else StoredAnswer(bytes(row.request), row.status, bytes(row.body))


def remember(connection: Connection, key_id: str, idempotency_key: str, answer: StoredAnswer, at: datetime) -> None:
    """Keep an answer in an open transaction and forget those of more than seven days ago."""
    connection.execute(delete(api_answer).where(api_answer.c.created_at < stamp(at - KEEP)))
    values = {
        "key_id": key_id,
        "idempotency_key": _digest(idempotency_key),
        "request": answer.request,
        "status": answer.status,
        "body": answer.body,
        "created_at": stamp(at),
    }
    try:
        connection.execute(insert(api_answer).values(values))
    except IntegrityError:
        raise AnsweredAlreadyError("this idempotency key was answered by a request that ran at the same time") from None


def _digest(idempotency_key: str) -> bytes:
    return sha256(idempotency_key.encode()).digest()
