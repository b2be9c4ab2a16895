"""C2SP signed notes: text, signature lines, verifier keys, Ed25519 signatures.

Spec: https://c2sp.org/signed-note. Parsing is strict: one byte out of place is a NoteError. Unknown signatures are
carried, never believed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidence_service.errors import MalformedInputError

ED25519 = 0x01
ED25519_BYTES = 32
COSIGNATURE_ED25519 = 0x04
ML_DSA_44 = 0x06
ML_DSA_44_BYTES = 1312
KEY_BYTES = {ED25519: ED25519_BYTES, COSIGNATURE_ED25519: ED25519_BYTES, ML_DSA_44: ML_DSA_44_BYTES}
"""Algorithm byte -> length of the public key, of the kinds that we know."""
MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100
SIGNATURE_LINE = "\u2014 "


class NoteError(MalformedInputError):
    """A signed note or a verifier key does not follow its format."""

    code = "note-malformed"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name, its 4-byte key ID, and the raw signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note: its text with the final newline, and its signatures in order."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A C2SP verifier key (vkey): name, algorithm byte, public key bytes."""

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


def valid_key_name(name: str) -> bool:
    """Key names are non-empty, without Unicode spaces, without a plus sign, and text that UTF-8 can hold."""
    return bool(name) and not any(char == "+" or char.isspace() or "\ud800" <= char <= "\udfff" for char in name)


def parse_vkey(text: str) -> VerifierKey:
    """Read `<name>+<hex key ID>+<base64(algorithm ‖ key)>`; the key ID must match."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    if not valid_key_name(name) or len(key_id) != 8 or not encoded:
        raise NoteError("verifier key is not <name>+<key id>+<key>")
    raw = _base64(encoded, "verifier key")
    if len(raw) < 2:
        raise NoteError("verifier key is empty")
    key = VerifierKey(name, raw[0], raw[1:])
    if len(key.public_key) != KEY_BYTES.get(key.algorithm, len(key.public_key)):
        raise NoteError(f"a verifier key of kind {key.algorithm} has {KEY_BYTES[key.algorithm]} bytes")
    if key.key_id.hex() != key_id:
        raise NoteError("the key ID of the verifier key does not match its key")
    return key


def format_note(text: str, signatures: Sequence[NoteSignature]) -> str:
    """Write a note. The text must end in a newline and hold no control character but newlines."""
    _check_text(text)
    if not all(valid_key_name(sig.name) for sig in signatures):
        raise NoteError("a key name holds no space and no plus sign")
    return text + "\n" + signature_lines(signatures)


def signature_lines(signatures: Sequence[NoteSignature]) -> str:
    """The signature lines of a note, each ended by a newline."""
    return "".join(
        f"{SIGNATURE_LINE}{sig.name} {base64.b64encode(sig.key_id + sig.signature).decode()}\n" for sig in signatures
    )


@lru_cache(16)  # every proof of a package holds the same checkpoint
def parse_note(raw: bytes) -> SignedNote:
    """Read a signed note: text, empty line, one or more signature lines."""
    if len(raw) > MAX_NOTE:
        raise NoteError("note is larger than a megabyte")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("note is not UTF-8") from None
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        raise NoteError("note has no signature block")
    text, block = whole[: split + 1], whole[split + 2 :]
    _check_text(text)
    lines = block.split("\n")[:-1]
    if not lines or len(lines) > MAX_SIGNATURES:
        raise NoteError("note has no signature line, or too many")
    return SignedNote(text, tuple(_parse_signature(line) for line in lines))


def verify_ed25519(note: SignedNote, key: VerifierKey) -> bool:
    """True when the note bears a valid Ed25519 signature by exactly this key.

    A signature by this name and key ID that does not verify makes the whole note false (C2SP: MUST reject).
    """
    found = False
    if key.algorithm != ED25519 or len(key.public_key) != ED25519_BYTES:
        return False
    for signature in note.signatures:
        if signature.name != key.name or signature.key_id != key.key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature.signature, note.text.encode())
        except InvalidSignature:
            return False
        found = True
    return found


def _parse_signature(line: str) -> NoteSignature:
    if not line.startswith(SIGNATURE_LINE):
        raise NoteError("signature line does not start with an em dash")
    name, _, encoded = line[len(SIGNATURE_LINE) :].partition(" ")
    if not valid_key_name(name):
        raise NoteError("signature line has no valid key name")
    raw = _base64(encoded, "signature")
    if len(raw) < 5:
        raise NoteError("signature is too short")
    return NoteSignature(name, raw[:4], raw[4:])


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("note text does not end in a newline")
    if any((char < " " and char != "\n") for char in text):
        raise NoteError("note text holds a control character")


def _base64(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"{what} is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise NoteError(f"{what} is not canonical base64")
    return raw
