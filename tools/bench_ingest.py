"""Rows: durable ingest from a file to the committed database, and each of its stages beside raw hashing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.clock import now
from evidence_service.core.commitment import commit_digests
from evidence_service.core.event import Event, format_instant, parse_event
from evidence_service.core.leaf import leaf_bytes
from evidence_service.core.merkle import leaf_hash
from evidence_service.ports import LoanHead, NewEntry
from evidence_service.workflow.import_events import BATCH
from tools.bench_events import INSTITUTION, event_lines
from tools.bench_rounds import Series, take_turns
from tools.bench_row import Row, Target, later
from tools.bench_sizes import Sizes
from tools.bench_store import import_file, sqlite_store, temporary_folder

RAW = "raw leaf hashing"
STAGES = {
    "stage-parse": "parse, validate, canonical",
    "stage-commit": "18 salted digests",
    "stage-leaf": "leaf built and hashed",
    "stage-append": "append, durable",
}


def ingest_rows(sizes: Sizes) -> list[Row]:
    """Import files round by round into one growing log, the stages taking turns with it."""
    count = sizes.ingested
    with temporary_folder() as folder, sqlite_store() as store, sqlite_store() as other:
        work = [_Round(folder, other, count, number) for number in range(sizes.rounds)]
        spent = take_turns(
            sizes.rounds,
            {
                "raw": lambda number: work[number].hash_raw(),
                "ingest": lambda number: import_file(store, work[number].path),
                "stage-parse": lambda number: work[number].parse(),
                "stage-commit": lambda number: work[number].commit(),
                "stage-leaf": lambda number: work[number].leaf(),
                "stage-append": lambda number: work[number].append(),
            },
        )
        if (
            store.log(INSTITUTION).size != count * sizes.rounds
            or other.log(INSTITUTION).size != store.log(INSTITUTION).size
        ):
            raise AssertionError("not every event that was timed is in the log")
    return [_ingest_row(count, spent), *(_stage_row(name, count, spent) for name in STAGES), *_later_rows()]


def _ingest_row(count: int, spent: dict[str, Series]) -> Row:
    ingest, raw = spent["ingest"], spent["raw"]
    return Row(
        "ingest",
        "durable ingest, one process, SQLite",
        measured=count / ingest.wall,
        unit="events/s",
        yardstick=count / raw.wall,
        yardstick_name=RAW,
        ratio=ingest.wall_ratio(raw),
        target=Target("≥ 25,000/s, both cores", 25_000),
        lacks="encryption, loan map, second core",
        note=f"8 payload fields, 600 bytes, 5,000 loans; {ingest.cpu / count * 1e6:.0f} µs of processor per event, "
        f"that is {count / ingest.cpu:,.0f} events per second of it",
    )


def _stage_row(name: str, count: int, spent: dict[str, Series]) -> Row:
    stage, raw = spent[name], spent["raw"]
    durable = name == "stage-append"
    seconds = stage.wall if durable else stage.cpu
    return Row(
        name,
        f"  {STAGES[name]}",
        measured=seconds / count * 1e6,
        unit="µs/event",
        yardstick=(raw.wall if durable else raw.cpu) / count * 1e6,
        yardstick_name=RAW,
        ratio=stage.wall_ratio(raw) if durable else stage.cpu_ratio(raw),
        note=f"{stage.cpu / count * 1e6:.0f} µs of it processor, the rest disk and waiting" if durable else "",
    )


def _later_rows() -> list[Row]:
    return [
        later("stage-encrypt", "  encryption under subject keys", "part of ingest"),
        later("stage-map", "  loan map", "part of ingest"),
        later("growth", "ingest at 10 M events beside 100 k", "≥ 0.8"),
    ]


class _Round:
    """One round's events, and what each stage hands to the next."""

    def __init__(self, folder: Path, store: SqlLogStore, count: int, number: int) -> None:
        self.path = folder / f"{number}.ndjson"
        self._lines = event_lines(count, seed=number)
        self.path.write_bytes(b"\n".join(self._lines) + b"\n")
        self._store = store
        self._number = number
        self._secrets = [os.urandom(SECRET_BYTES) for _ in self._lines]
        self._events: list[Event] = []
        self._digests: list[list[str]] = []
        self._leaves: list[tuple[bytes, bytes]] = []

    def hash_raw(self) -> None:
        """The yardstick: one SHA-256 over each line, as a leaf is hashed."""
        for line in self._lines:
            sha256(b"\x00" + line).digest()

    def parse(self) -> None:
        self._events = [parse_event(line) for line in self._lines]

    def commit(self) -> None:
        self._digests = [
            commit_digests(event, secret) for event, secret in zip(self._events, self._secrets, strict=True)
        ]

    def leaf(self) -> None:
        moment = now()
        self._leaves = []
        for event, digests in zip(self._events, self._digests, strict=True):
            leaf = leaf_bytes(event, "A" * 22, 3, "ab" * 32, moment, digests)
            self._leaves.append((leaf, leaf_hash(leaf)))

    def append(self) -> None:
        """Entries, heads and subtree hashes into the database, batch by batch, each committed."""
        entries = self._entries()
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            with self._store.writing(INSTITUTION) as writer:
                heads = writer.loan_heads(sorted({entry.loan for entry in batch}))
                writer.append(batch, self._heads(batch, heads))

    def _entries(self) -> list[NewEntry]:
        stamp = format_instant(now())
        return [
            NewEntry(
                event_id=event.id,
                loan=event.loan,
                sequence=number,  # unique within a loan is all that the table asks for
                type=event.type.code,
                occurred_at=stamp,
                captured_at=stamp,
                body=event.body,
                secret=secret,
                leaf=leaf,
                leaf_hash=digest,
            )
            for number, (event, secret, (leaf, digest)) in enumerate(
                zip(self._events, self._secrets, self._leaves, strict=True)
            )
        ]

    def _heads(self, batch: Sequence[NewEntry], known: dict[str, LoanHead]) -> dict[str, LoanHead]:
        heads = {}
        for entry in batch:
            old = known.get(entry.loan)
            reference = old.reference if old else f"{self._number}:{entry.loan}"
            heads[entry.loan] = LoanHead(reference, entry.sequence + 1, entry.leaf_hash)
        return heads
