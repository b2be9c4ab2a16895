"""One X.509 certificate as a timestamp token carries it, or as a reader pins it: its bytes, names, number, and itself.

Spec: docs/spec/timestamp.md (Certificates), RFC 5280 4.1. Names and number are read from the bytes as they stand: a
library that rewrites them, or gives up on an odd one, decides nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from evidence_service.core.der import CONTEXT, INTEGER, SEQUENCE, DerError, integer, read_der
from evidence_service.errors import MalformedInputError

VERSIONS = (1, 2)
"""How versions 2 and 3 are written; version 1 is not written."""


class CertificateError(MalformedInputError):
    """A chain of certificates does not lead to the pinned one, or one of them may not do what it did."""

    code = "certificate-chain"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: `raw` is its DER, `issuer` and `subject` are the DER of the names, `x509` the rest of it."""

    raw: bytes
    serial: int
    issuer: bytes
    subject: bytes
    x509: x509.Certificate


def read_certificate(raw: bytes) -> Certificate:
    """Read a certificate of version 1 to 3 with a positive number. Raises CertificateError."""
    try:
        held = read_der(raw, SEQUENCE).reader().take(SEQUENCE).reader()
        said = held.take_if(CONTEXT)
        known = said is None or integer(read_der(said.content, INTEGER)) in VERSIONS
        serial = integer(held.take(INTEGER))
        held.take(SEQUENCE)  # the algorithm, once more beside the signature
        issuer = held.take(SEQUENCE).raw
        held.take(SEQUENCE)  # the dates
        subject = held.take(SEQUENCE).raw
    except DerError:
        raise CertificateError("a certificate cannot be read") from None
    if not known or serial < 1:
        raise CertificateError("a certificate of a version after 3, or without a positive number")
    try:
        return Certificate(raw, serial, issuer, subject, x509.load_der_x509_certificate(raw))
    except (ValueError, x509.InvalidVersion):
        raise CertificateError("a certificate cannot be read") from None
