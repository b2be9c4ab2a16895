"""Receipts from the SQL database: where events stand in their log. Opens no body, so erased events have one, too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, select

from evidence_service.adapters import tables
from evidence_service.database import reading
from evidence_service.ports.api import StoredReceipt

CHUNK = 500


class SqlReceipts:
    """Reads receipts of events by their ids."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, institution: str, event_ids: Sequence[str]) -> dict[str, StoredReceipt]:
        """The receipt of each of these events that the institution's log holds."""
        event, entry, log = tables.event, tables.entry, tables.log
        found: dict[str, StoredReceipt] = {}
        columns = (event.c.event_id, event.c.idx, event.c.sequence, event.c.captured_at, entry.c.leaf_hash)
        for start in range(0, len(event_ids), CHUNK):
            query = (
                select(*columns)
                .join(entry, (entry.c.log_id == event.c.log_id) & (entry.c.idx == event.c.idx))
                .join(log, log.c.id == event.c.log_id)
                .where(log.c.institution == institution, event.c.event_id.in_(event_ids[start : start + CHUNK]))
            )
            with reading(self._engine) as connection:
                for row in connection.execute(query):
                    found[row.event_id] = StoredReceipt(
                        row.event_id, row.idx, row.sequence, row.captured_at, bytes(row.leaf_hash)
                    )
        return found
