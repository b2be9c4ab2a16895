"""Many rows into one table at once, straight through the driver: executemany on SQLite, binary COPY on PostgreSQL.

SQLAlchemy would convert every value of every row; here they are what both drivers take as they are, and that conversion
was half the cost of an append. Both run in the open transaction of the connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table

COPY_FROM = 50
"""Fewer rows than this are not worth the two round trips of a COPY."""
MAX_PIECE = 1 << 20
Rows = Sequence[tuple[Any, ...]]


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that have a value for every column, in the table's order."""
    names = ", ".join(table.columns.keys())
    if connection.dialect.name == "postgresql" and len(rows) >= COPY_FROM:
        _copy(connection, table, names, rows)
        return
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join([mark] * len(table.columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of the schema
    connection.exec_driver_sql(statement, cast("list[tuple[Any, ...]]", rows))


def _copy(connection: Connection, table: Table, names: str, rows: Rows) -> None:
    driver = cast("Any", connection.connection.driver_connection)
    writers = [_writer(column.type) for column in table.columns]
    width = len(writers).to_bytes(2, "big")
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        piece = bytearray(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for row in rows:
            piece += width
            for write, value in zip(writers, row, strict=True):
                raw = write(value)
                piece += len(raw).to_bytes(4, "big")
                piece += raw
            if len(piece) > MAX_PIECE:
                copy.write(piece)
                piece = bytearray()
        copy.write(piece + b"\xff\xff")


def _writer(kind: Any) -> Any:
    """How a value of a column is written in PostgreSQL's binary form."""
    if isinstance(kind, BigInteger):
        return lambda value: value.to_bytes(8, "big", signed=True)
    if isinstance(kind, Integer):
        return lambda value: value.to_bytes(4, "big", signed=True)
    if isinstance(kind, LargeBinary):
        return lambda value: value
    return lambda value: value.encode()
