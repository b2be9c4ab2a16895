"""Lets the append-only triggers of one table rest inside one transaction, for a repair that the log itself vouches for.

On PostgreSQL that is the right of the tables' owner; the role of a running instance is refused by the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from evidence_service.errors import StoreError


class NotOwnerError(StoreError):
    """Only the owner of the tables may repair them."""

    code = "not-table-owner"


@contextmanager
def unprotected(connection: Connection, table: str) -> Iterator[None]:
    """Inside, rows of the table may be removed; afterwards, still in the transaction, its triggers are as before."""
    if connection.dialect.name == "postgresql":
        try:
            connection.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER USER'))
        except DBAPIError as error:
            raise NotOwnerError(
                "only the owner of the tables may replace what was changed: run this once with the owner's database URL"
            ) from error
        yield
        connection.execute(text(f'ALTER TABLE "{table}" ENABLE TRIGGER USER'))
        return
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = connection.execute(query, {"table": table}).all()
    for trigger in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{trigger.name}"')
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)
