"""Rows of the evidence tables as the values that the rest of the room knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.event import parse_instant
from evidence_service.core.note import parse_note
from evidence_service.errors import MalformedInputError, StoreError
from evidence_service.ports import LogRecord, PublishedCheckpoint, StoredEvent


def log_record(row: Any) -> LogRecord:
    """A row of `log`."""
    return LogRecord(
        id=row.id,
        institution=row.institution,
        name=row.name,
        origin=row.origin,
        vkey=row.vkey,
        package_vkey=row.package_vkey,
        size=row.size,
        mldsa_vkey=row.mldsa_vkey,
    )


def published_checkpoint(row: Any, cosignatures: str = "") -> PublishedCheckpoint:
    """A row of `checkpoint` with its cosignature lines, parsed again: what is stored must still be a checkpoint."""
    note: str = row.note + cosignatures
    created_at = parse_instant(row.created_at, "created_at")
    return PublishedCheckpoint(parse_checkpoint(parse_note(note.encode()).text), note, created_at)


def stored_event(row: Any) -> StoredEvent:
    """A row of `event` joined with its `entry` and its log's institution."""
    values = row._mapping
    try:
        return _stored_event(values)
    except (TypeError, ValueError, MalformedInputError) as error:
        raise StoreError(
            f"entry {values['idx']} of log {values['institution']} is not what was stored: a column was changed"
        ) from error


def _stored_event(values: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(
        institution=values["institution"],
        event_id=values["event_id"],
        loan=values["loan"],
        index=values["idx"],
        sequence=values["sequence"],
        type=values["type"],
        occurred_at=parse_instant(values["occurred_at"], "occurred_at"),
        captured_at=parse_instant(values["captured_at"], "captured_at"),
        body=bytes(values["body"]),
        secret=bytes(values["secret"]),
        leaf=bytes(values["leaf"]),
        leaf_hash=bytes(values["leaf_hash"]),
    )
