"""Rows of the table `original_key`: which subjects hold the key of which original."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, select, text

from evidence_service.adapters.tables_erasure import original_key

LOCK = 7306
CHUNK = 500


def rows_of(institution: str, digest: str) -> Any:
    """Ask for the rows of one original."""
    columns = original_key.c
    found = select(original_key).where(columns.institution == institution, columns.sha256 == digest)
    return found.order_by(columns.copy, columns.key_id)


def rows_of_all(connection: Connection, institution: str, digests: Collection[str]) -> dict[str, list[Any]]:
    """The rows of many originals, by digest."""
    columns, ordered = original_key.c, list(digests)
    found: dict[str, list[Any]] = {digest: [] for digest in ordered}
    for start in range(0, len(ordered), CHUNK):
        some = columns.sha256.in_(ordered[start : start + CHUNK])
        query = select(original_key).where(columns.institution == institution, some)
        for row in connection.execute(query.order_by(columns.copy, columns.key_id)):
            found[row.sha256].append(row)
    return found


def rows_held_by(connection: Connection, institution: str, key_ids: Collection[int]) -> Iterator[Any]:
    """All rows whose key is one of these."""
    columns = original_key.c
    for part in chunks(key_ids):
        query = select(original_key).where(columns.institution == institution, columns.key_id.in_(part))
        yield from connection.execute(query).all()


def take_turns(connection: Connection) -> None:
    """PostgreSQL: who stores and who erases an original take turns. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:space, 0)"), {"space": LOCK})


def chunks(items: Collection[int]) -> Iterator[list[int]]:
    """Cut what a statement names into pieces that it can hold."""
    ordered = sorted(items)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
