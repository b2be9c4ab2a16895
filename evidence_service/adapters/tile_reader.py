"""Reads a tile log as anybody can: from a folder, or from a static file server over HTTP.

Spec: docs/spec/log.md (Tiles), https://c2sp.org/tlog-tiles. Hands out bytes by path, or None where there is no such
file; core/tile_audit.py decides what they are worth. Answers have a size and a time limit; redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
import zlib
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit

from evidence_service.core.tiles import CHECKPOINT, MAX_LEAF, WIDTH, parse_tile_path
from evidence_service.errors import EvidenceError

TIMEOUT_SECONDS = 20.0
MAX_FILE = WIDTH * (MAX_LEAF + 2)
"""No bundle is longer."""


class TileSourceError(EvidenceError):
    """The folder or server of a tile log cannot be read."""

    code = "tile-source"


def open_tiles(source: str) -> Callable[[str], bytes | None]:
    """The reader of a tile log by its folder or its http(s) prefix."""
    if source.startswith(("http://", "https://")):
        return HttpTiles(source)
    return FolderTiles(Path(source))


class FolderTiles:
    """A tile log in a folder."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TileSourceError(f"{folder} is no folder with tiles, and no http:// or https:// address")
        self._folder = folder

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a file below the folder; None where there is none."""
        _check(path)
        try:
            with (self._folder / path).open("rb") as handle:
                return _limited(handle.read(MAX_FILE + 1), path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise TileSourceError(f"{path} cannot be read: {error.strerror}") from None


class HttpTiles:
    """A tile log behind an http(s) prefix. One connection is kept while the server keeps it."""

    def __init__(self, prefix: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._connection: http.client.HTTPConnection | None = None
        try:
            parts = urlsplit(prefix)
            self._host, self._port = parts.hostname, parts.port
        except ValueError:
            raise TileSourceError("the address of the tile log is not a URL") from None
        if not self._host or parts.query or parts.fragment:
            raise TileSourceError("the address of the tile log is not a plain URL")
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._base = parts.path.rstrip("/")
        self._timeout = timeout

    def __call__(self, path: str) -> bytes | None:
        """The bytes behind a path; None where the server says 404."""
        _check(path)
        kept = self._connection is not None
        try:
            return self._get(path)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            if not kept:
                raise TileSourceError(f"{path}: {type(error).__name__}") from None
        try:  # the kept connection had gone stale: once more over a fresh one
            return self._get(path)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise TileSourceError(f"{path}: {type(error).__name__}") from None

    def __del__(self) -> None:
        self._drop()

    def _get(self, path: str) -> bytes | None:
        if self._connection is None:
            self._connection = self._kind(str(self._host), self._port, timeout=self._timeout)
            self._connection.connect()
        limit = Timer(self._timeout, _cut, [self._connection.sock])
        limit.daemon = True
        limit.start()
        try:
            self._connection.request("GET", f"{self._base}/{path}", headers={"Accept-Encoding": "identity"})
            with self._connection.getresponse() as response:
                raw = response.read(MAX_FILE + 1)
                status, length = response.status, response.getheader("Content-Length")
                packed = response.getheader("Content-Encoding", "identity").lower() == "gzip"
        finally:
            limit.cancel()
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status != HTTPStatus.OK:
            raise TileSourceError(f"{path}: HTTP status {status}")
        if length is not None and length.isdigit() and int(length) != len(raw):
            raise TileSourceError(f"{path}: the answer was cut off")
        return _limited(_unpacked(raw, path) if packed else raw, path)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _check(path: str) -> None:
    """Nothing but the paths of a tile log is ever asked for."""
    if path != CHECKPOINT and parse_tile_path(path) is None:
        raise TileSourceError(f"{path[:100]!r} is no path of a tile log")


def _limited(raw: bytes, path: str) -> bytes:
    if len(raw) > MAX_FILE:
        raise TileSourceError(f"{path} is larger than any bundle can be")
    return raw


def _unpacked(raw: bytes, path: str) -> bytes:
    """tlog-tiles lets a server compress without being asked; no answer grows beyond the limit."""
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, MAX_FILE + 1)
    except zlib.error:
        raise TileSourceError(f"{path}: the answer is not gzip") from None


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
