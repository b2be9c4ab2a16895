"""Subtrees in the database: every root, proof and tile boundary against the definition, on SQLite and PostgreSQL."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Engine, func, insert, select, text

from evidence_service.adapters import tables
from evidence_service.adapters.subtrees import WIDTH, SubtreeTiles, append_subtrees
from evidence_service.core.merkle import (
    GrowingTree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    root_hash,
    root_of,
)
from evidence_service.database import writing
from evidence_service.errors import StoreError
from tests.evidence_service.adapters.logs import append_hashes, make_log, open_store
from tests.evidence_service.core.trees import leaves
from tests.evidence_service.examples import INSTITUTION

SIZES = 1500


def test_every_root_up_to_1500_leaves_is_that_of_the_definition(engine: Engine) -> None:
    """Appended in ragged batches, so that each tile is completed in another way."""
    store, dice = open_store(engine), random.Random(7)
    log, hashes = make_log(store), leaves(SIZES)
    start = 0
    while start < SIZES:
        count = min(dice.choice([1, 2, 17, 100, 255, 256, 257, 300]), SIZES - start)
        append_hashes(engine, log.id, start, hashes[start : start + count])
        start += count
    tree, read = GrowingTree(), SubtreeTiles(engine).reader(log.id, SIZES)
    for size, leaf in enumerate(hashes, start=1):
        tree.add(leaf)
        assert root_hash(read, size) == tree.root()
    assert tree.root() == root_of(hashes)
    with engine.connect() as connection:
        stored = connection.execute(select(func.count()).select_from(tables.subtree)).scalar_one()
    assert stored == SIZES // WIDTH


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 513, 1500])
def test_proofs_from_the_database_hold_around_every_edge_of_a_tile(sqlite_engine: Engine, size: int) -> None:
    store = open_store(sqlite_engine)
    log, hashes = make_log(store), leaves(size)
    append_hashes(sqlite_engine, log.id, 0, hashes)
    read, root = store.tree(INSTITUTION, size), root_of(hashes)
    for index in sorted({0, 1, size // 2, size - 2, size - 1, *range(254, 258), *range(510, 514)}):
        if 0 <= index < size:
            check_inclusion(hashes[index], index, size, inclusion_proof(read, index, size), root)
            older = consistency_proof(read, index + 1, size)
            check_consistency(index + 1, size, root_of(hashes[: index + 1]), root, older)


def test_a_log_that_crosses_65536_leaves_keeps_its_old_roots_and_proofs(engine: Engine) -> None:
    store = open_store(engine)
    log, width = make_log(store), WIDTH * WIDTH
    hashes = leaves(width + 300)
    with writing(engine) as connection:
        for start in range(0, len(hashes), 20_000):
            part = hashes[start : start + 20_000]
            connection.execute(
                insert(tables.entry),
                [{"log_id": log.id, "idx": start + at, "leaf": b"", "leaf_hash": one} for at, one in enumerate(part)],
            )
            append_subtrees(connection, log.id, start, part)
    tree, roots = GrowingTree(), {}
    wanted = {1, 255, 256, 65_280, width - 1, width, width + 1, width + 256, len(hashes)}
    for leaf in hashes:
        tree.add(leaf)
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    read = SubtreeTiles(engine).reader(log.id, len(hashes))
    for size, root in roots.items():
        assert root_hash(read, size) == root
        check_consistency(size, len(hashes), root, roots[len(hashes)], consistency_proof(read, size, len(hashes)))
        for index in (0, size // 2, size - 1):
            check_inclusion(hashes[index], index, size, inclusion_proof(read, index, size), root)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT level, count(*) FROM subtree GROUP BY level ORDER BY level")).all()
    assert [tuple(row) for row in rows] == [(8, 257), (16, 1)]


def test_a_reader_refuses_what_lies_beyond_its_size(sqlite_engine: Engine) -> None:
    store = open_store(sqlite_engine)
    log = make_log(store)
    append_hashes(sqlite_engine, log.id, 0, leaves(300))
    read = store.tree(INSTITUTION, 257)
    assert read(8, 0) == root_of(leaves(256))
    for level, index in ((0, 257), (8, 1), (9, 0), (1, 128), (16, 0)):
        with pytest.raises(StoreError, match="not complete at size 257"):
            read(level, index)


def test_a_reader_of_an_old_size_is_not_disturbed_by_growth(sqlite_engine: Engine) -> None:
    store = open_store(sqlite_engine)
    log, hashes = make_log(store), leaves(600)
    append_hashes(sqlite_engine, log.id, 0, hashes[:300])
    old = store.tree(INSTITUTION, 300)
    before = root_hash(old, 300)
    append_hashes(sqlite_engine, log.id, 300, hashes[300:])
    assert root_hash(old, 300) == before == root_of(hashes[:300])
    assert root_hash(store.tree(INSTITUTION, 600), 600) == root_of(hashes)
    assert root_hash(store.tree(INSTITUTION, 300), 300) == before


def test_a_hash_that_is_missing_is_a_store_error_that_says_where(sqlite_engine: Engine) -> None:
    store = open_store(sqlite_engine)
    log = make_log(store)
    append_hashes(sqlite_engine, log.id, 0, leaves(300))
    with pytest.raises(StoreError, match="lacks hashes of level 0 between 256 and 400"):
        root_hash(store.tree(INSTITUTION, 400), 400)
    with writing(sqlite_engine) as connection, pytest.raises(StoreError, match="lacks hashes of level 0"):
        append_subtrees(connection, log.id, 400, leaves(200))


def test_two_logs_in_one_database_have_trees_of_their_own(sqlite_engine: Engine) -> None:
    store = open_store(sqlite_engine)
    one, other = make_log(store), make_log(store, "other-cf")
    append_hashes(sqlite_engine, one.id, 0, leaves(300))
    append_hashes(sqlite_engine, other.id, 0, leaves(299)[::-1])
    assert root_hash(store.tree(INSTITUTION, 300), 300) == root_of(leaves(300))
    assert root_hash(store.tree("other-cf", 299), 299) == root_of(leaves(299)[::-1])
