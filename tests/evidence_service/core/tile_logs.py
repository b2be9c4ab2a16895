"""Tile logs in memory, straight from the definition, and on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import fold_level, leaf_hash, root_of
from evidence_service.core.tiles import ENTRIES, bundle_bytes, levels_of, tiles_of
from tests.evidence_service.core.signing import TestKey

Files = dict[str, bytes]


def tile_files(leaves: Sequence[bytes], key: TestKey) -> Files:
    """A whole tile log: hashes of level l cover 256^l leaves each."""
    hashes, size = [leaf_hash(leaf) for leaf in leaves], len(leaves)
    files = {"checkpoint": key.sign_note(Checkpoint(key.name, size, root_of(hashes)).text()).encode()}
    for name in tiles_of(ENTRIES, size):
        files[name.path] = bundle_bytes(leaves[name.index * 256 : name.index * 256 + name.width])
    for level in levels_of(size):
        for name in tiles_of(level, size):
            files[name.path] = b"".join(hashes[name.index * 256 : name.index * 256 + name.width])
        for _ in range(8):
            hashes = fold_level(hashes)
    return files


def write_files(folder: Path, files: Files) -> None:
    """The same as static files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
