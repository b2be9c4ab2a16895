"""A timestamp authority of the tests: its own root, its own signing certificate, real DER tokens (RFC 3161).

`Authority` makes tokens; every part that a forger would touch is an argument. `timestamp_server` puts one behind HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import new as new_hash
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
BORN = datetime(2020, 1, 1, tzinfo=UTC)
DIES = datetime(2040, 1, 1, tzinfo=UTC)
POLICY = "1.3.6.1.4.1.99999.1"
HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
ALGORITHM = {"rsa": "{}_rsa", "ec": "{}_ecdsa", "ed25519": "ed25519"}


@dataclass(frozen=True)
class Certified:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def new_key(kind: str) -> Key:
    """A key: rsa, rsa-small, p256, p384, p521 or ed25519."""
    curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    if kind == "ed25519":
        return Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 1024 if kind == "rsa-small" else 2048)


def certify(
    name: str,
    key: Key,
    issuer: Certified | None = None,
    *,
    ca: bool = False,
    path_length: int | None = None,
    born: datetime = BORN,
    dies: datetime = DIES,
    purposes: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
    digest: str = "sha256",
    usage: bool = True,
) -> Certified:
    """Issue a certificate; without an issuer it signs itself."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(born)
        .not_valid_after(dies)
        .add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    )
    if usage:
        flags = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        builder = builder.add_extension(
            x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, **flags), critical=True
        )
    if purposes is not None and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), critical=critical)
    signer = issuer.key if issuer else key
    chosen: Any = None if isinstance(signer, Ed25519PrivateKey) else HASHES[digest]
    return Certified(builder.sign(signer, chosen), key)


@dataclass
class Authority:
    """A timestamp authority: root, signing certificate, and how it signs."""

    root: Certified
    signer: Certified
    chain: tuple[Certified, ...] = ()
    digest: str = "sha256"
    serial: int = 0
    made: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, kind: str = "p256", *, name: str = "tsa", digest: str = "", **leaf: Any) -> Authority:
        root = certify(f"{name} root", new_key("p256"), ca=True)
        signer = certify(name, new_key(kind), root, **leaf)
        return cls(root, signer, digest=digest or ("sha512" if kind == "ed25519" else "sha256"))

    def token(
        self,
        message: bytes,
        at: datetime,
        *,
        nonce: int | None = None,
        imprint_hash: str = "sha256",
        certificates: tuple[bytes, ...] | None = None,
        bound_to: bytes | None = None,
        leave_out: tuple[str, ...] = (),
        content_type: str = "tst_info",
        change: Callable[[dict[str, Any]], None] = lambda info: None,
        imprint: bytes | None = None,
        unsigned_change: Callable[[cms.SignedData], None] = lambda data: None,
    ) -> bytes:
        """One token over a message; each argument is a part that a forger might touch."""
        self.serial += 1
        info: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": imprint_hash},
                "hashed_message": imprint or new_hash(imprint_hash, message).digest(),
            },
            "serial_number": self.serial,
            "gen_time": at,
            "accuracy": {"seconds": 1, "millis": 500},
        }
        if nonce is not None:
            info["nonce"] = nonce
        change(info)
        content = tsp.TSTInfo(info).dump()
        attributes: list[dict[str, Any]] = [
            {"type": "content_type", "values": [content_type]},
            {"type": "message_digest", "values": [new_hash(self.digest, content).digest()]},
            {"type": "signing_certificate_v2", "values": [self._binding(bound_to or self.signer.der)]},
        ]
        signed = cms.CMSAttributes([one for one in attributes if one["type"] not in leave_out])
        held = (self.signer.der, *(one.der for one in self.chain)) if certificates is None else certificates
        data = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
                "certificates": [asn1_x509.Certificate.load(one) for one in held],
                "signer_infos": [self._signer_info(signed)],
            }
        )
        unsigned_change(data)
        token: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
        self.made.append(token)
        return token

    def respond(self, request: bytes, at: datetime, **parts: Any) -> bytes:
        """Answer a TimeStampReq."""
        asked = tsp.TimeStampReq.load(request)
        imprint = asked["message_imprint"]
        given = asked["nonce"].native
        parts = {
            "nonce": given,
            "imprint": imprint["hashed_message"].native,
            "imprint_hash": imprint["hash_algorithm"]["algorithm"].native,
        } | parts
        token = cms.ContentInfo.load(self.token(b"", at, **parts))
        answer: bytes = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        return answer

    @staticmethod
    def refuse() -> bytes:
        """A TimeStampResp that grants nothing: SEQUENCE of PKIStatusInfo with status 2, rejection."""
        return bytes.fromhex("30053003020102")

    def _signer_info(self, signed: cms.CMSAttributes) -> cms.SignerInfo:
        held = asn1_x509.Certificate.load(self.signer.der)
        name = (
            "ed25519"
            if isinstance(self.signer.key, Ed25519PrivateKey)
            else "rsa"
            if isinstance(self.signer.key, rsa.RSAPrivateKey)
            else "ec"
        )
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number", {"issuer": held.issuer, "serial_number": held.serial_number}
                ),
                "digest_algorithm": {"algorithm": self.digest},
                "signed_attrs": signed,
                "signature_algorithm": {"algorithm": ALGORITHM[name].format(self.digest)},
                "signature": self._sign(signed.dump(force=True)),
            }
        )

    def _sign(self, message: bytes) -> bytes:
        key, digest = self.signer.key, HASHES[self.digest]
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(message, padding.PKCS1v15(), digest)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(message, ec.ECDSA(digest))
        return key.sign(message)

    @staticmethod
    def _binding(certificate: bytes) -> tsp.SigningCertificateV2:
        digest = new_hash("sha256", certificate).digest()
        return tsp.SigningCertificateV2(
            {"certs": [{"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "cert_hash": digest}]}
        )
