"""Salted commitments to every field of an event, in the form of SD-JWT disclosures (RFC 9901 section 4.2).

Spec: docs/spec/commitment.md. A disclosure is base64url of the canonical JSON array [salt, name, value]; its digest
is SHA-256 over that ASCII text. The leaf holds only digests, sorted; a package opens those that a court needs.
Salts derive from a 32-byte secret per part of an event (SHAKE-256), so that destroying the secret hides what was not
disclosed; nearly every event has one part (core/event_parts.py).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256, shake_256
from typing import Any

from evidence_service.core.canonical import encode_checked, parse_canonical
from evidence_service.core.event import Event
from evidence_service.core.event_parts import Part, flatten, named_fields, parts_of
from evidence_service.core.sealing import SECRET_BYTES
from evidence_service.errors import MalformedInputError

SALT_BYTES = 16
URL_SAFE = bytes.maketrans(b"+/", b"-_")
SALT_DOMAIN = b"proofdocket/salts/v1"


class DisclosureError(MalformedInputError):
    """A disclosure does not follow RFC 9901."""

    code = "disclosure-malformed"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened field: its dotted name, its value, and the encoded text whose digest the leaf holds."""

    name: str
    value: Any
    encoded: str

    @property
    def digest(self) -> str:
        """base64url SHA-256 of the encoded text."""
        return disclosure_digest(self.encoded)


def disclosure_digest(encoded: str) -> str:
    """Digest of an encoded disclosure (RFC 9901 4.2.3)."""
    return base64url(sha256(encoded.encode("ascii")).digest())


def commit(event: Event, secrets: bytes) -> tuple[Disclosure, ...]:
    """Make the disclosures of an event from the secrets of its parts, one after the other (nearly always one of 32
    bytes). Same event and secrets, same disclosures; sorted by name."""
    made = [
        disclosure
        for number, (part, secret) in enumerate(_with_secrets(event, secrets))
        for disclosure in commit_part(number, part.body, secret)
    ]
    return tuple(sorted(made, key=lambda one: one.name))


def commit_part(number: int, body: bytes, secret: bytes) -> tuple[Disclosure, ...]:
    """The disclosures of one part of an event, from its body and its secret."""
    named = named_fields(number, body)
    encoded = _encode_all(named, secret)
    return tuple(Disclosure(name, value, text.decode()) for (name, value), text in zip(named, encoded, strict=True))


def commit_digests(event: Event, secrets: bytes) -> list[str]:
    """``digests(commit(event, secrets))`` without the disclosures in between: what ingest needs of every event."""
    if len(secrets) == SECRET_BYTES and len(event.fields.get("subjects", ())) < 2:
        encoded = _encode_all(flatten(event.fields), secrets)
    else:
        encoded = [
            text
            for number, (part, secret) in enumerate(_with_secrets(event, secrets))
            for text in _encode_all(named_fields(number, part.body), secret)
        ]
    return sorted(_base64url_each([sha256(text).digest() for text in encoded]).decode().split())


def parse_disclosure(encoded: str) -> Disclosure:
    """Read one encoded disclosure strictly: base64url without padding of a canonical three-member array."""
    if not encoded.isascii() or "=" in encoded:
        raise DisclosureError("a disclosure is base64url without padding")
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DisclosureError("a disclosure is base64url without padding") from None
    if base64url(raw) != encoded:
        raise DisclosureError("a disclosure is not in canonical base64url")
    array = parse_canonical(raw)
    if not isinstance(array, list) or len(array) != 3 or not all(isinstance(part, str) for part in array[:2]):
        raise DisclosureError("a disclosure is an array of salt, name and value")
    return Disclosure(array[1], array[2], encoded)


def digests(disclosures: Sequence[Disclosure]) -> list[str]:
    """The sorted digests as the leaf holds them (RFC 9901 4.2.4.1: order must not tell)."""
    return sorted(disclosure.digest for disclosure in disclosures)


def base64url(raw: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return binascii.b2a_base64(raw, newline=False).translate(URL_SAFE, b"=").decode()


def _with_secrets(event: Event, secrets: bytes) -> list[tuple[Part, bytes]]:
    parts = parts_of(event)
    if len(secrets) != SECRET_BYTES * len(parts):
        raise DisclosureError(f"each part of an event has a secret of {SECRET_BYTES} bytes")
    return [(part, secrets[at * SECRET_BYTES : (at + 1) * SECRET_BYTES]) for at, part in enumerate(parts)]


def _encode_all(named: Sequence[tuple[str, Any]], secret: bytes) -> list[bytes]:
    """The encoded disclosure of each field, in order: base64url of the canonical array [salt, name, value]."""
    if len(secret) != SECRET_BYTES:
        raise DisclosureError(f"each part of an event has a secret of {SECRET_BYTES} bytes")
    stream = shake_256(SALT_DOMAIN + secret).digest(SALT_BYTES * len(named))
    salts = _base64url_each([stream[at : at + SALT_BYTES] for at in range(0, len(stream), SALT_BYTES)])
    arrays = [
        encode_checked([salt, name, value]) for salt, (name, value) in zip(salts.decode().split(), named, strict=True)
    ]
    return _base64url_each(arrays).split()


def _base64url_each(parts: Sequence[bytes]) -> bytes:
    """base64url of each part on a line of its own. Few calls: this runs three times over the fields of every event."""
    return b"".join(map(binascii.b2a_base64, parts)).translate(URL_SAFE, b"=")
