"""The account that anchors: one secp256k1 key in a file of the instance, readable by its owner only.

Spec: docs/spec/anchor.md. It signs locally; the key reaches neither a node nor a log line.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from evidence_service.errors import SettingsError

# SEC 2 2.4.1: the order of the group; a key is at least 1 and below it.
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class ChainAccount:
    """Signs transactions. `load_or_make` is the way to get one."""

    def __init__(self, key: bytes) -> None:
        """Take the 32 bytes of a private key."""
        # Imported late: it takes more than a second, and most commands never sign.
        from eth_account import Account  # noqa: PLC0415

        self._account = Account.from_key(key)

    @classmethod
    def load_or_make(cls, home: Path) -> ChainAccount:
        """The account of an instance, made on first use in keys/chain.key."""
        return cls.in_file(home / "keys" / "chain.key")

    @classmethod
    def in_file(cls, path: Path, *, make: bool = True) -> ChainAccount:
        """The account whose key a file holds; a missing file is made where that is wanted."""
        if make and not path.exists():
            _make(path)
        text = path.read_text("ascii", errors="replace").strip()
        if not re.fullmatch(r"[0-9a-f]{64}", text) or not 0 < int(text, 16) < _ORDER:
            raise SettingsError(f"{path} holds no chain key (64 lower-case hex digits); restore it from a backup")
        return cls(bytes.fromhex(text))

    @property
    def address(self) -> str:
        """The account's checksummed address."""
        return str(self._account.address)

    def sign(self, transaction: dict[str, Any]) -> tuple[str, bytes]:
        """The hash and the raw bytes of the signed transaction."""
        signed = self._account.sign_transaction(transaction)
        return "0x" + bytes(signed.hash).hex(), bytes(signed.raw_transaction)

    def sign_digest(self, digest: bytes) -> bytes:
        """r, s and v over an EIP-712 digest, 65 bytes, s in its lower half (docs/spec/anchor.md, Attestations)."""
        return bytes(self._account.unsafe_sign_hash(digest).signature)

    def __repr__(self) -> str:
        return f"ChainAccount({self.address})"


def signer_of(digest: bytes, signature: bytes) -> str:
    """The address that signed a digest; empty where the signature recovers to nobody."""
    from eth_account import Account  # noqa: PLC0415
    from eth_keys.exceptions import BadSignature  # noqa: PLC0415
    from eth_utils.exceptions import ValidationError  # noqa: PLC0415

    try:
        return str(Account._recover_hash(digest, signature=signature))
    except (BadSignature, ValidationError, ValueError):
        return ""


def _make(path: Path) -> None:
    """Write a fresh key, whole and private from its first byte; whoever comes second keeps the first one."""
    key = b""
    while not 0 < int.from_bytes(key, "big") < _ORDER:
        key = os.urandom(32)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.hex().encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process made the key first: that one counts
    finally:
        temporary.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
