"""Rows of the evidence tables as the values that the rest of the room knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.event import parse_instant
from evidence_service.core.event_parts import joined_body
from evidence_service.core.note import parse_note
from evidence_service.core.sealing import SealBrokenError, event_place, unseal_part
from evidence_service.errors import MalformedInputError, StoreError
from evidence_service.ports import LogRecord, OpenedPart, PublishedCheckpoint, StoredEvent


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


def stored_event(row: Any, keys: Mapping[int, bytes | None], others: Sequence[Any] = ()) -> StoredEvent:
    """A row of `event` joined with its `entry` and its log's institution, opened with the keys of its subjects.

    `others` are its rows of `event_part`, in order.
    """
    values = row._mapping
    try:
        return _stored_event(values, keys, others)
    except (TypeError, ValueError, MalformedInputError, SealBrokenError) as error:
        raise StoreError(
            f"entry {values['idx']} of log {values['institution']} is not what was stored: a column was changed"
        ) from error


def opened_part(
    sealed: bytes, key: bytes | None, institution: str, event_id: str, part: int
) -> tuple[bytes | None, bytes | None]:
    """Secret and body of one part of an event; None and None where its key was destroyed."""
    if key is None:
        return None, None
    return unseal_part(key, bytes(sealed), event_place(institution, event_id, part))


def _stored_event(values: Mapping[str, Any], keys: Mapping[int, bytes | None], others: Sequence[Any]) -> StoredEvent:
    sealed = [(values["key_id"], values["sealed"]), *((other.key_id, other.sealed) for other in others)]
    parts = [
        OpenedPart(*opened_part(part, keys[key_id], values["institution"], values["event_id"], number))
        for number, (key_id, part) in enumerate(sealed)
    ]
    return StoredEvent(
        institution=values["institution"],
        event_id=values["event_id"],
        loan=values["loan"],
        index=values["idx"],
        sequence=values["sequence"],
        type=values["type"],
        occurred_at=parse_instant(values["occurred_at"], "occurred_at"),
        captured_at=parse_instant(values["captured_at"], "captured_at"),
        body=joined_body([part.body for part in parts]),
        secret=parts[0].secret,
        leaf=bytes(values["leaf"]),
        leaf_hash=bytes(values["leaf_hash"]),
        key_id=values["key_id"],
        parts=tuple(parts),
    )
