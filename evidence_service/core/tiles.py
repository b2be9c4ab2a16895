"""C2SP tlog-tiles: where each piece of a log lies as a static file, and how log entries are bundled.

Spec: docs/spec/log.md (Tiles), https://c2sp.org/tlog-tiles. A tile holds 256 hashes of one level, or fewer at the
growing end; a bundle holds the log entries under one level-0 tile, each after its length in two bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence_service.core.merkle import HASH_SIZE
from evidence_service.errors import EvidenceError, MalformedInputError

HEIGHT = 8
WIDTH = 1 << HEIGHT
TOP_LEVEL = 7
"""A tree of 2^63 leaves has no tile above this level."""
ENTRIES = -1
"""The level of an entry bundle."""
MAX_LEAF = 0xFFFF
CHECKPOINT = "checkpoint"
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


class TileError(MalformedInputError):
    """A tile log does not follow tlog-tiles, or its pieces do not fit together; the message names the piece."""

    code = "tile-malformed"


class LeafTooLongError(EvidenceError):
    """A log entry is longer than an entry bundle can hold."""

    code = "leaf-too-long"


@dataclass(frozen=True, slots=True)
class TileName:
    """One tile or bundle: its level (ENTRIES for a bundle), its index in the level, how many items it holds."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def whole(self) -> TileName:
        """The full tile in this place."""
        return TileName(self.level, self.index)

    @property
    def path(self) -> str:
        """The path below the log's prefix, such as `tile/0/x001/234.p/7`."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")


def parse_tile_path(path: str) -> TileName | None:
    """The tile that a path names; None where the path is not exactly that of a tile."""
    found = _PATH.match(path) if len(path) < 100 else None
    if found is None:
        return None
    level = ENTRIES if found[1] == "entries" else int(found[1])
    name = TileName(level, int(found[2].replace("/", "").replace("x", "")), int(found[3] or WIDTH))
    return name if level <= 63 and name.path == path else None


def tiles_of(level: int, size: int) -> Iterator[TileName]:
    """The tiles of one level (or the bundles) of a tree of `size` leaves, in order; the last one may be partial."""
    count = size >> (HEIGHT * max(level, 0))
    for index in range(count >> HEIGHT):
        yield TileName(level, index)
    if count % WIDTH:
        yield TileName(level, count >> HEIGHT, count % WIDTH)


def levels_of(size: int) -> range:
    """The levels that have a tile in a tree of `size` leaves."""
    return range(next((level for level in range(TOP_LEVEL + 1) if not size >> HEIGHT * level), TOP_LEVEL + 1))


def check_leaf_length(leaf: bytes) -> None:
    """Raise LeafTooLongError where a log entry does not fit into an entry bundle (two bytes of length)."""
    if len(leaf) > MAX_LEAF:
        raise LeafTooLongError(
            f"the log entry would have {len(leaf)} bytes, and an entry has at most {MAX_LEAF}; "
            "split the event, or put its lists into an attachment"
        )


def bundle_bytes(leaves: Sequence[bytes]) -> bytes:
    """Write an entry bundle: each entry after its length, two bytes, most significant first."""
    for leaf in leaves:
        check_leaf_length(leaf)
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def parse_bundle(raw: bytes, name: TileName) -> list[bytes]:
    """Read an entry bundle that must hold at least `name.width` entries and end with an entry; returns that many."""
    leaves: list[bytes] = []
    at = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        end = at + 2 + length
        if at + 2 > len(raw) or end > len(raw) or len(leaves) == WIDTH:
            raise TileError(f"{name.path} is cut off or holds more than {WIDTH} entries")
        leaves.append(raw[at + 2 : end])
        at = end
    if len(leaves) < name.width:
        raise TileError(f"{name.path} holds {len(leaves)} entries instead of {name.width}")
    return leaves[: name.width]


def parse_hashes(raw: bytes, name: TileName) -> list[bytes]:
    """Read a hash tile that must hold at least `name.width` hashes; returns that many."""
    if len(raw) % HASH_SIZE or not name.width * HASH_SIZE <= len(raw) <= WIDTH * HASH_SIZE:
        raise TileError(f"{name.path} has {len(raw)} bytes instead of {name.width * HASH_SIZE}")
    return [raw[at : at + HASH_SIZE] for at in range(0, name.width * HASH_SIZE, HASH_SIZE)]
