"""tlog-tiles: paths, partial tiles, bundles, and an audit that believes nothing before it led to the signed root."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import fold_level, leaf_hash, root_of
from evidence_service.core.note import NoteError, parse_vkey
from evidence_service.core.tile_audit import audit_tiles, proven_leaves, read_state
from evidence_service.core.tiles import (
    ENTRIES,
    MAX_LEAF,
    LeafTooLongError,
    TileError,
    TileName,
    bundle_bytes,
    levels_of,
    parse_bundle,
    parse_tile_path,
    tiles_of,
)
from tests.evidence_service.core.signing import TestKey

KEY = TestKey("log.example.test/tiles")
KEYS = [parse_vkey(KEY.vkey)]
Files = dict[str, bytes]


def leaves_of(size: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(size)]


def tile_log(size: int) -> Files:
    """A whole tile log in memory, straight from the definition: hashes of level l cover 256^l leaves each."""
    leaves = leaves_of(size)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    files = {"checkpoint": KEY.sign_note(Checkpoint(KEY.name, size, root_of(hashes)).text()).encode()}
    for name in tiles_of(ENTRIES, size):
        files[name.path] = bundle_bytes(leaves[name.index * 256 : name.index * 256 + name.width])
    for level in levels_of(size):
        for name in tiles_of(level, size):
            files[name.path] = b"".join(hashes[name.index * 256 : name.index * 256 + name.width])
        for _ in range(8):
            hashes = fold_level(hashes)
    return files


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 0), "tile/0/000"),
        (TileName(2, 0, 1), "tile/2/000.p/1"),
        (TileName(0, 1234067), "tile/0/x001/x234/067"),
        (TileName(ENTRIES, 1000, 255), "tile/entries/x001/000.p/255"),
        (TileName(1, 999), "tile/1/999"),
    ],
)
def test_a_tile_has_one_path_and_a_path_one_tile(name: TileName, path: str) -> None:
    assert name.path == path
    assert parse_tile_path(path) == name


@given(st.integers(-1, 7), st.integers(0, 2**55), st.integers(1, 256))
def test_every_path_is_read_back(level: int, index: int, width: int) -> None:
    name = TileName(level, index, width)
    assert parse_tile_path(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/000.p/",
        "tile/0/../000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/data/000",
        "tile/0/" + "x001/" * 30 + "000",
    ],
)
def test_any_other_path_names_no_tile(path: str) -> None:
    assert parse_tile_path(path) is None


def test_the_tiles_of_the_specifications_example() -> None:
    """tlog-tiles: 70,000 leaves are 273 full level-0 tiles, one of 112, one full level-1, one of 17, one of 1."""
    widths = [[name.width for name in tiles_of(level, 70_000)] for level in levels_of(70_000)]
    assert widths == [[256] * 273 + [112], [256, 17], [1]]
    assert [[name.path for name in tiles_of(level, 256)] for level in levels_of(256)] == [
        ["tile/0/000"],
        ["tile/1/000.p/1"],
    ]
    assert list(levels_of(0)) == []


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_is_read_back(leaves: list[bytes]) -> None:
    name = TileName(ENTRIES, 0, max(1, len(leaves)))
    if leaves:
        assert parse_bundle(bundle_bytes(leaves), name) == leaves
    else:
        with pytest.raises(TileError):
            parse_bundle(b"", name)


def test_the_longest_entry_fits_and_one_byte_more_is_refused() -> None:
    assert parse_bundle(bundle_bytes([bytes(MAX_LEAF)]), TileName(ENTRIES, 0, 1)) == [bytes(MAX_LEAF)]
    with pytest.raises(LeafTooLongError, match="65536 bytes"):
        bundle_bytes([bytes(MAX_LEAF + 1)])


@pytest.mark.parametrize("raw", [b"\0", b"\0\5abc", b"\0\1a\0", b"\0\0" * 257, b"\0\1a"])
def test_a_bundle_that_is_cut_or_overfull_is_refused(raw: bytes) -> None:
    with pytest.raises(TileError):
        parse_bundle(raw, TileName(ENTRIES, 0, 2))


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700])
def test_a_whole_log_is_read_and_its_root_recomputed(size: int) -> None:
    files = tile_log(size)
    audit = audit_tiles(files.get, KEYS)
    assert (audit.entries, audit.state.checkpoint.size) == (size, size)
    assert audit.tiles + audit.bundles + 1 == len(files)
    assert list(proven_leaves(files.get, audit.state.checkpoint)) == leaves_of(size)


def test_a_log_with_three_levels_is_read() -> None:
    files = tile_log(65_793)
    assert {"tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"} <= set(files)
    assert audit_tiles(files.get, KEYS).entries == 65_793


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one() -> None:
    later, earlier = tile_log(512), tile_log(300)
    files = {**later, "checkpoint": earlier["checkpoint"], "tile/1/000.p/1": later["tile/1/000.p/2"][:32]}
    assert audit_tiles(files.get, KEYS).entries == 300


def flip(files: Files, path: str) -> None:
    raw = bytearray(files[path])
    raw[-1] ^= 1
    files[path] = bytes(raw)


def cut(files: Files, path: str) -> None:
    files[path] = files[path][:-1]


def drop(files: Files, path: str) -> None:
    del files[path]


def empty(files: Files, path: str) -> None:
    files[path] = b""


@pytest.mark.parametrize("change", [flip, cut, drop, empty])
@pytest.mark.parametrize("path", [path for path in sorted(tile_log(600)) if path != "checkpoint"])
def test_any_changed_tile_or_bundle_is_noticed(change: Callable[[Files, str], None], path: str) -> None:
    files = tile_log(600)
    change(files, path)
    with pytest.raises(TileError):
        audit_tiles(files.get, KEYS)


def test_no_leaf_is_handed_out_that_was_not_proven() -> None:
    files = tile_log(600)
    flip(files, "tile/entries/001")
    seen: list[bytes] = []
    with pytest.raises(TileError, match="tile/entries/001"):
        seen.extend(proven_leaves(files.get, read_state(files.get, KEYS).checkpoint))
    assert not seen or seen == leaves_of(256)


def test_a_checkpoint_by_another_key_or_of_another_log_is_refused() -> None:
    files = tile_log(3)
    with pytest.raises(TileError, match="not signed"):
        audit_tiles(files.get, [parse_vkey(TestKey("log.example.test/other").vkey)])
    other = Checkpoint("log.example.test/other", 3, bytes(32))
    files["checkpoint"] = KEY.sign_note(other.text()).encode()  # our key under another origin
    with pytest.raises(TileError, match="not signed"):
        audit_tiles(files.get, KEYS)
    files["checkpoint"] = b"nonsense"
    with pytest.raises(NoteError):
        audit_tiles(files.get, KEYS)
