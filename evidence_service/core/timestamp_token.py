"""The timestamp token as a value: RFC 3161 TSTInfo inside CMS SignedData, read strictly; nothing of it is checked yet.

Spec: docs/spec/timestamp.md, RFC 3161 2.4.2, RFC 5652 3 and 5. One signer, SHA-2 only, DER only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import new as new_hash

from evidence_service.core.der import (
    BOOLEAN,
    CONTEXT,
    GENERALIZED_TIME,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    DerError,
    Element,
    boolean,
    generalized_time,
    integer,
    octets,
    oid,
    read_der,
)
from evidence_service.errors import MalformedInputError

SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
MAX_TOKEN = 64 * 1024
MAX_CERTIFICATES = 16


class TimestampError(MalformedInputError):
    """A timestamp token does not follow its format, or does not say what it must; the message says what."""

    code = "timestamp-invalid"


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """Who signed, and what. `signed` are the bytes under the signature; `attributes` their values by type."""

    issuer: bytes
    serial: int
    digest: str
    algorithm: str
    signature: bytes
    signed: bytes
    attributes: dict[str, Element]


@dataclass(frozen=True, slots=True)
class TimestampToken:
    """A token as read; nothing of it is checked yet. `at` is genTime, `imprint` the digest that it is about."""

    raw: bytes
    at: datetime
    accuracy: timedelta
    policy: str
    serial: int
    nonce: int | None
    hash: str
    imprint: bytes
    content: bytes
    certificates: tuple[bytes, ...]
    signer: SignerInfo


def parse_token(raw: bytes) -> TimestampToken:
    """Read a token (CMS ContentInfo) strictly. Raises TimestampError."""
    if len(raw) > MAX_TOKEN:
        raise TimestampError("a timestamp token has at most 64 KiB")
    try:
        return _token(raw)
    except DerError as error:
        raise TimestampError(f"timestamp token: {error}") from None


def _token(raw: bytes) -> TimestampToken:
    """RFC 5652 3 and 5.1: ContentInfo with SignedData, one signer, TSTInfo inside."""
    info = read_der(raw, SEQUENCE).reader()
    _expect(oid(info.take(OID)) == SIGNED_DATA, "not signed data")
    explicit = info.take(CONTEXT)
    info.end()
    data = read_der(explicit.content, SEQUENCE).reader()
    _expect(integer(data.take(INTEGER)) == 3, "signed data of another version than 3")
    digests = [hash_name(one) for one in data.take(SET).reader().rest()]
    inner = data.take(SEQUENCE).reader()
    _expect(oid(inner.take(OID)) == TST_INFO, "the signed content is not a timestamp")
    content = octets(read_der(inner.take(CONTEXT).content, OCTETS))
    inner.end()
    held = data.take_if(CONTEXT)
    certificates = () if held is None else tuple(one.raw for one in held.reader().rest())
    _expect(len(certificates) <= MAX_CERTIFICATES, "more than 16 certificates")
    data.take_if(CONTEXT + 1)  # revocation lists: carried, not judged
    signers = data.take(SET).reader().rest()
    data.end()
    _expect(len(signers) == 1, "not exactly one signer")
    signer = _signer(signers[0])
    _expect(signer.digest in digests, "the signer's digest is not announced")
    return _tst_info(raw, content, certificates, signer)


def _tst_info(raw: bytes, content: bytes, certificates: tuple[bytes, ...], signer: SignerInfo) -> TimestampToken:
    """RFC 3161 2.4.2."""
    info = read_der(content, SEQUENCE).reader()
    _expect(integer(info.take(INTEGER)) == 1, "a timestamp of another version than 1")
    policy = oid(info.take(OID))
    imprint = info.take(SEQUENCE).reader()
    name, digest = hash_name(imprint.any()), octets(imprint.any())
    imprint.end()
    _expect(len(digest) == new_hash(name).digest_size, "an imprint of the wrong length")
    serial = integer(info.take(INTEGER))
    at = generalized_time(info.take(GENERALIZED_TIME))
    accuracy = _accuracy(info.take_if(SEQUENCE))
    ordering = info.take_if(BOOLEAN)
    _expect(ordering is None or boolean(ordering), "a default that is written out")
    nonce = info.take_if(INTEGER)
    info.take_if(CONTEXT)  # tsa: a name that the certificate says better
    extensions = info.take_if(CONTEXT + 1)
    _expect(extensions is None or not _critical(extensions), "a critical extension of the timestamp")
    info.end()
    number = None if nonce is None else integer(nonce)
    return TimestampToken(raw, at, accuracy, policy, serial, number, name, digest, content, certificates, signer)


def _signer(element: Element) -> SignerInfo:
    """RFC 5652 5.3, version 1: the signer is named by issuer and serial number."""
    info = read_der(element.raw, SEQUENCE).reader()
    _expect(integer(info.take(INTEGER)) == 1, "a signer that is not named by issuer and serial number")
    name = info.take(SEQUENCE).reader()
    issuer, serial = name.take(SEQUENCE).raw, integer(name.take(INTEGER))
    name.end()
    digest = hash_name(info.take(SEQUENCE))
    attributes = info.take(CONTEXT)
    algorithm = _algorithm(info.take(SEQUENCE))
    signature = octets(info.take(OCTETS))
    info.take_if(CONTEXT + 1)  # unsigned attributes: nobody vouches for them
    info.end()
    # 5.4: the signature covers the attributes as a SET OF, tag 0x31 in place of [0].
    signed = bytes([SET]) + attributes.raw[1:]
    return SignerInfo(issuer, serial, digest, algorithm, signature, signed, _attributes(attributes))


def _attributes(held: Element) -> dict[str, Element]:
    """Every attribute with its one value; none twice."""
    found: dict[str, Element] = {}
    for one in held.reader().rest():
        attribute = read_der(one.raw, SEQUENCE).reader()
        kind = oid(attribute.take(OID))
        values = attribute.take(SET).reader().rest()
        attribute.end()
        _expect(kind not in found, "a signed attribute twice")
        if kind in (CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2):
            _expect(len(values) == 1, "a signed attribute without exactly one value")
        if values:
            found[kind] = values[0]
    return found


def _accuracy(element: Element | None) -> timedelta:
    """RFC 3161 2.4.2: seconds, [0] milliseconds, [1] microseconds, each optional."""
    if element is None:
        return timedelta()
    parts, found = element.reader(), timedelta()
    if seconds := parts.take_if(INTEGER):
        found += timedelta(seconds=_small(integer(seconds), 10**6))
    for tag, unit in ((0x80, timedelta(milliseconds=1)), (0x81, timedelta(microseconds=1))):
        if part := parts.take_if(tag):
            found += unit * _small(int.from_bytes(part.content, "big"), 999)
    parts.end()
    return found


def _small(number: int, most: int) -> int:
    _expect(0 <= number <= most, "an accuracy outside its range")
    return number


def _critical(extensions: Element) -> bool:
    for one in extensions.reader().rest():
        extension = read_der(one.raw, SEQUENCE).reader()
        extension.take(OID)
        critical = extension.take_if(BOOLEAN)
        if critical is not None and boolean(critical):
            return True
    return False


def _algorithm(element: Element) -> str:
    """An algorithm without parameters (absent or NULL)."""
    parts = element.reader()
    name = oid(parts.take(OID))
    null = parts.take_if(NULL)
    parts.end()
    _expect(null is None or not null.content, "an algorithm with parameters")
    return name


def hash_name(element: Element) -> str:
    """SHA-256, SHA-384 or SHA-512; nothing older."""
    name = HASHES.get(_algorithm(read_der(element.raw, SEQUENCE)))
    if name is None:
        raise TimestampError("a digest other than SHA-256, SHA-384 and SHA-512")
    return name


def _expect(good: bool, problem: str) -> None:
    if not good:
        raise TimestampError(f"timestamp token: {problem}")
