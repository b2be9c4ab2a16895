"""Rows of subjects' keys, many at a time, straight through the driver: an import asks for thousands per batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from evidence_service.adapters.tables_subject_keys import subject_key_epoch

CHUNK = 500
SELECT_KEYS = "SELECT id, name, generation, destroyed, wrapped FROM subject_key WHERE name"


def key_epoch(connection: Connection) -> int:
    """How often keys were destroyed here."""
    return int(connection.execute(select(subject_key_epoch.c.epoch)).scalar_one())


def rows_named(connection: Connection, names: Sequence[bytes]) -> list[Any]:
    """All keys under these names, those destroyed included. Straight through the driver: this is asked per batch."""
    if connection.dialect.name == "postgresql":
        return list(connection.exec_driver_sql(f"{SELECT_KEYS} = ANY(%s)", (list(names),)))
    rows: list[Any] = []
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        rows += connection.exec_driver_sql(f"{SELECT_KEYS} IN ({', '.join('?' * len(part))})", tuple(part))
    return rows


def generations(rows: Sequence[Any]) -> tuple[dict[bytes, int], set[bytes]]:
    """The generation that the next key of each name has, and the names that have a living key."""
    ended: dict[bytes, int] = {}
    living: set[bytes] = set()
    for row in rows:
        name = bytes(row.name)
        ended[name] = max(ended.get(name, 0), row.generation + 1)
        if not row.destroyed:
            living.add(name)
    return ended, living


def insert_keys(connection: Connection, rows: Sequence[tuple[bytes, int, bool, bytes]]) -> None:
    """Add keys: (name, generation, destroyed, wrapped)."""
    if rows:
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        values = ", ".join([mark] * len(rows[0]))
        statement = f"INSERT INTO subject_key (name, generation, destroyed, wrapped) VALUES ({values})"  # noqa: S608
        connection.exec_driver_sql(statement, list(rows))
