"""Salted commitments to every field of an event, in the form of SD-JWT disclosures (RFC 9901 section 4.2).

Spec: docs/spec/commitment.md. A disclosure is base64url of the canonical JSON array [salt, name, value]; its digest
is SHA-256 over that ASCII text. The leaf holds only digests, sorted; a package opens those that a court needs.
Salts derive from one 32-byte secret per event (SHAKE-256), so that destroying the secret hides what was not disclosed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256, shake_256
from operator import itemgetter
from typing import Any

from evidence_service.core.canonical import encode_checked, parse_canonical
from evidence_service.core.event import Event
from evidence_service.errors import MalformedInputError

SALT_BYTES = 16
SECRET_BYTES = 32
URL_SAFE = bytes.maketrans(b"+/", b"-_")
SALT_DOMAIN = b"proofdocket/salts/v1"
_name = itemgetter(0)


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


def flatten(event: Event) -> list[tuple[str, Any]]:
    """Every committed field of an event with its dotted name, in a fixed order (sorted by name)."""
    fields = event.fields
    named: list[tuple[str, Any]] = [("id", event.id), ("loan", event.loan)]
    for group in ("actor", "environment", "payload", "source"):
        named += [(f"{group}.{name}", value) for name, value in fields.get(group, {}).items()]
    named += [(f"subjects.{index}", value) for index, value in enumerate(fields.get("subjects", []))]
    for index, attachment in enumerate(fields.get("attachments", [])):
        named += [(f"attachments.{index}.{name}", value) for name, value in attachment.items()]
    if "corrects" in fields:
        named.append(("corrects", fields["corrects"]))
    named.sort(key=_name)  # no name occurs twice
    return named


def commit(event: Event, secret: bytes) -> tuple[Disclosure, ...]:
    """Make the disclosures of an event from its secret. Same event and secret, same disclosures."""
    named = flatten(event)
    encoded = _encode_all(named, secret)
    return tuple(Disclosure(name, value, text.decode()) for (name, value), text in zip(named, encoded, strict=True))


def commit_digests(event: Event, secret: bytes) -> list[str]:
    """``digests(commit(event, secret))`` without the disclosures in between: what ingest needs of every event."""
    encoded = _encode_all(flatten(event), secret)
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


def _encode_all(named: Sequence[tuple[str, Any]], secret: bytes) -> list[bytes]:
    """The encoded disclosure of each field, in order: base64url of the canonical array [salt, name, value]."""
    if len(secret) != SECRET_BYTES:
        raise DisclosureError("an event secret has 32 bytes")
    stream = shake_256(SALT_DOMAIN + secret).digest(SALT_BYTES * len(named))
    salts = _base64url_each([stream[at : at + SALT_BYTES] for at in range(0, len(stream), SALT_BYTES)])
    arrays = [
        encode_checked([salt, name, value]) for salt, (name, value) in zip(salts.decode().split(), named, strict=True)
    ]
    return _base64url_each(arrays).split()


def _base64url_each(parts: Sequence[bytes]) -> bytes:
    """base64url of each part on a line of its own. Few calls: this runs three times over the fields of every event."""
    return b"".join(map(binascii.b2a_base64, parts)).translate(URL_SAFE, b"=")
