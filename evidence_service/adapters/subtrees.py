"""Subtree hashes of a log in the database: tiles of 256, as in C2SP tlog-tiles.

Spec: docs/spec/log.md. Level-0 tiles are read from the entries' leaf hashes; higher ones from the `subtree` table,
which holds the hash of every complete subtree of 256, 65,536, … leaves. What was appended never changes, so tiles are
cached, those at the growing end under the number of hashes they hold.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, insert, select

from evidence_service.adapters import tables
from evidence_service.core.merkle import SubtreeReader, fold_level
from evidence_service.database import reading
from evidence_service.errors import StoreError

HEIGHT = 8
WIDTH = 1 << HEIGHT
CACHED_TILES = 4096
Tile = list[list[bytes]]
"""Hashes of one tile by level inside it: 256, 128, … 1 (fewer in a partial tile)."""


def append_subtrees(connection: Connection, log_id: int, start: int, leaf_hashes: Sequence[bytes]) -> None:
    """Store each subtree of 256^k leaves that these new leaves complete. Runs in the append's transaction."""
    level, first, hashes = 0, start, list(leaf_hashes)
    while hashes:
        base = first - first % WIDTH
        if base < first:
            hashes = _stored_hashes(connection, log_id, level, base, first) + hashes
        tops = []
        for offset in range(0, len(hashes) - len(hashes) % WIDTH, WIDTH):
            tops.append(_top(hashes[offset : offset + WIDTH]))
        if not tops:
            return
        level, first = level + HEIGHT, base // WIDTH
        rows = [{"log_id": log_id, "level": level, "idx": first + i, "hash": digest} for i, digest in enumerate(tops)]
        connection.execute(insert(tables.subtree), rows)
        hashes = tops


def _top(hashes: Sequence[bytes]) -> bytes:
    level = list(hashes)
    while len(level) > 1:
        level = fold_level(level)
    return level[0]


def _stored_hashes(connection: Connection, log_id: int, level: int, start: int, end: int) -> list[bytes]:
    """Hashes [start, end) of a stored level, in order."""
    if level == 0:
        table, column = tables.entry, tables.entry.c.leaf_hash
        query = select(column).where(table.c.log_id == log_id)
    else:
        table, column = tables.subtree, tables.subtree.c.hash
        query = select(column).where(table.c.log_id == log_id, table.c.level == level)
    query = query.where(table.c.idx >= start, table.c.idx < end).order_by(table.c.idx)
    hashes = [bytes(row[0]) for row in connection.execute(query)]
    if len(hashes) != end - start:
        raise StoreError(f"the log's database lacks hashes of level {level} between {start} and {end}")
    return hashes


class SubtreeTiles:
    """Reads subtree hashes; keeps tiles in a bounded cache that all readers share."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tiles: OrderedDict[tuple[int, int, int, int], Tile] = OrderedDict()

    def reader(self, log_id: int, size: int) -> SubtreeReader:
        """Reader over the first `size` leaves; asking beyond them is a StoreError."""

        def read(level: int, index: int) -> bytes:
            if (index + 1) << level > size:
                raise StoreError(f"subtree {level}/{index} is not complete at size {size}")
            base = level - level % HEIGHT
            inside = level - base
            number = (index << inside) // WIDTH
            tile = self._tile(log_id, base, number, min(WIDTH, (size >> base) - number * WIDTH))
            return tile[inside][index - (number * WIDTH >> inside)]

        return read

    def _tile(self, log_id: int, base: int, number: int, count: int) -> Tile:
        """The first `count` hashes of a tile and what can be folded from them."""
        key = (log_id, base, number, count)
        tile = self._tiles.get(key)
        if tile is not None:
            return tile
        start = number * WIDTH
        with reading(self._engine) as connection:
            tile = [_stored_hashes(connection, log_id, base, start, start + count)]
        while len(tile[-1]) > 1:
            tile.append(fold_level(tile[-1]))
        self._tiles[key] = tile
        if len(self._tiles) > CACHED_TILES:
            self._tiles.popitem(last=False)
        return tile
