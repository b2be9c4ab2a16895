"""C2SP cosignatures on checkpoints: Ed25519 (`cosignature/v1`) and ML-DSA-44 (`subtree/v1`), each with its time.

Spec: docs/spec/witness.md, https://c2sp.org/tlog-cosignature. What is signed names origin, size and root, so a
cosignature holds for one checkpoint of one log only. A log's own second signature is an ML-DSA-44 cosignature too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.note import (
    COSIGNATURE_ED25519,
    ED25519,
    ED25519_BYTES,
    ML_DSA_44,
    ML_DSA_44_BYTES,
    NoteError,
    NoteSignature,
    SignedNote,
    VerifierKey,
    verify_ed25519,
)

COSIGNERS = {COSIGNATURE_ED25519: ED25519_BYTES, ML_DSA_44: ML_DSA_44_BYTES}
"""Algorithm byte of a cosigner's key -> length of its public key."""
SIGNATURE_BYTES = {COSIGNATURE_ED25519: 64, ML_DSA_44: 2420}
TIME_BYTES = 8
LAST_SECOND = 253402300799
"""The year 9999: beyond it there is no date to show."""
MAX_NAME = 255
SUBTREE_LABEL = b"subtree/v1\n\x00"


class CosignatureError(NoteError):
    """A cosignature by a known key does not hold for its checkpoint."""

    code = "cosignature-invalid"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One valid cosignature: by which key, and when. `at` is None where the cosigner makes no statement of time."""

    key: VerifierKey
    at: datetime | None


def is_cosigner(key: VerifierKey) -> bool:
    """Whether a verifier key can cosign: of a known kind, with a key of its length and a name that can be signed."""
    return len(key.public_key) == COSIGNERS.get(key.algorithm) and len(key.name.encode()) <= MAX_NAME


def cosigned_message(key: VerifierKey, seconds: int, text: str) -> bytes:
    """The bytes that a cosigner signs for a checkpoint's text at a time (tlog-cosignature, "signed message")."""
    if not 0 <= seconds <= LAST_SECOND:
        raise CosignatureError("the time of a cosignature lies outside the calendar")
    if key.algorithm == COSIGNATURE_ED25519:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return subtree_message(key.name, seconds, parse_checkpoint(text))


def subtree_message(name: str, seconds: int, checkpoint: Checkpoint) -> bytes:
    """`cosigned_message` of tlog-cosignature for a whole tree: start 0, end = size."""
    return b"".join(
        (
            SUBTREE_LABEL,
            _opaque(name),
            seconds.to_bytes(8, "big"),
            _opaque(checkpoint.origin),
            bytes(8),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def cosign(key: VerifierKey, sign: Callable[[bytes], bytes], seconds: int, text: str) -> NoteSignature:
    """Make the signature line of a cosignature; `sign` holds the private key."""
    raw = sign(cosigned_message(key, seconds, text))
    return NoteSignature(key.name, key.key_id, seconds.to_bytes(TIME_BYTES, "big") + raw)


def cosignatures_by(note: SignedNote, key: VerifierKey) -> tuple[Cosignature, ...]:
    """The cosignatures of a note by exactly this key, oldest first; empty where it bears none.

    Raises CosignatureError where a line with this key's name and ID does not verify.
    """
    if not is_cosigner(key):
        return ()
    found = [
        _verified(note, key, line) for line in note.signatures if line.name == key.name and line.key_id == key.key_id
    ]
    return tuple(sorted(found, key=lambda one: one.at or datetime.min.replace(tzinfo=UTC)))


def signed_by(note: SignedNote, key: VerifierKey) -> bool:
    """Whether a log's key signed the note: Ed25519 as signed-note says, or ML-DSA-44 as tlog-cosignature says.

    A false signature by this key makes the whole note false.
    """
    if key.algorithm == ED25519:
        return verify_ed25519(note, key)
    try:
        return key.algorithm == ML_DSA_44 and bool(cosignatures_by(note, key))
    except NoteError:
        return False


def verifies(key: VerifierKey, signature: bytes, message: bytes) -> bool:
    """Whether a cosigner's key (is_cosigner) made this bare signature over these bytes; ML-DSA with empty context."""
    public = (
        Ed25519PublicKey.from_public_bytes(key.public_key)
        if key.algorithm == COSIGNATURE_ED25519
        else MLDSA44PublicKey.from_public_bytes(key.public_key)
    )
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _verified(note: SignedNote, key: VerifierKey, line: NoteSignature) -> Cosignature:
    if len(line.signature) != TIME_BYTES + SIGNATURE_BYTES[key.algorithm]:
        raise CosignatureError(f"the cosignature of {key.name} has not the length of its kind")
    seconds, raw = int.from_bytes(line.signature[:TIME_BYTES], "big"), line.signature[TIME_BYTES:]
    message = cosigned_message(key, seconds, note.text)
    if not verifies(key, raw, message):
        raise CosignatureError(f"the cosignature of {key.name} does not hold for this checkpoint")
    return Cosignature(key, datetime.fromtimestamp(seconds, UTC) if seconds else None)


def _opaque(text: str) -> bytes:
    raw = text.encode()
    if not 0 < len(raw) <= MAX_NAME:
        raise CosignatureError("a name or origin in a cosignature has 1 to 255 bytes")
    return len(raw).to_bytes(1, "big") + raw
