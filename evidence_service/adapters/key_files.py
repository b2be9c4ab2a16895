"""Signing keys in files: Ed25519, PKCS#8 PEM, readable by the owner only; made on first use.

Where PROOFDOCKET_KEY_PASSPHRASE is set, keys are encrypted with it (PKCS#8, PBES2).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core.note import ED25519, NoteSignature, VerifierKey, format_note, valid_key_name
from evidence_service.errors import SettingsError


class KeyFileSigner:
    """One Ed25519 key in one file. `name` is the C2SP key name."""

    def __init__(self, path: Path, name: str, passphrase: bytes | None = None) -> None:
        if not valid_key_name(name):
            raise SettingsError(f"{name!r} cannot name a key: no space, no plus sign; see PROOFDOCKET_ORIGIN_PREFIX")
        self._key = _load_or_make(path, passphrase)
        public = self._key.public_key().public_bytes_raw()
        self._verifier = VerifierKey(name, ED25519, public)

    @property
    def vkey(self) -> str:
        """C2SP verifier key."""
        return str(self._verifier)

    def sign_note(self, text: str) -> str:
        """Return the signed note over `text`."""
        signature = self._key.sign(text.encode())
        return format_note(text, [NoteSignature(self._verifier.name, self._verifier.key_id, signature)])


def _load_or_make(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    if path.exists():
        return _load(path, passphrase)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    temporary = Path(name)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(pem)
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        key = _load(path, passphrase)  # somebody made the key first: theirs counts
    finally:
        temporary.unlink()
    _sync_folder(path.parent)  # a log must not outlive the name of its key
    return key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    pem = path.read_bytes()
    encrypted = b"ENCRYPTED" in pem  # RFC 7468 section 11; a plain key was made while no passphrase was set
    try:
        key = serialization.load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError):
        hint = "it is encrypted: set PROOFDOCKET_KEY_PASSPHRASE rightly" if encrypted else "restore it from a backup"
        raise SettingsError(f"key file {path.name} cannot be read; {hint}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"key file {path.name} does not hold an Ed25519 key")
    return key
