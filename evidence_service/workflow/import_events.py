"""Import: many records from a file become log entries; each bad one is set aside with its line and reason.

Nothing is lost silently: read = accepted + duplicates + rejected, always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence_service.core.canonical import parse_strict
from evidence_service.core.event import Event, EventError, event_from
from evidence_service.core.source_signature import NO_RULES, SourceRules
from evidence_service.errors import ProofDocketError
from evidence_service.importing.records import Accepted, Record, Rejected
from evidence_service.ports import LogStore, Vault
from evidence_service.workflow.ingest import Receipt, ingest_batch
from evidence_service.workflow.originals import FindFile, store_originals, take_contents

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that was not taken: where it stands in the file and why."""

    line: int
    code: str
    reason: str


@dataclass(slots=True)
class ImportCounts:
    """How an import went so far."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    institutions: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ImportDoors:
    """What an import needs from outside."""

    store: LogStore
    vault: Vault
    find_file: FindFile
    reject: Callable[[Reject], None]
    progress: Callable[[ImportCounts], None]
    now: Callable[[], datetime]
    randomness: Callable[[int], bytes]
    rules: Callable[[str], SourceRules] = lambda institution: NO_RULES


def import_records(records: Iterable[Record], allowed: set[str], doors: ImportDoors) -> ImportCounts:
    """Take records in order, batch by batch; `allowed` names the institutions that have a log here."""
    counts = ImportCounts()
    for batch in _batches(records, BATCH):
        _take_batch(batch, allowed, doors, counts)
        doors.progress(counts)
    return counts


def _take_batch(batch: list[Record], allowed: set[str], doors: ImportDoors, counts: ImportCounts) -> None:
    by_institution: dict[str, list[tuple[int, Event]]] = {}
    for record in batch:
        counts.read += 1
        if isinstance(record, Rejected):
            _set_aside(Reject(record.line, record.reason_code, record.reason), doors, counts)
            continue
        try:
            event = _take_event(record, allowed, doors)
        except ProofDocketError as error:
            _set_aside(Reject(record.line, error.code, str(error)), doors, counts)
            continue
        by_institution.setdefault(event.institution, []).append((record.line, event))
    for institution, lines in by_institution.items():
        receipts = ingest_batch(
            doors.store,
            institution,
            [event for _, event in lines],
            now=doors.now(),
            randomness=doors.randomness,
            rules=doors.rules(institution),
        )
        counts.institutions.add(institution)
        for (line, _), receipt in zip(lines, receipts, strict=True):
            _count(line, receipt, doors, counts)


def _take_event(record: Accepted, allowed: set[str], doors: ImportDoors) -> Event:
    value: Any = record.event
    if value is None:
        value = parse_strict(record.raw or b"")
        if not isinstance(value, dict):
            raise EventError("an event is a JSON object")
    contents = take_contents(value)
    event = event_from(value, profile_checked=record.event is None)
    if event.institution not in allowed:
        raise EventError(
            f"institution: {event.institution} has no log here; `proofdocket institution add {event.institution}`"
        )
    store_originals(event, contents, doors.find_file, doors.vault)
    return event


def _count(line: int, receipt: Receipt, doors: ImportDoors, counts: ImportCounts) -> None:
    if receipt.state == "accepted":
        counts.accepted += 1
    elif receipt.state == "duplicate":
        counts.duplicates += 1
    else:
        _set_aside(Reject(line, receipt.code, receipt.reason), doors, counts)


def _set_aside(reject: Reject, doors: ImportDoors, counts: ImportCounts) -> None:
    counts.rejected += 1
    doors.reject(reject)


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
