"""Originals sent ahead of their event: hashed while they stream to disk, encrypted, waiting under their digest.

Spec: docs/guide/api.md (Attachments). The waiting file is AES-256-GCM under a key of its own. An event that names the
digest takes it into the vault, and then file and key go; what no event named within a day goes, too.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import new, sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from evidence_service.errors import StoreError

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
WAITS = timedelta(days=1)


class UploadDamagedError(StoreError):
    """A waiting upload is not what was sent; send the attachment again."""

    code = "upload-damaged"


@dataclass(frozen=True, slots=True)
class Received:
    """What arrived: its digests, its size, and the key of its waiting file."""

    sha256: str
    sm3: str
    size: int
    key: bytes


class UploadFolder:
    """Waiting uploads of one instance: ``uploads/INSTITUTION/SHA-256.…``."""

    def __init__(self, folder: Path, randomness: Callable[[int], bytes]) -> None:
        self._folder, self._randomness = folder, randomness

    def receive(self, institution: str, pieces: Iterable[bytes]) -> Received:
        """Take a stream: hash, encrypt and write piece by piece. Durable when it returns; nothing stays on an error."""
        home = self._folder / institution
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        key, nonce = self._randomness(KEY_BYTES), self._randomness(NONCE_BYTES)
        encryptor = Cipher(AES(key), GCM(nonce)).encryptor()
        digests, size = (sha256(), new("sm3")), 0
        descriptor, name = tempfile.mkstemp(prefix=".", dir=home)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as handle:
                handle.write(nonce)
                for piece in pieces:
                    for digest in digests:
                        digest.update(piece)
                    size += len(piece)
                    handle.write(encryptor.update(piece))
                handle.write(encryptor.finalize() + encryptor.tag)
                handle.flush()
                os.fsync(handle.fileno())
            # Crash here: a nameless file is left over; `sweep` takes it away.
            temporary.replace(home / _name(digests[0].hexdigest(), key))
            _sync(home)
        except BaseException:
            with suppress(FileNotFoundError):
                temporary.unlink()
            raise
        return Received(digests[0].hexdigest(), digests[1].hexdigest(), size, key)

    def read(self, institution: str, digest: str, key: bytes) -> bytes | None:
        """The bytes of a waiting upload; None where none waits."""
        try:
            raw = (self._folder / institution / _name(digest, key)).read_bytes()
        except FileNotFoundError:
            return None
        nonce, body, tag = raw[:NONCE_BYTES], raw[NONCE_BYTES:-TAG_BYTES], raw[-TAG_BYTES:]
        try:
            decryptor = Cipher(AES(key), GCM(nonce, tag)).decryptor()
            content = decryptor.update(body) + decryptor.finalize()
        except (InvalidTag, ValueError):
            raise UploadDamagedError(f"upload {digest} was changed on disk; send the attachment again") from None
        return content

    def remove(self, institution: str, digest: str, key: bytes) -> None:
        """Take a waiting file away; one that is gone already is fine."""
        with suppress(FileNotFoundError):
            (self._folder / institution / _name(digest, key)).unlink()

    def sweep(self, institution: str, now: datetime) -> None:
        """Take away what waited longer than a day, named or not."""
        oldest = (now - WAITS).timestamp()
        with suppress(FileNotFoundError), os.scandir(self._folder / institution) as found:
            for one in found:
                with suppress(FileNotFoundError):
                    if one.stat().st_mtime < oldest:
                        Path(one.path).unlink()


def _name(digest: str, key: bytes) -> str:
    """The same original sent twice waits twice, each file under its own key: neither harms the other."""
    return f"{digest}.{sha256(key).hexdigest()[:16]}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
