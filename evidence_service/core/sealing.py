"""Sealing: bytes under a data key of 32 bytes, AES-256-GCM (NIST SP 800-38D), bound to what they belong to.

Spec: docs/spec/commitment.md, *At rest*. A sealed text is nonce (12 bytes), ciphertext, tag (16 bytes). The associated
data names the place, so that a sealed text moved elsewhere does not open. Nonces are random and come as an argument.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evidence_service.errors import StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
SECRET_BYTES = 32
Cipher = AESGCM
EVENT_DOMAIN = b"proofdocket/event/v1"


class SealBrokenError(StoreError):
    """Sealed bytes do not open: they were changed, moved, or belong to another key."""

    code = "seal-broken"


def cipher_of(key: bytes) -> Cipher:
    """A key made ready for use: worth keeping where the same key comes again soon."""
    return AESGCM(key)


def seal(key: bytes | Cipher, nonce: bytes, data: bytes, place: bytes) -> bytes:
    """Seal bytes for one place. The same nonce must never be used twice with one key."""
    if len(nonce) != NONCE_BYTES:
        raise SealBrokenError(f"a nonce has {NONCE_BYTES} bytes")
    cipher = key if isinstance(key, AESGCM) else AESGCM(key)
    return nonce + cipher.encrypt(nonce, data, place)


def unseal(key: bytes | Cipher, sealed: bytes, place: bytes) -> bytes:
    """Open sealed bytes at their place; SealBrokenError if one bit of key, bytes or place differs."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise SealBrokenError("sealed bytes are cut short")
    cipher = key if isinstance(key, AESGCM) else AESGCM(key)
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except InvalidTag:
        raise SealBrokenError("sealed bytes were changed, moved, or belong to another key") from None


def event_place(institution: str, event_id: str, part: int = 0) -> bytes:
    """Where one part of an event belongs. No component holds a line break, so no two places look alike."""
    return b"%b%b\n%d" % (places_of(institution), event_id.encode(), part)


def places_of(institution: str) -> bytes:
    """What the places of all events of an institution begin with."""
    return b"%b\n%b\n" % (EVENT_DOMAIN, institution.encode())


def seal_part(key: bytes, nonce: bytes, secret: bytes, body: bytes, place: bytes) -> bytes:
    """Seal one part of an event: its commitment secret, then its fields in canonical JSON."""
    return seal(key, nonce, secret + body, place)


def unseal_part(key: bytes, sealed: bytes, place: bytes) -> tuple[bytes, bytes]:
    """Open one part of an event: (secret, fields in canonical JSON)."""
    plain = unseal(key, sealed, place)
    if len(plain) < SECRET_BYTES:
        raise SealBrokenError("a sealed part of an event holds at least its secret")
    return plain[:SECRET_BYTES], plain[SECRET_BYTES:]
