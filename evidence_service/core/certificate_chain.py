"""Certificates of timestamp authorities: from the one that signed to the one that is pinned, judged at a given time.

Spec: docs/spec/timestamp.md (Certificates), RFC 5280 section 6.1 in the part that a short chain needs, RFC 3161 2.3.
RSA (2048 bits and more), ECDSA on P-256, P-384 and P-521, and Ed25519, with SHA-2; nothing older.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from evidence_service.core.certificate import Certificate, CertificateError, read_certificate

MAX_PATH = 8
MIN_RSA_BITS = 2048
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
ANY_DIGEST = ""
RSA = {
    "1.2.840.113549.1.1.1": ANY_DIGEST,  # rsaEncryption: the digest stands beside it
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
ECDSA = {"1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512"}
ED25519 = "1.3.101.112"
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,  # no policy is asked for, so none can be missing
    }
)


def check_path(signer: bytes, held: Sequence[bytes], pinned: bytes, at: datetime) -> None:
    """A chain leads from the signer to the pinned certificate through those held, all of them good at that time.

    The pinned one may be the signer itself, a root, or anything between: it is where trust begins.
    """
    leaf, anchor = read_certificate(signer), read_certificate(pinned)
    _check_timestamping(leaf.x509)
    found = _shortest(leaf, [read_certificate(raw) for raw in held], anchor)
    if found is None:
        raise CertificateError("the signer's certificate does not lead to the pinned one")
    for below, one in enumerate(part.x509 for part in found):
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise CertificateError("a certificate was not valid at the token's time")
        _check_extensions(one)
        if below:
            _check_issuer(one, below)


def verify_by_key(certificate: x509.Certificate, algorithm: str, digest: str, signature: bytes, signed: bytes) -> None:
    """Verify a signature by a certificate's key. Raises InvalidSignature, or CertificateError for a key we refuse."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateError("a key that cannot be read") from None
    if isinstance(key, RSAPublicKey) and algorithm in RSA and key.key_size >= MIN_RSA_BITS:
        _same_digest(RSA[algorithm], digest)
        key.verify(signature, signed, padding.PKCS1v15(), HASHES[digest])
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in ECDSA and isinstance(key.curve, CURVES):
        _same_digest(ECDSA[algorithm], digest)
        key.verify(signature, signed, ec.ECDSA(HASHES[digest]))
    elif isinstance(key, Ed25519PublicKey) and algorithm == ED25519:
        key.verify(signature, signed)
    else:
        raise CertificateError("an algorithm or key that this version does not take")


def _same_digest(named: str, digest: str) -> None:
    if named not in (ANY_DIGEST, digest):
        raise CertificateError("the signature names another digest than the signer")


def _shortest(leaf: Certificate, held: Sequence[Certificate], anchor: Certificate) -> tuple[Certificate, ...] | None:
    """The shortest chain. Each certificate is reached once, or sixteen of one name would make billions of chains."""
    chains: list[tuple[Certificate, ...]] = [(leaf,)]
    reached = {leaf.raw}
    for _ in range(MAX_PATH):
        longer: list[tuple[Certificate, ...]] = []
        for chain in chains:
            if chain[-1].raw == anchor.raw:
                return chain
            for issuer in (anchor, *held):
                if issuer.raw not in reached and _issued(chain[-1], issuer):
                    reached.add(issuer.raw)
                    longer.append((*chain, issuer))
        chains = longer
    return None


def _issued(one: Certificate, issuer: Certificate) -> bool:
    if one.issuer != issuer.subject:
        return False
    algorithm = one.x509.signature_algorithm_oid.dotted_string
    digest = RSA.get(algorithm) or ECDSA.get(algorithm) or ANY_DIGEST
    try:
        verify_by_key(issuer.x509, algorithm, digest, one.x509.signature, one.x509.tbs_certificate_bytes)
    except (InvalidSignature, CertificateError, KeyError):
        return False
    return True


def _check_issuer(one: x509.Certificate, below: int) -> None:
    """RFC 5280 6.1.4 (k) to (n): who issued must be a CA, may sign certificates, and not deeper than it says."""
    try:
        constraints = one.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        raise CertificateError("a certificate issued another without being an authority") from None
    deepest = constraints.path_length
    if not constraints.ca or (deepest is not None and below - 1 > deepest):
        raise CertificateError("a certificate issued another without being an authority for it")
    try:
        usage = one.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.key_cert_sign:
        raise CertificateError("a certificate issued another although its key may not")


def _check_timestamping(leaf: x509.Certificate) -> None:
    """RFC 3161 2.3: exactly this purpose, and critical, so that a web server's key cannot stamp times."""
    try:
        purpose = _extensions(leaf).get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise CertificateError("the signer's certificate is not made for timestamps") from None
    if not purpose.critical or list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise CertificateError("the signer's certificate is not made for timestamps, critically and alone")
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise CertificateError("the signer's key may not sign")


def _check_extensions(one: x509.Certificate) -> None:
    for extension in _extensions(one):
        if extension.critical and extension.oid not in UNDERSTOOD:
            raise CertificateError("a certificate has a critical extension that this version does not know")


def _extensions(one: x509.Certificate) -> x509.Extensions:
    try:
        return one.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise CertificateError("a certificate's extensions cannot be read") from None
