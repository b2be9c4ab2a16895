"""Rows: the loan map of half a million loans, a checkpoint with 5,000 changed ones, and proofs out of the store.

The log is filled with entries that hold what the map reads of them; ingest is measured elsewhere. What is timed is
`publish` as a whole: rehash of the new entries, pages read and checked, map, rows, commit, signature, checkpoint.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import func, select, text

from evidence_service.adapters import tables_map
from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.adapters.sql_loan_map import SqlLoanMap
from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.adapters.subtrees import append_subtrees
from evidence_service.core.commitment import base64url
from evidence_service.core.merkle import leaf_hash, node_hash
from evidence_service.database import open_database, reading, writing
from evidence_service.ports import PublishedCheckpoint
from evidence_service.workflow.prove_map import map_material
from evidence_service.workflow.publish import publish
from tools.bench_events import INSTITUTION
from tools.bench_rounds import Spent, spend
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes
from tools.bench_store import empty_store, temporary_folder

LOANS = 500_000
PROOFS = 1_000
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
SECONDS = Target("≤ 3 s", 3, at_most=True)
PROVEN = Target("≥ 200/s", 200)


def map_rows(sizes: Sizes) -> list[Row]:
    """Fill a map, change a part of it, prove."""
    loans = min(LOANS, 10 * sizes.proved)
    changed, proofs = loans // 100, min(PROOFS, loans)
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        signer = KeyFileSigner(folder / "log.pem", INSTITUTION)
        store = stack.enter_context(empty_store(url := f"sqlite:///{folder / 'log.db'}", signer.vkey))
        log = _Filler(store, url)
        log.add(range(loans))
        first, _ = _publish(store, signer)
        rows_first, bytes_first = _stored(url)
        spent = []
        for number in range(max(3, sizes.rounds)):
            log.add(range(number, loans, 100))
            seconds, published = _publish(store, signer)
            spent.append(seconds)
        rows, size = _stored(url)
        log.add([7])
        one, published = _publish(store, signer)
        rate = _prove(store, url, published, [log.reference(loan) for loan in range(proofs)])
    spent.sort(key=lambda one: one.wall)
    middle = spent[len(spent) // 2]
    rounds = len(spent)
    pages = (rows - rows_first) / rounds
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"{pages:,.0f} pages, {(size - bytes_first) / rounds / 1e6:.1f} MB each; {middle.cpu:.1f} s of processor"
    note += f"; with one changed loan: {one.wall * 1000:.0f} ms"
    whole = (
        f"{first.cpu:.0f} s of processor; {rows_first:,} pages, {bytes_first / 1e6:.0f} MB; {memory:,.0f} MB of memory"
    )
    hashing = _hashing()
    return [
        Row("map-first", f"first map of {loans:,} loans", first.wall, "s", note=whole),
        Row(
            "map-publish",
            f"publish with {changed:,} of {loans:,} loans changed",
            middle.wall,
            "s",
            yardstick=changed * hashing,
            yardstick_name="hashlib, one node per change",
            ratio=changed * hashing / middle.cpu,
            target=SECONDS,
            lacks="" if loans == LOANS else f"{LOANS:,} loans",
            note=note,
        ),
        Row("map-proof", "  and the map material of one loan", rate, "/s", target=PROVEN),
    ]


class _Filler:
    """Entries of loans, straight into the tables: what the map reads of an entry, and nothing else."""

    def __init__(self, store: SqlLogStore, url: str) -> None:
        self._store, self._engine = store, open_database(url)
        self._heads: dict[int, tuple[int, bytes]] = {}

    def reference(self, loan: int) -> str:
        return base64url(sha256(b"%d" % loan).digest()[:16])

    def add(self, loans: Sequence[int]) -> None:
        start = self._store.log(INSTITUTION).size
        hashes: list[bytes] = []
        rows: list[tuple[int, int, bytes, bytes]] = []
        for loan in loans:
            seq, last = self._heads.get(loan, (0, b""))
            leaf = b'{"captured_at":"2026-06-01T08:00:00Z","kind":"event","loan":"%b","prev":"%b","seq":%d}' % (
                self.reference(loan).encode(),
                last.hex().encode(),
                seq,
            )
            digest = leaf_hash(leaf)
            self._heads[loan] = (seq + 1, digest)
            hashes.append(digest)
            rows.append((1, start + len(rows), leaf, digest))
        with writing(self._engine) as connection:
            connection.exec_driver_sql("INSERT INTO entry (log_id, idx, leaf, leaf_hash) VALUES (?, ?, ?, ?)", rows)
            append_subtrees(connection, 1, start, hashes)
            connection.execute(text("UPDATE log SET size = :size"), {"size": start + len(rows)})


def _publish(store: SqlLogStore, signer: KeyFileSigner) -> tuple[Spent, PublishedCheckpoint]:
    made: list[PublishedCheckpoint] = []
    spent = spend(lambda: made.append(publish(store, store.log(INSTITUTION), signer, NOW)))
    return spent, made[0]


def _stored(url: str) -> tuple[int, int]:
    """Rows of the map, and the bytes of their pages."""
    table = tables_map.loan_map
    with reading(open_database(url)) as connection:
        query = select(func.count(), func.sum(func.length(table.c.page)))
        rows, size = connection.execute(query.select_from(table)).one()
    return int(rows), int(size)


def _prove(store: SqlLogStore, url: str, published: PublishedCheckpoint, references: Sequence[str]) -> float:
    maps = SqlLoanMap(open_database(url))
    started = time.perf_counter()
    for reference in references:
        assert map_material(store, maps, INSTITUTION, reference, published)
    return len(references) / (time.perf_counter() - started)


def _hashing() -> float:
    """Seconds of one node hash."""
    digest = bytes(32)
    started = time.perf_counter()
    for _ in range(100_000):
        digest = node_hash(digest, digest)
    return (time.perf_counter() - started) / 100_000


def main() -> None:
    """Measure and print, by itself."""
    from tools.bench_sizes import DEFAULT  # noqa: PLC0415 - only here
    from tools.bench_table import table_lines  # noqa: PLC0415

    print("\n".join(table_lines(map_rows(DEFAULT))))


if __name__ == "__main__":
    main()
