"""Salted commitments to every field of an event, in the form of SD-JWT disclosures (RFC 9901 section 4.2).

Spec: docs/spec/commitment.md. A disclosure is base64url of the canonical JSON array [salt, name, value]; its digest
is SHA-256 over that ASCII text. The leaf holds only digests, sorted; a package opens those that a court needs.
Salts derive from one 32-byte secret per event (SHAKE-256), so that destroying the secret hides what was not disclosed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256, shake_256
from typing import Any

from evidence_service.core.canonical import encode_checked, parse_canonical
from evidence_service.core.event import Event
from evidence_service.errors import MalformedInputError

SALT_BYTES = 16
SECRET_BYTES = 32
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


def flatten(event: Event) -> Iterator[tuple[str, Any]]:
    """Every committed field of an event with its dotted name, in a fixed order (sorted by name)."""
    fields = event.fields
    named: list[tuple[str, Any]] = [("id", event.id), ("loan", event.loan)]
    for group in ("actor", "source", "environment", "payload"):
        named.extend((f"{group}.{name}", value) for name, value in fields.get(group, {}).items())
    named.extend((f"subjects.{index}", value) for index, value in enumerate(fields.get("subjects", [])))
    for index, attachment in enumerate(fields.get("attachments", [])):
        named.extend((f"attachments.{index}.{name}", value) for name, value in attachment.items())
    if "corrects" in fields:
        named.append(("corrects", fields["corrects"]))
    yield from sorted(named)


def commit(event: Event, secret: bytes) -> tuple[Disclosure, ...]:
    """Make the disclosures of an event from its secret. Same event and secret, same disclosures."""
    if len(secret) != SECRET_BYTES:
        raise DisclosureError("an event secret has 32 bytes")
    named = list(flatten(event))
    salts = shake_256(SALT_DOMAIN + secret).digest(SALT_BYTES * len(named))
    return tuple(
        Disclosure(name, value, _encode(salts[i * SALT_BYTES : (i + 1) * SALT_BYTES], name, value))
        for i, (name, value) in enumerate(named)
    )


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


def _encode(salt: bytes, name: str, value: Any) -> str:
    return base64url(encode_checked([base64url(salt), name, value]))
