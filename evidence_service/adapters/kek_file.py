"""The key-encryption key of an instance in a file: 32 bytes, made on first use, readable by the owner only.

Spec: docs/spec/commitment.md, *At rest*. Where PROOFDOCKET_KEY_PASSPHRASE is set, the file holds the key under a key
derived from it (scrypt, RFC 7914); without it, the bare key.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.sealing import KEY_BYTES, NONCE_BYTES, SealBrokenError, seal, unseal
from evidence_service.errors import SettingsError

PLACE = b"proofdocket/kek/v1"
COST = 2**15
SALT_BYTES = 16


def kek_from(path: Path, passphrase: bytes | None) -> Callable[[], bytes]:
    """The key of a file, read (or made) when it is first asked for, and kept."""
    kept: list[bytes] = []

    def key() -> bytes:
        if not kept:
            kept.append(_load_or_make(path, passphrase))
        return kept[0]

    return key


def _load_or_make(path: Path, passphrase: bytes | None) -> bytes:
    if path.exists():
        return _load(path, passphrase)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = os.urandom(KEY_BYTES)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    temporary = Path(name)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(_written(key, passphrase))
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        key = _load(path, passphrase)  # somebody made the key first: theirs counts
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # nothing may be sealed under a key whose name could be lost
    finally:
        os.close(folder)
    return key


def _written(key: bytes, passphrase: bytes | None) -> bytes:
    if not passphrase:
        return canonical_bytes({"kdf": "none", "key": _text(key), "v": 1}) + b"\n"
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    sealed = seal(_derived(passphrase, salt, COST), nonce, key, PLACE)
    return canonical_bytes({"kdf": "scrypt", "n": COST, "salt": _text(salt), "sealed": _text(sealed), "v": 1}) + b"\n"


def _load(path: Path, passphrase: bytes | None) -> bytes:
    try:
        value: dict[str, Any] = json.loads(path.read_bytes())
        if value["kdf"] == "none":
            return _key(base64.b64decode(value["key"], validate=True), path)
        salt, sealed = (base64.b64decode(value[name], validate=True) for name in ("salt", "sealed"))
        cost = int(value["n"])
    except (ValueError, KeyError, TypeError):
        raise SettingsError(f"key file {path.name} cannot be read; restore it from a backup") from None
    if not passphrase:
        raise SettingsError(f"key file {path.name} is encrypted: set PROOFDOCKET_KEY_PASSPHRASE")
    try:
        return _key(unseal(_derived(passphrase, salt, cost), sealed, PLACE), path)
    except (SealBrokenError, ValueError):
        raise SettingsError(f"key file {path.name} is encrypted: set PROOFDOCKET_KEY_PASSPHRASE rightly") from None


def _derived(passphrase: bytes, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=8, p=1).derive(passphrase)


def _key(raw: bytes, path: Path) -> bytes:
    if len(raw) != KEY_BYTES:
        raise SettingsError(f"key file {path.name} does not hold a key of {KEY_BYTES} bytes; restore it from a backup")
    return raw


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
