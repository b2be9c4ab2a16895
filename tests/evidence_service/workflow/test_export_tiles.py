"""Static tiles of a real log: exported step by step, served over HTTP, audited by a stranger, refused where changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine

from evidence_service.adapters.tile_folder import TileFiles
from evidence_service.adapters.tile_reader import HttpTiles, TileSourceError, open_tiles
from evidence_service.core.note import parse_vkey
from evidence_service.core.tile_audit import audit_tiles
from evidence_service.core.tiles import ENTRIES, TileError, levels_of, tiles_of
from evidence_service.errors import ConflictError, NotFoundError
from evidence_service.workflow.export_tiles import TileExport, export_tiles, tile
from evidence_service.workflow.recheck import EntryChangedError
from tests.evidence_service.examples import INSTITUTION
from tests.evidence_service.workflow.instance import Instance


@pytest.fixture
def instance(engine: Engine) -> Instance:
    return Instance(engine)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tiles"


def export(instance: Instance, folder: Path) -> TileExport:
    return export_tiles(instance.store, INSTITUTION, TileFiles(folder), lambda _: None)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_stranger_recomputes_the_signed_root_from_the_folder(instance: Instance, folder: Path) -> None:
    instance.ingest(600)
    published = instance.publish()
    done = export(instance, folder)
    found = audit_tiles(open_tiles(str(folder)), [parse_vkey(instance.log.vkey)])
    assert found.state.checkpoint == published.checkpoint == done.checkpoint
    assert found.entries == published.checkpoint.size
    assert done.written == found.tiles + found.bundles


def test_a_second_export_writes_only_what_is_new_and_one_without_news_nothing(instance: Instance, folder: Path) -> None:
    instance.ingest(600)
    instance.publish()
    first = export(instance, folder)
    assert (export(instance, folder).written, export(instance, folder).kept) == (0, first.written)
    instance.ingest(10)
    size = instance.publish(minutes=1).checkpoint.size
    second = export(instance, folder)
    assert second.written == 2  # the last hash tile and its bundle: level 1 still holds two hashes
    assert second.checkpoint.size == size
    assert audit_tiles(open_tiles(str(folder)), [parse_vkey(instance.log.vkey)]).entries == size


def test_an_older_checkpoint_still_reads_after_the_log_grew(instance: Instance, folder: Path) -> None:
    instance.ingest(300)
    older = instance.publish()
    export(instance, folder)
    instance.ingest(400)
    instance.publish(minutes=1)
    export(instance, folder)
    (folder / "checkpoint").write_text(older.note, encoding="utf-8")
    assert audit_tiles(open_tiles(str(folder)), [parse_vkey(instance.log.vkey)]).entries == older.checkpoint.size


def test_the_checkpoint_is_written_last_and_a_broken_off_export_is_continued(instance: Instance, folder: Path) -> None:
    class FullDisk(TileFiles):
        puts = 0

        def put(self, path: str, content: bytes) -> None:
            self.puts += 1
            if self.puts > 3:
                raise OSError(28, "No space left on device")
            super().put(path, content)

    instance.ingest(600)
    instance.publish()
    with pytest.raises(OSError, match="No space"):
        export_tiles(instance.store, INSTITUTION, FullDisk(folder), lambda _: None)
    assert "checkpoint" not in files(folder)
    assert len(files(folder)) == 3
    assert export(instance, folder).kept == 3
    assert audit_tiles(open_tiles(str(folder)), [parse_vkey(instance.log.vkey)])


def test_a_file_that_could_not_be_written_leaves_the_old_one_and_nothing_beside(folder: Path) -> None:
    place = TileFiles(folder)
    place.put("tile/0/000", b"old")
    with pytest.raises(TypeError):
        place.put("tile/0/000", None)  # type: ignore[arg-type]
    assert place.read("tile/0/000") == b"old"
    assert files(folder) == {"tile/0/000"}


def test_a_folder_of_another_log_or_of_another_past_is_left_alone(instance: Instance, folder: Path) -> None:
    instance.ingest(5)
    published = instance.publish()
    for text in (
        published.note.replace(INSTITUTION, "another-cf"),
        published.note.replace(f"\n{published.checkpoint.size}\n", "\n99\n", 1),
        published.note.replace(f"\n{published.checkpoint.size}\n", "\n2\n", 1),
    ):
        folder.mkdir(exist_ok=True)
        (folder / "checkpoint").write_text(text, encoding="utf-8")
        with pytest.raises(ConflictError):
            export(instance, folder)
        assert files(folder) == {"checkpoint"}


def test_nothing_is_exported_before_the_first_checkpoint(instance: Instance, folder: Path) -> None:
    instance.ingest(5)
    with pytest.raises(NotFoundError, match="no checkpoint"):
        export(instance, folder)
    assert tile(instance.store, INSTITUTION, "checkpoint") is None


def test_an_entry_that_was_changed_in_the_database_is_named_and_not_handed_out(
    instance: Instance, folder: Path
) -> None:
    instance.ingest(300)
    instance.publish()
    instance.tamper("UPDATE entry SET leaf = :leaf WHERE idx = 7", leaf=b"{}")
    with pytest.raises(EntryChangedError, match="entry 7 "):
        export(instance, folder)
    assert "checkpoint" not in files(folder)
    with pytest.raises(EntryChangedError, match="entry 7 "):
        tile(instance.store, INSTITUTION, "tile/entries/000")


def test_a_log_whose_hashes_were_recomputed_after_the_signature_is_not_exported(
    instance: Instance, folder: Path
) -> None:
    instance.ingest(5)
    instance.publish()
    instance.tamper("UPDATE entry SET leaf_hash = :digest WHERE idx = 2", digest=bytes(32))
    with pytest.raises(EntryChangedError, match="no longer lead to the root"):
        export(instance, folder)
    assert files(folder) == set()


def test_every_path_of_the_log_is_answered_and_no_other(instance: Instance, folder: Path) -> None:
    instance.ingest(600)
    size = instance.publish().checkpoint.size
    export(instance, folder)
    for path in files(folder):
        assert tile(instance.store, INSTITUTION, path) == (folder / path).read_bytes()
    asked = {name.path for level in (ENTRIES, *levels_of(size)) for name in tiles_of(level, size)} | {"checkpoint"}
    assert asked == files(folder)
    for path in (
        "",
        "tile/0/003",
        "tile/0/002.p/255",
        "tile/2/000.p/1",
        "tile/entries/x001/000",
        "../secret",
        "tile/0",
    ):
        assert tile(instance.store, INSTITUTION, path) is None


def test_entries_that_no_checkpoint_covers_are_not_served(instance: Instance) -> None:
    instance.ingest(5)
    size = instance.publish().checkpoint.size
    instance.ingest(5)
    assert tile(instance.store, INSTITUTION, f"tile/entries/000.p/{size}") is not None
    assert tile(instance.store, INSTITUTION, f"tile/entries/000.p/{size + 1}") is None


class Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_plain_file_server_is_enough(instance: Instance, folder: Path, served: str) -> None:
    instance.ingest(600)
    published = instance.publish()
    export(instance, folder)
    reader = open_tiles(served)
    assert isinstance(reader, HttpTiles)
    assert audit_tiles(reader, [parse_vkey(instance.log.vkey)]).state.checkpoint == published.checkpoint
    bundle = folder / "tile" / "entries" / "001"
    bundle.write_bytes(bundle.read_bytes().replace(b"2", b"3", 1))
    with pytest.raises(TileError, match="tile/entries/001"):
        audit_tiles(open_tiles(served), [parse_vkey(instance.log.vkey)])


@pytest.mark.parametrize(
    "source", ["/no/such/folder", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:x/", "http://h/?q"]
)
def test_what_is_no_tile_log_is_said_in_one_line(source: str) -> None:
    with pytest.raises(TileSourceError):
        open_tiles(source)


def test_a_server_that_is_away_or_answers_something_else_is_said_in_one_line(served: str) -> None:
    assert open_tiles(served)("checkpoint") is None
    away = HttpTiles("http://127.0.0.1:9/", timeout=0.5)
    with pytest.raises(TileSourceError, match="checkpoint"):
        away("checkpoint")
    with pytest.raises(TileSourceError, match="no path of a tile log"):
        open_tiles(served)("../../etc/passwd")
