"""Rows: inclusion proofs made from the store, and verified; pymerkle 7 beside them where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

from evidence_service.adapters.sql_log_store import SqlLogStore
from evidence_service.core.merkle import check_inclusion, inclusion_proof, root_hash
from evidence_service.database import open_database
from tools.bench_events import INSTITUTION, event_lines
from tools.bench_rounds import take_turns
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes
from tools.bench_store import empty_store, import_file, open_store, temporary_folder

MADE = Target("≥ 5,000/s", 5_000)
VERIFIED = Target("≥ 40,000/s", 40_000)
PER_ROUND = 2_000
THEIRS_PER_ROUND = 20
"""A proof of pymerkle from its SQLite takes milliseconds."""


@dataclass(frozen=True, slots=True)
class _Made:
    """One proof and what it is about."""

    leaf: bytes
    index: int
    path: tuple[bytes, ...]


def proof_rows(sizes: Sizes) -> list[Row]:
    """Fill a log, then make and verify proofs of leaves at random places, each with a reader of its own."""
    size = sizes.proved - 7  # not a power of two: the right edge has partial subtrees
    count = min(PER_ROUND, sizes.proved)
    with temporary_folder() as folder, empty_store(url := f"sqlite:///{folder / 'log.db'}") as store:
        lines = event_lines(sizes.proved)
        (folder / "events.ndjson").write_bytes(b"\n".join(lines) + b"\n")
        import_file(store, folder / "events.ndjson")
        entries = [(leaf, digest) for _, leaf, digest in store.leaves(INSTITUTION, 0, size)]
        root = root_hash(store.tree(INSTITUTION, size), size)
        indexes = [Random(number).sample(range(size), min(count, size)) for number in range(sizes.rounds)]
        proofs = [_prove_all(store, entries, places, size) for places in indexes]
        jobs: dict[str, Callable[[int], object]] = {
            "make": lambda number: _prove_cold(url, entries, indexes[number], size),
            "verify": lambda number: _verify_all(proofs[number], size, root),
        }
        theirs = _their_jobs(folder, [leaf for leaf, _ in entries], indexes, root)
        spent = take_turns(sizes.rounds, {**jobs, **theirs})
    made, verified = len(indexes[0]), len(proofs[0])
    rates = {
        "make": made / spent["make"].cpu,
        "verify": verified / spent["verify"].cpu,
        "their-make": min(THEIRS_PER_ROUND, made) / spent["their-make"].cpu if theirs else None,
        "their-verify": made / spent["their-verify"].cpu if theirs else None,
    }
    return [
        _row("proof-make", f"inclusion proof from the store of {size:,}", rates, "make", MADE),
        _row("proof-verify", f"  and its verification ({len(proofs[0][0].path)} hashes)", rates, "verify", VERIFIED),
    ]


def _row(name: str, title: str, rates: dict[str, float | None], job: str, target: Target) -> Row:
    ours, theirs = rates[job], rates[f"their-{job}"]
    note = "" if theirs else "pymerkle is not installed (test extra)"
    if theirs and job == "make":
        note = "both from SQLite, at random places; ours opens the database anew each round and keeps tiles once read"
    return Row(
        name,
        title,
        measured=ours,
        unit="/s",
        yardstick=theirs,
        yardstick_name="pymerkle 7" if theirs else "",
        ratio=ours / theirs if ours and theirs else None,
        target=target,
        note=note,
    )


def _prove_all(
    store: SqlLogStore, entries: Sequence[tuple[bytes, bytes]], places: Sequence[int], size: int
) -> list[_Made]:
    return [
        _Made(entries[index][1], index, inclusion_proof(store.tree(INSTITUTION, size), index, size)) for index in places
    ]


def _prove_cold(url: str, entries: Sequence[tuple[bytes, bytes]], places: Sequence[int], size: int) -> list[_Made]:
    """Open the database anew, so that nothing is in memory when the first proof is asked for."""
    engine = open_database(url)
    try:
        return _prove_all(open_store(engine), entries, places, size)
    finally:
        engine.dispose()


def _verify_all(proofs: Sequence[_Made], size: int, root: bytes) -> None:
    for proof in proofs:
        check_inclusion(proof.leaf, proof.index, size, proof.path, root)


def _their_jobs(
    folder: Path, leaves: Sequence[bytes], indexes: Sequence[Sequence[int]], root: bytes
) -> dict[str, Callable[[int], object]]:
    """The same leaves in pymerkle: proofs from its SQLite tree, verification of proofs from its tree in memory."""
    if find_spec("pymerkle") is None:
        return {}
    import pymerkle  # type: ignore[import-untyped]  # noqa: PLC0415 - a test extra under the GPL: never shipped, used as a yardstick only

    stored: Any = pymerkle.SqliteTree(str(folder / "theirs.db"))
    stored.append_entries(list(leaves))
    memory: Any = pymerkle.InmemoryTree()
    memory.append_entries(list(leaves))
    if memory.get_state() != root:
        raise AssertionError("pymerkle's tree and ours differ: the comparison would be void")
    made = [[(index, memory.prove_inclusion(index + 1)) for index in places] for places in indexes]
    bases = [memory.get_leaf(index + 1) for index in range(len(leaves))]

    def verify(number: int) -> None:
        for index, proof in made[number]:
            pymerkle.verify_inclusion(bases[index], root, proof)

    return {
        "their-make": lambda number: [
            stored.prove_inclusion(index + 1) for index in indexes[number][:THEIRS_PER_ROUND]
        ],
        "their-verify": verify,
    }
