"""Packages on a court's disk: hashed while they stream in, kept under their digest, re-hashed when they are read.

Spec: docs/spec/filing.md, "Packages". A file appears whole under its digest, or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from evidence_service.errors import MalformedInputError, StoreError


class DigestError(MalformedInputError):
    """What arrived has another SHA-256 than the address says; nothing was kept. Send the very bytes again."""

    code = "digest-differs"


class PackageFolder:
    """`PackageShelf` in a folder: ``court/packages/ab/<SHA-256>.zip``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, sha256_hex: str, pieces: Iterable[bytes]) -> int:
        """Keep a stream under its digest; durable when it returns."""
        path = self._path(sha256_hex)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(prefix=".", dir=path.parent)
        temporary, digest, size = Path(name), sha256(), 0
        try:
            with os.fdopen(descriptor, "wb") as handle:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    handle.write(piece)
                if digest.hexdigest() != sha256_hex:
                    raise DigestError(f"the bytes that arrived have SHA-256 {digest.hexdigest()}, not {sha256_hex}")
                handle.flush()
                os.fsync(handle.fileno())
            # Crash here: a hidden file is left over and nothing else.
            temporary.replace(path)
            _sync(path.parent)
            _sync(path.parent.parent)
        except BaseException:
            with suppress(FileNotFoundError):
                temporary.unlink()
            raise
        return size

    def size(self, sha256_hex: str) -> int | None:
        """The size of a package; None where it is not here."""
        try:
            return self._path(sha256_hex).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, sha256_hex: str) -> bytes:
        """The bytes of a package, re-hashed."""
        try:
            raw = self._path(sha256_hex).read_bytes()
        except FileNotFoundError:
            raise StoreError(f"package {sha256_hex} is not on the disk any more; restore it from a backup") from None
        if sha256(raw).hexdigest() != sha256_hex:
            raise StoreError(f"package {sha256_hex} was changed on the disk; restore it from a backup")
        return raw

    def _path(self, sha256_hex: str) -> Path:
        return self._folder / sha256_hex[:2] / f"{sha256_hex}.zip"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
