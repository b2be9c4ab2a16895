"""Signing keys in files: Ed25519 and ML-DSA-44, PKCS#8 PEM, readable by the owner only; made on first use.

Where PROOFDOCKET_KEY_PASSPHRASE is set, keys are encrypted with it (PKCS#8, PBES2).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence_service.core.cosignature import cosign
from evidence_service.core.note import (
    COSIGNATURE_ED25519,
    ED25519,
    ML_DSA_44,
    NoteSignature,
    VerifierKey,
    format_note,
    valid_key_name,
)
from evidence_service.errors import SettingsError

PrivateKey = Ed25519PrivateKey | MLDSA44PrivateKey
KINDS: dict[int, type[Ed25519PrivateKey] | type[MLDSA44PrivateKey]] = {
    ED25519: Ed25519PrivateKey,
    COSIGNATURE_ED25519: Ed25519PrivateKey,
    ML_DSA_44: MLDSA44PrivateKey,
}
KIND_NAMES = {ED25519: "an Ed25519", COSIGNATURE_ED25519: "an Ed25519", ML_DSA_44: "an ML-DSA-44"}
NO_STATEMENT_OF_TIME = 0
"""A log says nothing with the time field of its ML-DSA-44 signature (tlog-cosignature allows zero)."""


class KeyFileSigner:
    """One Ed25519 key in one file. `name` is the C2SP key name."""

    def __init__(self, path: Path, name: str, passphrase: bytes | None = None) -> None:
        self._key, self._verifier = open_key(path, name, ED25519, passphrase)

    @property
    def vkey(self) -> str:
        """C2SP verifier key."""
        return str(self._verifier)

    def sign_note(self, text: str) -> str:
        """Return the signed note over `text`."""
        return format_note(text, [self.signature(text)])

    def signature(self, text: str) -> NoteSignature:
        """The signature line over `text`."""
        return NoteSignature(self._verifier.name, self._verifier.key_id, self._key.sign(text.encode()))


class LogKeySigner:
    """The two keys of a log, both named after its origin: Ed25519 in NAME.log.pem, ML-DSA-44 in NAME.log-mldsa.pem."""

    def __init__(self, path: Path, origin: str, passphrase: bytes | None = None) -> None:
        self._classic = KeyFileSigner(path, origin, passphrase)
        beside = path.with_name(f"{path.stem}-mldsa.pem")
        self._key, self._verifier = open_key(beside, origin, ML_DSA_44, passphrase)

    @property
    def vkey(self) -> str:
        """C2SP verifier key of the Ed25519 key."""
        return self._classic.vkey

    @property
    def mldsa_vkey(self) -> str:
        """C2SP verifier key of the ML-DSA-44 key."""
        return str(self._verifier)

    def sign_note(self, text: str) -> str:
        """Return the note over a checkpoint's text: Ed25519 first, then ML-DSA-44."""
        second = cosign(self._verifier, self._key.sign, NO_STATEMENT_OF_TIME, text)
        return format_note(text, [self._classic.signature(text), second])


def open_key(path: Path, name: str, algorithm: int, passphrase: bytes | None) -> tuple[PrivateKey, VerifierKey]:
    """The private key in a file, made if there is none, and its verifier key under a name."""
    if not valid_key_name(name):
        raise SettingsError(f"{name!r} cannot name a key: no space, no plus sign; see PROOFDOCKET_ORIGIN_PREFIX")
    key = _load_or_make(path, algorithm, passphrase)
    return key, VerifierKey(name, algorithm, key.public_key().public_bytes_raw())


def _load_or_make(path: Path, algorithm: int, passphrase: bytes | None) -> PrivateKey:
    if path.exists():
        return _load(path, algorithm, passphrase)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = KINDS[algorithm].generate()
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
        key = _load(path, algorithm, passphrase)  # somebody made the key first: theirs counts
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


def _load(path: Path, algorithm: int, passphrase: bytes | None) -> PrivateKey:
    pem = path.read_bytes()
    encrypted = b"ENCRYPTED" in pem  # RFC 7468 section 11; a plain key was made while no passphrase was set
    try:
        key = serialization.load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError):
        hint = "it is encrypted: set PROOFDOCKET_KEY_PASSPHRASE rightly" if encrypted else "restore it from a backup"
        raise SettingsError(f"key file {path.name} cannot be read; {hint}") from None
    if not isinstance(key, KINDS[algorithm]):
        raise SettingsError(f"key file {path.name} does not hold {KIND_NAMES[algorithm]} key")
    return key
