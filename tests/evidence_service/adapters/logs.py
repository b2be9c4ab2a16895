"""Logs to fill in tests: records, entries with short leaves, and loads of made-up leaf hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, update

from evidence_service.adapters import tables
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.adapters.sql_subject_keys import SqlSubjectKeys, open_subject_keys
from evidence_service.adapters.subtrees import append_subtrees
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import leaf_hash, root_hash
from evidence_service.database import writing
from evidence_service.ports import LoanHead, LogRecord, NewEntry, PublishedCheckpoint
from evidence_service.workflow.ingest import Receipt, ingest_batch
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, NOW, Randomness, events


def open_store(engine: Engine) -> SqlLogStore:
    """A store whose subject keys lie beside the database, under a key-encryption key that every test shares."""
    return SqlLogStore(engine, open_keys(engine))


def open_keys(engine: Engine) -> SqlSubjectKeys:
    """The subject keys of a test's database."""
    return open_subject_keys(Path(engine.url.database or "").parent, engine, lambda: bytes(range(32)))


def record_of(institution: str = INSTITUTION) -> LogRecord:
    """A log that is not in the database yet."""
    origin = f"log.example/{institution}"
    return LogRecord(0, institution, "样例", origin, TestKey(origin).vkey, TestKey(f"{origin}/package").vkey, 0)


def make_log(store: SqlLogStore, institution: str = INSTITUTION) -> LogRecord:
    """A new log."""
    return store.ensure_log(record_of(institution), NOW)


def ingest(
    store: SqlLogStore,
    count: int,
    *,
    first: int = 0,
    institution: str = INSTITUTION,
    now: datetime = NOW,
    loans: int = 3,
) -> list[Receipt]:
    """Real events, through the real workflow."""
    batch = events(count, first=first, institution=institution, loans=loans)
    return ingest_batch(store, institution, batch, now=now, randomness=Randomness(f"{institution}{first}".encode()))


def publish_plainly(store: SqlLogStore, institution: str = INSTITUTION, minutes: int = 0) -> PublishedCheckpoint:
    """Sign and store a checkpoint without the checks of the workflow."""
    log = store.log(institution)
    checkpoint = Checkpoint(log.origin, log.size, root_hash(store.tree(institution, log.size), log.size))
    note = TestKey(log.origin).sign_note(checkpoint.text())
    published = PublishedCheckpoint(checkpoint, note, NOW + timedelta(minutes=minutes))
    store.add_checkpoint(institution, published)
    return published


def entries(count: int, *, first: int = 0, loan: str = "LN-1") -> list[NewEntry]:
    """Entries with tiny leaves, as a writer takes them."""
    made = []
    for number in range(first, first + count):
        leaf = b"leaf %d" % number
        made.append(
            NewEntry(
                event_id=f"E-{number}",
                loan=loan,
                sequence=number,
                type="payment.received",
                occurred_at="2026-01-05T02:03:04Z",
                captured_at="2026-06-01T08:00:00Z",
                key_id=0,
                sealed=b"",
                leaf=leaf,
                leaf_hash=leaf_hash(leaf),
            )
        )
    return made


def append(store: SqlLogStore, made: Sequence[NewEntry], institution: str = INSTITUTION) -> int:
    """Append entries of one loan."""
    last = made[-1]
    with store.writing(institution) as writer:
        return writer.append(made, {last.loan: LoanHead("R" * 22, last.sequence + 1, last.leaf_hash)})


def append_hashes(engine: Engine, log_id: int, start: int, hashes: Sequence[bytes]) -> None:
    """Only what the tree needs: leaf hashes and the subtrees that they complete; for logs too large to fill."""
    with writing(engine) as connection:
        connection.execute(
            insert(tables.entry),
            [{"log_id": log_id, "idx": start + at, "leaf": b"", "leaf_hash": one} for at, one in enumerate(hashes)],
        )
        append_subtrees(connection, log_id, start, hashes)
        connection.execute(update(tables.log).where(tables.log.c.id == log_id).values(size=start + len(hashes)))
