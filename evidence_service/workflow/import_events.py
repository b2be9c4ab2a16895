"""Import: many records from a file become log entries; each bad one is set aside with its line and reason.

Nothing is lost silently: read = accepted + duplicates + rejected, always.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence_service.core.canonical import CanonicalError, canonical_bytes, parse_strict
from evidence_service.core.event import Event, EventError, event_from
from evidence_service.core.prepared import Prepared, Preparer
from evidence_service.core.source_signature import NO_RULES, SourceRules
from evidence_service.errors import ProofDocketError
from evidence_service.importing.records import Accepted, Record, Rejected
from evidence_service.ports import LogStore, Preparing, Vault
from evidence_service.workflow.ingest import PlainEvent, Receipt, take_batch
from evidence_service.workflow.originals import BatchOriginals, FindFile, take_contents

BATCH = 5000


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


class PreparedHere:
    """`Preparing` in this process."""

    def __init__(self, randomness: Callable[[int], bytes]) -> None:
        self._preparer, self._randomness = Preparer(), randomness

    def prepared(
        self, batches: Iterable[Sequence[bytes]]
    ) -> Generator[tuple[Sequence[bytes], list[Prepared | None]], None, None]:
        """Each batch with what its lines gave, in the order in which they came."""
        for lines in batches:
            yield lines, self._preparer.prepare(lines, self._randomness)


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
    preparing: Preparing | None = None


def import_records(records: Iterable[Record], allowed: set[str], doors: ImportDoors) -> ImportCounts:
    """Take records in order, batch by batch; `allowed` names the institutions that have a log here."""
    counts = ImportCounts()
    kept: deque[list[Record]] = deque()
    preparing = doors.preparing or PreparedHere(doors.randomness)
    with closing(preparing.prepared(_lines(records, kept))) as prepared:
        for lines, events in prepared:
            _take_batch(kept.popleft(), lines, events, allowed, doors, counts)
            doors.progress(counts)
    return counts


def _lines(records: Iterable[Record], kept: deque[list[Record]]) -> Iterator[list[bytes]]:
    """The lines of each batch; the batch itself waits in `kept` until they come back."""
    for batch in _batches(records, BATCH):
        kept.append(batch)
        yield [
            record.raw if isinstance(record, Accepted) and record.raw is not None else _line(record) for record in batch
        ]


def _line(record: Record) -> bytes:
    """A record as a line of JSON; empty where only the strict way can say what is wrong with it."""
    if isinstance(record, Rejected):
        return b""
    if record.event is None:
        return b""
    try:
        return canonical_bytes(record.event)
    except CanonicalError:
        return b""


def _take_batch(
    batch: list[Record],
    lines: Sequence[bytes],
    prepared: list[Prepared | None],
    allowed: set[str],
    doors: ImportDoors,
    counts: ImportCounts,
) -> None:
    taken: dict[str, tuple[list[int], list[Event | PlainEvent]]] = {}
    signed_only = {institution: doors.rules(institution).required for institution in allowed}
    originals = BatchOriginals(doors.find_file, doors.vault)
    for record, line, plain in zip(batch, lines, prepared, strict=True):
        counts.read += 1
        if isinstance(record, Rejected):
            _set_aside(Reject(record.line, record.reason_code, record.reason), doors, counts)
            continue
        event: Event | PlainEvent
        if plain is not None and signed_only.get(plain.institution) is False:
            institution, event = plain.institution, PlainEvent(plain, plain.body or line)
        else:
            try:
                event = _take_event(record, allowed, originals)
            except ProofDocketError as error:
                _set_aside(Reject(record.line, error.code, str(error)), doors, counts)
                continue
            institution = event.institution
        mine = taken.get(institution)
        if mine is None:
            mine = taken[institution] = ([], [])
        mine[0].append(record.line)
        mine[1].append(event)
    for unstored, why in originals.store():
        _set_aside(Reject(_take_out(unstored, taken), why.code, str(why)), doors, counts)
    for institution, (numbers, events) in taken.items():
        outcome = take_batch(
            doors.store,
            institution,
            events,
            now=doors.now(),
            randomness=doors.randomness,
            rules=doors.rules(institution),
        )
        counts.institutions.add(institution)
        counts.accepted += outcome.accepted
        for place, receipt in sorted(outcome.others.items()):
            _count(numbers[place], receipt, doors, counts)


def _take_out(event: Event, taken: dict[str, tuple[list[int], list[Event | PlainEvent]]]) -> int:
    """An event whose originals could not be stored is not logged; returns its line."""
    numbers, events = taken[event.institution]
    place = next(place for place, one in enumerate(events) if one is event)
    del events[place]
    return numbers.pop(place)


def _take_event(record: Accepted, allowed: set[str], originals: BatchOriginals) -> Event:
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
    originals.add(event, contents)
    return event


def _count(line: int, receipt: Receipt, doors: ImportDoors, counts: ImportCounts) -> None:
    if receipt.state == "duplicate":
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
