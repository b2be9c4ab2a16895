"""Rows: leaf hashing and tree build beside a bare loop over hashlib."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from evidence_service.core.merkle import fold_level, leaf_hash, root_of
from tools.bench_events import event_lines
from tools.bench_rounds import take_turns
from tools.bench_row import Row, Target
from tools.bench_sizes import Sizes

RAW = "hashlib loop"
TARGET = Target("≥ 0.85 of raw", 0.85, of="ratio")


def hashing_rows(sizes: Sizes) -> list[Row]:
    """Measure; the tree's root is checked against the plain definition of RFC 9162."""
    some = event_lines(min(sizes.hashed, 4096))
    leaves = [some[number % len(some)] for number in range(sizes.hashed)]
    prefixed = [b"\x00" + leaf for leaf in leaves]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    pairs = [b"\x01" + left + right for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    nodes = (pairs + pairs)[: sizes.hashed - 1]
    if tree_root(hashes[:256]) != root_of(hashes[:256]):
        raise AssertionError("the tree that is measured is not the tree of RFC 9162")
    spent = take_turns(
        sizes.rounds,
        {
            "raw-leaf": lambda _: [sha256(leaf).digest() for leaf in prefixed],
            "leaf": lambda _: [leaf_hash(leaf) for leaf in leaves],
            "raw-node": lambda _: [sha256(node).digest() for node in nodes],
            "tree": lambda _: tree_root(hashes),
        },
    )
    return [
        Row(
            "leaf-hash",
            "leaf hashing, 600 bytes",
            measured=sizes.hashed / spent["leaf"].cpu,
            unit="leaves/s",
            yardstick=sizes.hashed / spent["raw-leaf"].cpu,
            yardstick_name=RAW,
            ratio=spent["leaf"].cpu_ratio(spent["raw-leaf"]),
            target=TARGET,
            note="the loop hashes bytes that carry their prefix already",
        ),
        Row(
            "tree-build",
            f"tree build over {sizes.hashed:,} leaf hashes",
            measured=(sizes.hashed - 1) / spent["tree"].cpu,
            unit="nodes/s",
            yardstick=(sizes.hashed - 1) / spent["raw-node"].cpu,
            yardstick_name=RAW,
            ratio=spent["tree"].cpu_ratio(spent["raw-node"]),
            target=TARGET,
            note="the loop hashes 65-byte nodes that are put together already",
        ),
    ]


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Root over a power of two of leaf hashes, level by level, as the store folds its tiles."""
    level = list(hashes)
    while len(level) > 1:
        level = fold_level(level)
    return level[0]
