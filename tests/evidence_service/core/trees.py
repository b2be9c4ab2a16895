"""Trees for tests: leaf hashes, readers over them, and a reader over a tree too large to hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from evidence_service.core.merkle import SubtreeReader, fold_level, leaf_hash, node_hash


def leaves(count: int) -> list[bytes]:
    """Hashes of different leaves."""
    return [leaf_hash(b"leaf %d" % number) for number in range(count)]


def reader(hashes: Sequence[bytes]) -> SubtreeReader:
    """Reads complete subtrees of a list of leaf hashes; one that is not complete is an IndexError."""
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        levels.append(fold_level(levels[-1]))
    return lambda level, index: levels[level][index]


def twin_reader(repeated: bytes = b"the same leaf") -> SubtreeReader:
    """A tree without end whose leaves are all the same: a subtree's hash depends on its level only."""

    @cache
    def of_level(level: int) -> bytes:
        return node_hash(of_level(level - 1), of_level(level - 1)) if level else leaf_hash(repeated)

    return lambda level, _index: of_level(level)
