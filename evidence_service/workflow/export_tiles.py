"""log > tiles: hand out a log as static files that anybody's tile reader can audit.

Spec: docs/spec/log.md (Tiles), https://c2sp.org/tlog-tiles. Nothing leaves that does not lead to the signed root; the
checkpoint goes last, so that a reader never meets one whose tiles are not there yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.merkle import leaf_hash, root_hash
from evidence_service.core.note import parse_note
from evidence_service.core.tiles import (
    CHECKPOINT,
    ENTRIES,
    HEIGHT,
    WIDTH,
    TileName,
    bundle_bytes,
    levels_of,
    parse_tile_path,
    tiles_of,
)
from evidence_service.errors import ConflictError, NotFoundError
from evidence_service.ports import LogStore, PublishedCheckpoint
from evidence_service.workflow.recheck import EntryChangedError


class TileFolder(Protocol):
    """Where tiles are put. A file is there whole or not at all."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        ...

    def has(self, path: str) -> bool:
        """Whether a file is there."""
        ...

    def put(self, path: str, content: bytes) -> None:
        """Write a file durably, in place of an older one."""
        ...


@dataclass(frozen=True, slots=True)
class TileExport:
    """What an export did: the checkpoint that stands there now, files written and files that were there."""

    checkpoint: Checkpoint
    written: int
    kept: int


def export_tiles(store: LogStore, institution: str, folder: TileFolder, progress: Callable[[str], None]) -> TileExport:
    """Write what is missing of the newest checkpoint's tiles and bundles, then the checkpoint."""
    published = _published(store, institution)
    size = published.checkpoint.size
    _check_continues(store, institution, folder, published.checkpoint)
    written = kept = 0
    for level in (ENTRIES, *levels_of(size)):
        for name in tiles_of(level, size):
            if folder.has(name.path):
                kept += 1
                continue
            folder.put(name.path, tile_bytes(store, institution, name, size))
            written += 1
            progress(f"{written} tiles and bundles")
    # Crash here: more tiles than the checkpoint there speaks of; the next export finds them and writes the checkpoint.
    folder.put(CHECKPOINT, published.note.encode())
    return TileExport(published.checkpoint, written, kept)


def tile(store: LogStore, institution: str, path: str) -> bytes | None:
    """One file of the log as static tiles, by its path below the log's prefix; None where there is no such file."""
    published = store.latest_checkpoint(institution)
    if published is None:
        return None
    if path == CHECKPOINT:
        return published.note.encode()
    name, size = parse_tile_path(path), published.checkpoint.size
    if name is None or name.level not in (ENTRIES, *levels_of(size)):
        return None
    there = (size >> HEIGHT * max(name.level, 0)) - name.index * WIDTH
    return tile_bytes(store, institution, name, size) if there >= name.width else None


def tile_bytes(store: LogStore, institution: str, name: TileName, size: int) -> bytes:
    """The bytes of one tile or bundle of the tree of `size` leaves; changed entries are named, not handed out."""
    first = name.index * WIDTH
    read = store.tree(institution, size)
    level = HEIGHT * max(name.level, 0)
    hashes = [read(level, first + at) for at in range(name.width)]
    if name.level != ENTRIES:
        return b"".join(hashes)
    leaves = [leaf for _, leaf, _ in store.leaves(institution, first, first + name.width)]
    for at, digest in enumerate(hashes):
        if at >= len(leaves) or leaf_hash(leaves[at]) != digest:
            raise EntryChangedError(f"log {institution}: entry {first + at} was changed in the database")
    return bundle_bytes(leaves)


def _published(store: LogStore, institution: str) -> PublishedCheckpoint:
    published = store.latest_checkpoint(institution)
    if published is None:
        raise NotFoundError(f"log {institution} has no checkpoint yet; run `proofdocket publish`")
    size = published.checkpoint.size
    if root_hash(store.tree(institution, size), size) != published.checkpoint.root:
        raise EntryChangedError(
            f"log {institution}: its entries no longer lead to the root that was signed at size {size}; "
            "`proofdocket audit consistency` names the entry that was changed"
        )
    return published


def _check_continues(store: LogStore, institution: str, folder: TileFolder, newest: Checkpoint) -> None:
    """A folder that holds another log, or a state that this log never had, is left alone."""
    raw = folder.read(CHECKPOINT)
    if raw is None:
        return
    old = parse_checkpoint(parse_note(raw).text)
    tree = store.tree(institution, newest.size)
    if old.origin != newest.origin:
        raise ConflictError(f"the folder holds the log {old.origin}; choose another folder for {newest.origin}")
    if old.size > newest.size or root_hash(tree, old.size) != old.root:
        raise ConflictError("the folder holds a checkpoint that is not part of this log; nothing was written")
