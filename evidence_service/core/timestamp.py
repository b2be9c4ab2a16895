"""RFC 3161 timestamps: does a token say that this text existed at that time, and did a pinned authority say so?

Spec: docs/spec/timestamp.md, RFC 5652 5.4 and 5.6, RFC 5816. Certificates are judged at the token's own time, not
today: authorities' certificates expire long before the evidence does.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import new as new_hash

from cryptography.exceptions import InvalidSignature

from evidence_service.core.certificate import Certificate, CertificateError, read_certificate
from evidence_service.core.certificate_chain import check_path, verify_by_key
from evidence_service.core.der import INTEGER, OCTETS, SEQUENCE, DerError, Element, integer, octets, oid, read_der
from evidence_service.core.timestamp_token import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNING_CERTIFICATE_V2,
    TST_INFO,
    TimestampError,
    TimestampToken,
    hash_name,
)


def check_imprint(token: TimestampToken, message: bytes) -> None:
    """The token is about exactly these bytes."""
    if new_hash(token.hash, message).digest() != token.imprint:
        raise TimestampError("the token is about another text")


def check_signed(token: TimestampToken, extra: Sequence[bytes] = ()) -> bytes:
    """The token is whole and signed by the certificate that it names, of its own or of `extra`. Returns that one (DER).

    This says nothing of who that is: `check_authority` does.
    """
    certificate = _signing_certificate(token, extra)
    if certificate is None:
        raise TimestampError("the signer's certificate is neither in the token nor pinned")
    signer = token.signer
    try:
        content_type = oid(signer.attributes[CONTENT_TYPE])
        digest = octets(signer.attributes[MESSAGE_DIGEST])
        _check_binding(signer.attributes[SIGNING_CERTIFICATE_V2], certificate.raw, certificate.serial)
    except KeyError:
        raise TimestampError("the token lacks contentType, messageDigest or signingCertificateV2") from None
    except DerError as error:
        raise TimestampError(f"timestamp token: {error}") from None
    if content_type != TST_INFO:
        raise TimestampError("contentType is not that of a timestamp")
    if digest != new_hash(signer.digest, token.content).digest():
        raise TimestampError("messageDigest is not that of the token's content")
    try:
        verify_by_key(certificate.x509, signer.algorithm, signer.digest, signer.signature, signer.signed)
    except (InvalidSignature, CertificateError):
        raise TimestampError("the token's signature does not verify") from None
    return certificate.raw


def holds_signer(token: TimestampToken) -> bool:
    """The token brings its signer's certificate along, so that it can be judged without knowing anybody."""
    return _signing_certificate(token, ()) is not None


def check_authority(token: TimestampToken, authority: bytes) -> None:
    """The token's signer leads to this certificate (DER), and all of them were good at the token's time."""
    try:
        check_path(check_signed(token, (authority,)), token.certificates, authority, token.at)
    except CertificateError as error:
        raise TimestampError(str(error)) from None


def _check_binding(attribute: Element, certificate: bytes, serial: int) -> None:
    """RFC 5816: the first ESSCertIDv2 names the signer's certificate by its digest, so no other takes its place."""
    first = read_der(attribute.raw, SEQUENCE).reader().take(SEQUENCE).reader().take(SEQUENCE).reader()
    named = first.take_if(SEQUENCE)
    name = "sha256" if named is None else hash_name(named)
    if octets(first.take(OCTETS)) != new_hash(name, certificate).digest():
        raise TimestampError("signingCertificateV2 names another certificate")
    issuer_serial = first.take_if(SEQUENCE)
    first.end()
    if issuer_serial is not None:
        parts = issuer_serial.reader()
        parts.take(SEQUENCE)  # the issuer's names: the digest binds them already
        if integer(parts.take(INTEGER)) != serial:
            raise TimestampError("signingCertificateV2 names another serial number")
        parts.end()


def _signing_certificate(token: TimestampToken, extra: Sequence[bytes]) -> Certificate | None:
    """The first of the issuer and number that the token names. One that cannot be read spoils the token."""
    try:
        held = [read_certificate(raw) for raw in (*token.certificates, *extra)]
    except CertificateError as error:
        raise TimestampError(f"timestamp token: {error}") from None
    wanted = (token.signer.issuer, token.signer.serial)
    return next((one for one in held if (one.issuer, one.serial) == wanted), None)
