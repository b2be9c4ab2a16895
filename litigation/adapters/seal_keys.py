"""The key and certificate of a seal, as files of the instance; for samples they are made here.

Spec: docs/spec/papers.md section 15. A certificate that its own key signed vouches for nobody: such a seal says 样章.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from litigation.errors import LitigationError

KEY, CERTIFICATE = "seal.key", "seal.pem"
YEARS = 3
RSA_BITS = 3072
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SealKeyError(LitigationError):
    """The key of the seal is missing, unreadable, of another kind, or there already."""

    code: ClassVar[str] = "seal-key"


@dataclass(frozen=True, slots=True)
class SealKey:
    """A private key, the certificate that names its holder, and those that lead from it to an authority."""

    private: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()


def make_sample_key(folder: Path, name: str, now: datetime, passphrase: bytes | None, *, use_rsa: bool) -> SealKey:
    """Make a key (P-256, or RSA-3072) and a certificate that it signs itself. Never replaces files that are there."""
    if (folder / KEY).exists() or (folder / CERTIFICATE).exists():
        raise SealKeyError(f"{folder} has a seal already ({KEY} or {CERTIFICATE}): move both away to make another")
    private: PrivateKey = (
        rsa.generate_private_key(65537, RSA_BITS) if use_rsa else ec.generate_private_key(ec.SECP256R1())
    )
    certificate = _own_certificate(private, name, now)
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    _write(folder / KEY, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    # Crash here: a key without certificate; reading says so, and both are made again once it is moved away.
    _write(folder / CERTIFICATE, certificate.public_bytes(Encoding.PEM))
    return SealKey(private, certificate)


def _own_certificate(private: PrivateKey, name: str, now: datetime) -> x509.Certificate:
    try:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    except ValueError:
        raise SealKeyError("the name on a seal has 1 to 64 characters") from None
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA256())
    )


def read_key(folder: Path, passphrase: bytes | None) -> SealKey:
    """Read the seal of an instance: `seal.key` and `seal.pem`, its own or those of a certification authority."""
    try:
        raw, public = (folder / KEY).read_bytes(), (folder / CERTIFICATE).read_bytes()
    except FileNotFoundError as missing:
        raise SealKeyError(
            f"{missing.filename} is not there: run `proofdocket seal make-key`, or put it there"
        ) from None
    try:
        private = load_pem_private_key(raw, passphrase if b"ENCRYPTED" in raw else None)
        certificate, *chain = x509.load_pem_x509_certificates(public)
    except (ValueError, TypeError):
        raise SealKeyError(f"{KEY} or {CERTIFICATE} cannot be read: wrong passphrase, or not in PEM") from None
    if not isinstance(private, PrivateKey) or private.public_key() != certificate.public_key():
        raise SealKeyError(f"{KEY} must be the P-256 or RSA key of the certificate in {CERTIFICATE}")
    return SealKey(private, certificate, tuple(chain))


def read_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        raise SealKeyError(f"{path} holds no certificate in PEM") from None


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, to disk before anybody relies on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
