"""Keys of the pages on disk, and secrets sealed under one: AES-256-GCM, bound to whose secret it is.

The key lies apart from the database (`keys/`, mode 0600): a stolen database opens no second factor.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evidence_service.errors import StoreError

KEY_BYTES, NONCE_BYTES = 32, 12


class SealedSecretError(StoreError):
    """A secret was sealed under another key, or for somebody else; the operator resets that second factor."""

    code = "sealed-secret"


class SecretBox:
    """Seals small secrets for a name."""

    def __init__(self, key: bytes, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self._cipher, self._randomness = AESGCM(key), randomness

    def seal(self, secret: str, whose: str) -> bytes:
        """Nonce and ciphertext; opens only for the same name."""
        nonce = self._randomness(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), whose.encode())

    def open(self, sealed: bytes, whose: str) -> str:
        """The secret; SealedSecretError where key or name are others."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], whose.encode()).decode()
        except InvalidTag:
            raise SealedSecretError(
                "this second factor does not open: reset it (`proofdocket account reset`)"
            ) from None


def key_file(folder: Path, name: str) -> bytes:
    """32 random bytes in a file that only the owner reads, made on first use."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(f".{name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(temporary, path)  # fails where another start was first: then its key is the one
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_bytes()
