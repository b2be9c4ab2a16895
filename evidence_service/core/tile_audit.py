"""Audit of a tile log by a stranger: fetch every tile and every bundle, and recompute the root that was signed.

Spec: docs/spec/log.md (Tiles), https://c2sp.org/tlog-tiles. `fetch` gets a path below the log's prefix and answers its
bytes, or None where there is no such file; nothing that it answers is believed before it led to the signed root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.cosignature import signed_by
from evidence_service.core.merkle import EMPTY_ROOT, fold_level, leaf_hash, root_hash, root_of
from evidence_service.core.note import VerifierKey, parse_note
from evidence_service.core.tiles import (
    CHECKPOINT,
    ENTRIES,
    HEIGHT,
    WIDTH,
    TileError,
    TileName,
    levels_of,
    parse_bundle,
    parse_hashes,
    tiles_of,
)

Fetch = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class SignedState:
    """A checkpoint that a trusted key signed, and its note byte for byte."""

    checkpoint: Checkpoint
    note: str


@dataclass(frozen=True, slots=True)
class TileAudit:
    """What was fetched and recomputed: the state it led to, and how many files of each kind."""

    state: SignedState
    tiles: int
    bundles: int
    entries: int


def read_state(fetch: Fetch, keys: Sequence[VerifierKey]) -> SignedState:
    """The log's newest checkpoint; it must be of an origin that one of the keys is named after, and signed by it."""
    raw = _fetched(fetch, CHECKPOINT)
    note = parse_note(raw)
    checkpoint = parse_checkpoint(note.text)
    if not any(key.name == checkpoint.origin and signed_by(note, key) for key in keys):
        raise TileError("the checkpoint is not signed by the log's key")
    return SignedState(checkpoint, raw.decode())


def proven_tops(fetch: Fetch, checkpoint: Checkpoint) -> list[bytes]:
    """The hash over each level-0 tile, the partial one last, after they led to the signed root and all tiles agreed."""
    hashes: list[bytes] = []
    tops = []
    for name in tiles_of(0, checkpoint.size):
        hashes = parse_hashes(fetch_tile(fetch, name), name)
        tops.append(root_of(hashes))
    upper = tops if not checkpoint.size % WIDTH else tops[:-1]
    for level in levels_of(checkpoint.size)[1:]:
        for name in tiles_of(level, checkpoint.size):
            start = name.index * WIDTH
            if parse_hashes(fetch_tile(fetch, name), name) != upper[start : start + name.width]:
                raise TileError(f"{name.path} is not what the tiles below it give")
        upper = [root_of(upper[at : at + WIDTH]) for at in range(0, len(upper) - WIDTH + 1, WIDTH)]
    if _root(tops, hashes, checkpoint.size) != checkpoint.root:
        raise TileError(f"the tiles do not give the root that was signed at size {checkpoint.size}")
    return tops


def proven_leaves(fetch: Fetch, checkpoint: Checkpoint) -> Iterator[bytes]:
    """Every log entry in order. Each was proven under the signed root before it is handed out."""
    tops = proven_tops(fetch, checkpoint)
    for name, top in zip(tiles_of(ENTRIES, checkpoint.size), tops, strict=True):
        leaves = parse_bundle(fetch_tile(fetch, name), name)
        if root_of([leaf_hash(leaf) for leaf in leaves]) != top:
            raise TileError(f"{name.path} does not hold the entries of its hash tile")
        yield from leaves


def audit_tiles(fetch: Fetch, keys: Sequence[VerifierKey]) -> TileAudit:
    """Read a whole log and recompute its root from the entries. Raises TileError, or NoteError for the checkpoint."""
    state = read_state(fetch, keys)
    size = state.checkpoint.size
    entries = sum(1 for _ in proven_leaves(fetch, state.checkpoint))
    tiles = sum(1 for level in levels_of(size) for _ in tiles_of(level, size))
    return TileAudit(state, tiles, sum(1 for _ in tiles_of(ENTRIES, size)), entries)


def fetch_tile(fetch: Fetch, name: TileName) -> bytes:
    """A tile's bytes; where a partial one is gone, those of the full one that replaced it."""
    raw = fetch(name.path)
    if raw is None and name.width < WIDTH:
        raw = fetch(name.whole.path)
    if raw is None:
        raise TileError(f"{name.path} is missing")
    return raw


def _root(tops: Sequence[bytes], last: Sequence[bytes], size: int) -> bytes:
    """Root of the tree from the hashes over its full level-0 tiles and the hashes in the last, partial one."""
    if size == 0:
        return EMPTY_ROOT
    levels: dict[int, list[bytes]] = {HEIGHT: list(tops[: size >> HEIGHT])}
    while len(levels[max(levels)]) > 1:
        levels[max(levels) + 1] = fold_level(levels[max(levels)])
    first = size - size % WIDTH
    folded = [list(last)]
    while len(folded[-1]) > 1:
        folded.append(fold_level(folded[-1]))

    def read(level: int, index: int) -> bytes:
        if level >= HEIGHT:
            return levels[level][index]
        return folded[level][index - (first >> level)]

    return root_hash(read, size)


def _fetched(fetch: Fetch, path: str) -> bytes:
    raw = fetch(path)
    if raw is None:
        raise TileError(f"{path} is missing")
    return raw
