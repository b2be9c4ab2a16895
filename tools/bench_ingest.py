"""Rows: durable ingest from a file to the committed database, and each of its stages beside raw hashing."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from statistics import median

from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.clock import now
from evidence_service.core.prepared import Prepared, Preparer
from evidence_service.workflow.import_events import BATCH
from evidence_service.workflow.ingest import PlainEvent, take_batch
from tools.bench_events import INSTITUTION, event_lines
from tools.bench_memory import processor_seconds
from tools.bench_rounds import Series, take_turns
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes
from tools.bench_store import import_file, sqlite_store, temporary_folder

RAW = "raw leaf hashing"
STAGES = {
    "stage-prepare": "parsed, validated, canonical, 18 salted digests",
    "stage-take": "sealed, leaf hashed, sequenced, durable",
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
                "ingest": lambda number: work[number].ingest(store),
                "stage-prepare": lambda number: work[number].prepare(),
                "stage-take": lambda number: work[number].take(),
            },
        )
        if (
            store.log(INSTITUTION).size != count * sizes.rounds
            or other.log(INSTITUTION).size != store.log(INSTITUTION).size
        ):
            raise AssertionError("not every event that was timed is in the log")
    cpu = median(one.cpu for one in work) / count
    return [_ingest_row(count, spent, cpu), *(_stage_row(name, count, spent) for name in STAGES), _growth_row()]


def _ingest_row(count: int, spent: dict[str, Series], cpu: float) -> Row:
    ingest, raw = spent["ingest"], spent["raw"]
    return Row(
        "ingest",
        "durable ingest, both cores, SQLite",
        measured=count / ingest.wall,
        unit="events/s",
        yardstick=count / raw.wall,
        yardstick_name=RAW,
        ratio=ingest.wall_ratio(raw),
        target=Target("≥ 25,000/s, both cores", 25_000),
        note=f"8 payload fields, 600 bytes, 5,000 loans; {cpu * 1e6:.0f} µs of processor per event, all processes "
        f"together: two processors that do nothing else can take {2 / cpu:,.0f} events/s at most",
    )


def _stage_row(name: str, count: int, spent: dict[str, Series]) -> Row:
    stage, raw = spent[name], spent["raw"]
    durable = name == "stage-take"
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


def _growth_row() -> Row:
    return Row(
        "growth",
        "ingest at 10 M events beside 100 k",
        target=Target("≥ 0.8", 0.8, of="ratio"),
        note="takes hours: make bench-large measures it",
    )


class _Round:
    """One round's events, and what each stage hands to the next."""

    def __init__(self, folder: Path, store: SqlLogStore, count: int, number: int) -> None:
        self.path = folder / f"{number}.ndjson"
        self._lines = event_lines(count, seed=number)
        self.path.write_bytes(b"\n".join(self._lines) + b"\n")
        self._store = store
        self._prepared: list[Prepared | None] = []
        self.cpu = 0.0
        """Seconds of processor that the import took, helpers included."""

    def ingest(self, store: SqlLogStore) -> None:
        """The whole import, as `proofdocket import` does it."""
        before = processor_seconds()
        import_file(store, self.path)
        self.cpu = processor_seconds() - before

    def hash_raw(self) -> None:
        """The yardstick: one SHA-256 over each line, as a leaf is hashed."""
        for line in self._lines:
            sha256(b"\x00" + line).digest()

    def prepare(self) -> None:
        """What a helper process does of an import."""
        self._prepared = Preparer().prepare(self._lines, os.urandom)

    def take(self) -> None:
        """What the writing process does: each batch sealed, sequenced and committed to the disk."""
        for start in range(0, len(self._lines), BATCH):
            events = [
                PlainEvent(plain, plain.body or line)
                for line, plain in zip(
                    self._lines[start : start + BATCH], self._prepared[start : start + BATCH], strict=True
                )
                if plain is not None
            ]
            take_batch(self._store, INSTITUTION, events, now=now(), randomness=os.urandom)
