"""A timestamp authority behind HTTP (RFC 3161 section 3.4), and the file that says which ones an instance asks.

Spec: docs/spec/timestamp.md. One POST, no redirect, a time limit for all of it, an answer of at most 64 KiB. A token is
checked by `rfc3161-client` (upon OpenSSL) and by our own reader before anybody sees it.
"""

from __future__ import annotations

import http.client
import tomllib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from evidence_service.core.certificate_chain import ED25519
from evidence_service.core.shape import LINE
from evidence_service.core.timestamp import check_authority, check_imprint
from evidence_service.core.timestamp_token import TimestampError, parse_token
from evidence_service.errors import SettingsError
from evidence_service.ports.timestamp import TimestampUnavailableError
from evidence_service.verifier.http_question import HttpPlace, post

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
HEADERS = {"Content-Type": QUERY, "Accept": REPLY}
MAX_ANSWER = 64 * 1024
TIMEOUT = 10.0
FILE = "timestamp-authorities.toml"


class HttpTimestampAuthority:
    """One authority: its name here, its address, and the certificate that its tokens must lead to."""

    def __init__(self, name: str, url: str, certificate: x509.Certificate, timeout: float = TIMEOUT) -> None:
        try:
            self._place = HttpPlace.of(url)
        except ValueError:
            raise SettingsError(f"timestamp authority {name}: {url} is no http address") from None
        self._name, self._certificate, self._timeout = name, certificate, timeout

    @property
    def name(self) -> str:
        """How the instance calls it."""
        return self._name

    @property
    def certificate(self) -> bytes:
        """The pinned certificate, DER."""
        return self._certificate.public_bytes(Encoding.DER)

    def stamp(self, text: bytes) -> bytes:
        """A checked token over the SHA-256 of the text; TimestampUnavailableError says why there is none."""
        request = TimestampRequestBuilder(text, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
        return self._checked(request, self._asked(request.as_bytes()), text)

    def answer(self, query: bytes, digest: bytes, nonce: int) -> bytes:
        """The answer to a query of another program's making, checked: over this digest, of the pinned authority."""
        raw = self._asked(query)
        try:
            response = decode_timestamp_response(raw)
            if PKIStatus(response.status) is not PKIStatus.GRANTED:
                raise self._unavailable("refused to stamp")
            token = parse_token(response.time_stamp_token())
            check_authority(token, self.certificate)
        except (ValueError, TimestampError):
            raise self._unavailable("gave a token that does not hold") from None
        if token.imprint != digest or token.nonce != nonce:
            raise self._unavailable("gave a token over something else, or of another request")
        return raw

    def _asked(self, query: bytes) -> bytes:
        """What the authority answers to a query, if it is a timestamp answer of a sane size."""
        try:
            answer = post(self._place, query, HEADERS, seconds=self._timeout, most=MAX_ANSWER)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unavailable(f"did not answer ({type(error).__name__})") from None
        if answer.status != http.client.OK:
            raise self._unavailable(f"answered with HTTP status {answer.status}")
        if answer.media_type != REPLY:
            raise self._unavailable("answered with something else than a timestamp")
        if len(answer.body) > MAX_ANSWER:
            raise self._unavailable("gave an answer larger than 64 KiB")
        return answer.body

    def _checked(self, request: TimeStampRequest, raw: bytes, text: bytes) -> bytes:
        """The token inside the answer: granted, ours by its nonce, over this text, and of the pinned authority."""
        try:
            response = decode_timestamp_response(raw)
            granted = PKIStatus(response.status) is PKIStatus.GRANTED
        except ValueError:
            raise self._unavailable("gave an answer that is no timestamp") from None
        if not granted:
            raise self._unavailable("refused to stamp")
        try:
            token = parse_token(response.time_stamp_token())
            if token.signer.algorithm != ED25519:  # OpenSSL knows no PKCS #7 with Ed25519
                self._check_with_openssl(request, response, text)
            check_imprint(token, text)
            check_authority(token, self.certificate)
        except (VerificationError, ValueError, TimestampError) as error:
            said = str(error).partition(": ErrorStack")[0]
            raise self._unavailable(f"gave a token that does not hold: {said}") from None
        if token.nonce != request.nonce:
            raise self._unavailable("gave the token of another request")
        return token.raw

    def _check_with_openssl(self, request: TimeStampRequest, response: TimeStampResponse, text: bytes) -> None:
        """The same question to an independent implementation, which begins its trust at roots only."""
        if self._certificate.issuer == self._certificate.subject:
            builder = VerifierBuilder.from_request(request).add_root_certificate(self._certificate)
            builder.build().verify_message(response, text)

    def _unavailable(self, what: str) -> TimestampUnavailableError:
        return TimestampUnavailableError(f"timestamp authority {self._name} {what}; it is asked again next time")


def read_authorities(home: Path) -> tuple[HttpTimestampAuthority, ...]:
    """The authorities of `timestamp-authorities.toml` in the home folder; none where there is no such file."""
    path = home / FILE
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    listed = value.get("authority", [])
    if set(value) - {"authority"} or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise SettingsError(f"{path}: a list of [[authority]] tables with name, url and certificate, and nothing else")
    found = tuple(_authority(one, path) for one in listed)
    if len({one.name for one in found}) != len(found):
        raise SettingsError(f"{path}: two authorities of one name")
    return found


def _authority(value: dict[str, object], path: Path) -> HttpTimestampAuthority:
    texts = {name: value.get(name) for name in ("name", "url", "certificate")}
    name, url, file = texts.values()
    if set(value) != set(texts) or not all(isinstance(one, str) and LINE.match(one) for one in texts.values()):
        raise SettingsError(f"{path}: an authority has name, url and certificate, each a line of text")
    return HttpTimestampAuthority(str(name), str(url), _certificate(path.parent / str(file)))


def _certificate(path: Path) -> x509.Certificate:
    """One certificate, PEM or DER."""
    raw = path.read_bytes()
    load = x509.load_pem_x509_certificate if b"-----BEGIN" in raw else x509.load_der_x509_certificate
    try:
        return load(raw)
    except ValueError:
        raise SettingsError(f"{path}: not a certificate, in PEM or DER") from None
