"""Keys for tests, each from its name: signing is deterministic, so a failing byte can be found again."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core.note import ED25519, NoteSignature, VerifierKey, format_note


@dataclass(frozen=True)
class TestKey:
    """An Ed25519 key that keeps the promise of `ports.Signer`."""

    __test__ = False
    name: str

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.name.encode()).digest())

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, ED25519, self.private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return str(self.verifier)

    def signature(self, text: str) -> NoteSignature:
        return NoteSignature(self.name, self.verifier.key_id, self.private.sign(text.encode()))

    def sign_note(self, text: str) -> str:
        return format_note(text, [self.signature(text)])
