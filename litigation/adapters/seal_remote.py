"""A seal of somebody else's key: a provider behind HTTP that gets a digest and answers, now or later, with a container.

Spec: docs/spec/papers.md section 15 (A provider). The digest names the request, so asking again is asking for the same
signature. What comes back is checked against the pinned certificate before it is believed.
"""

from __future__ import annotations

import http.client
import json
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from evidence_service.errors import SettingsError
from litigation.adapters.seal_keys import read_certificates
from litigation.adapters.seal_pyhanko import holder
from litigation.core.prepared_seal import SealContainerError
from litigation.documents.seal_update import CADES
from litigation.errors import LitigationError

FILE = "seal-provider.toml"
KEYS = {"url", "certificate", "timestamps"}
TIMEOUT = 10.0
WAIT, PAUSE = 15.0, 0.25
MAX_CONTAINER = 64 * 1024
RESERVE = 24 * 1024


class SealProviderError(LitigationError):
    """The provider of the seal is away, or answers what nobody can use; the same command asks again."""

    code: ClassVar[str] = "seal-provider"


@dataclass(frozen=True, slots=True)
class ProviderFile:
    """What `seal-provider.toml` says."""

    url: str
    certificate: x509.Certificate
    timestamps: bool


class RemoteProvider:
    """One provider: its address, and the certificate that its signatures must be of."""

    algorithm = "sha256"
    subfilter = CADES
    reserve = RESERVE

    def __init__(
        self, file: ProviderFile, token: str = "", wait: float = WAIT, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        parts = urlsplit(file.url)
        self._connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port, self._path = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._certificate, self._timestamps = file.certificate, file.timestamps
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._wait, self._sleep = wait, sleep

    @property
    def name(self) -> str:
        """The name on the certificate."""
        return holder(self._certificate)

    @property
    def sample(self) -> bool:
        """A certificate that its own key signed makes a sample."""
        return self._certificate.issuer == self._certificate.subject

    @property
    def timestamps(self) -> bool:
        """Whether the provider puts a token into its containers, as its file says."""
        return self._timestamps

    def ask(self, digest: bytes) -> str:
        """Hand in a digest. Raises SealProviderError where nobody answers: whether it arrived is not known then."""
        request = digest.hex()
        body = json.dumps({"algorithm": self.algorithm, "digest": request, "form": self.subfilter}).encode()
        status, _ = self._call("PUT", request, body)
        if status not in (http.client.OK, http.client.CREATED, http.client.ACCEPTED):
            raise SealProviderError(f"the seal's provider refused the digest (HTTP status {status})")
        return request

    def container(self, request: str) -> bytes | None:
        """The container, waited for a little; None where the provider has the digest and needs longer."""
        until = time.monotonic() + self._wait
        while True:
            status, raw = self._call("GET", request)
            if status == http.client.OK:
                check_container(raw, bytes.fromhex(request), self._certificate)
                return raw
            if status != http.client.ACCEPTED:
                raise SealProviderError(f"the seal's provider does not give the signature (HTTP status {status})")
            if time.monotonic() >= until:
                return None
            self._sleep(PAUSE)

    def _call(self, method: str, request: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = self._connection(self._host, self._port, timeout=TIMEOUT)
        try:
            connection.request(method, f"{self._path}/requests/{request}", body, self._headers)
            with connection.getresponse() as response:
                raw = response.read(MAX_CONTAINER + 1)
                if len(raw) > MAX_CONTAINER:
                    raise SealProviderError("the seal's provider gave an answer larger than 64 KiB")
                return response.status, raw
        except (OSError, http.client.HTTPException) as error:
            raise SealProviderError(
                f"the seal's provider did not answer ({type(error).__name__}); the same command asks for the same seal"
            ) from None
        finally:
            connection.close()


def check_container(raw: bytes, digest: bytes, certificate: x509.Certificate) -> None:
    """Raise SealContainerError unless this is a CMS signature over the digest by the certificate's key (RFC 5652 5.4).

    A form or an algorithm that is not known here, SM2 among them, is not believed.
    """
    try:
        (signer,) = cms.ContentInfo.load(raw, strict=True)["content"]["signer_infos"]
        signed = signer["signed_attrs"]
        said = {one["type"].native: one["values"][0].native for one in signed}
        known = (signer["digest_algorithm"]["algorithm"].native, said["message_digest"])
        signature, attributes = signer["signature"].native, signed.untag().dump()
    except (ValueError, KeyError, TypeError):
        raise SealContainerError("the provider's answer is no signature in CMS") from None
    if known != ("sha256", digest):
        raise SealContainerError("the provider's signature is over something else than this bundle")
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise SealContainerError("a signature of this kind is not checked here; P-256 and RSA are")
    except InvalidSignature:
        raise SealContainerError("the provider's signature is not of the pinned certificate") from None


def read_provider(home: Path) -> ProviderFile | None:
    """The provider that an instance names; None where it has no such file."""
    path = home / FILE
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    url, certificate, stamps = value.get("url"), value.get("certificate"), value.get("timestamps", False)
    if (
        set(value) - KEYS
        or not isinstance(url, str)
        or not isinstance(certificate, str)
        or not isinstance(stamps, bool)
    ):
        raise SettingsError(f"{path}: url and certificate as texts, timestamps as true or false, and nothing else")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"{path}: {url} is no http address")
    return ProviderFile(url, read_certificates(home / certificate)[0], stamps)
