"""A seal's signature by a key in files: a CMS container (PAdES) in the form that pyHanko gives it, made fast.

Spec: docs/spec/papers.md section 15; ETSI EN 319 142-1 (B-B, with a timestamp B-T), RFC 5652. pyHanko makes one
container; what is the same in all of this key's containers is kept, digest, signature and token are put in.
"""

from __future__ import annotations

import asyncio

from asn1crypto import cms, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence_service.adapters.timestamp_authority import HttpTimestampAuthority
from litigation.adapters.seal_keys import SealKey, SealKeyError
from litigation.documents.seal_update import CADES

_PATTERN = b"\xa5" * 32
_SEQUENCE, _SET, _OCTETS, _EXPLICIT, _UNSIGNED = 0x30, 0x31, 0x04, 0xA0, 0xA1
_SIGNATURE_ROOM = 16  # an ECDSA signature is some bytes longer or shorter each time
_TOKEN_ROOM = 12_288
_TOKEN_TYPE = bytes.fromhex("060b2a864886f70d010910020e")  # id-aa-timeStampToken, RFC 3161 appendix A


class KeyFileProvider:
    """Signs at once with a key of the instance. A sample where the certificate was signed by its own key."""

    algorithm = "sha256"
    subfilter = CADES

    def __init__(self, key: SealKey, authority: HttpTimestampAuthority | None = None) -> None:
        self._key = key.private
        self._authority = authority
        self._name = holder(key.certificate)
        self._sample = key.certificate.issuer == key.certificate.subject
        self._parts = _Parts(_pattern_container(key))

    @property
    def name(self) -> str:
        """The name on the certificate."""
        return self._name

    @property
    def sample(self) -> bool:
        """Whether the seal says 样章 / SAMPLE."""
        return self._sample

    @property
    def timestamps(self) -> bool:
        """Whether each container carries a token."""
        return self._authority is not None

    @property
    def reserve(self) -> int:
        """Bytes that a container may take."""
        return self._parts.size + _SIGNATURE_ROOM + (_TOKEN_ROOM if self._authority else 0)

    def ask(self, digest: bytes) -> str:
        """Nothing is sent anywhere: the digest is the request."""
        return digest.hex()

    def container(self, request: str) -> bytes:
        """The container over the digest. Raises TimestampUnavailableError where a token is due and there is none."""
        attributes = self._parts.attributes(bytes.fromhex(request))
        signature = self._sign(_tlv(_SET, attributes))
        token = self._authority.stamp(signature) if self._authority else b""
        return self._parts.container(attributes, signature, token)

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def holder(certificate: x509.Certificate) -> str:
    """The name on a certificate."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _pattern_container(key: SealKey) -> cms.ContentInfo:
    """One container of this key over a digest that is none, made by pyHanko."""
    certificate = asn1_x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    others = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in key.chain]
    try:
        registry = SimpleCertificateStore.from_certs([certificate, *others])  # type: ignore[no-untyped-call]
    except ValueError:
        raise SealKeyError("the certificate's name has characters that X.509 cannot compare (RFC 4518)") from None
    signer = signers.SimpleSigner(certificate, keys.PrivateKeyInfo.load(private), registry)
    return asyncio.run(signer.async_sign(_PATTERN, KeyFileProvider.algorithm, use_pades=True))


class _Parts:
    """What all containers of one key share, in DER; RFC 5652 5.1 and 5.3."""

    def __init__(self, pattern: cms.ContentInfo) -> None:
        signed = pattern["content"]
        signer = signed["signer_infos"][0]
        self.size = len(pattern.dump())
        self._kind = pattern["content_type"].dump()
        names = ("version", "digest_algorithms", "encap_content_info", "certificates")
        self._head = b"".join(signed[name].dump() for name in names)
        self._signer = b"".join(signer[name].dump() for name in ("version", "sid", "digest_algorithm"))
        self._algorithm = signer["signature_algorithm"].dump()
        self._before, found, self._after = signer["signed_attrs"].untag().contents.partition(_PATTERN)
        assert found

    def attributes(self, digest: bytes) -> bytes:
        """The signed attributes for a digest. Their order stays: DER sorts these by their lengths (X.690 11.6)."""
        return bytes(self._before + digest + self._after)

    def container(self, attributes: bytes, signature: bytes, token: bytes) -> bytes:
        """The whole container; a token stands among the unsigned attributes."""
        unsigned = _tlv(_UNSIGNED, _tlv(_SEQUENCE, _TOKEN_TYPE + _tlv(_SET, token))) if token else b""
        signer = self._signer + _tlv(_EXPLICIT, attributes) + self._algorithm + _tlv(_OCTETS, signature) + unsigned
        signed = _tlv(_SEQUENCE, self._head + _tlv(_SET, _tlv(_SEQUENCE, signer)))
        return _tlv(_SEQUENCE, self._kind + _tlv(_EXPLICIT, signed))


def _tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content (X.690 8.1.3)."""
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content
