"""Witness keys for tests, each from its name, and logs that grow in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.cosignature import cosign
from evidence_service.core.merkle import consistency_proof, leaf_hash, root_of
from evidence_service.core.note import COSIGNATURE_ED25519, ML_DSA_44, NoteSignature, VerifierKey
from evidence_service.core.witness_request import request_text
from evidence_service.workflow.add_checkpoint import WitnessKey
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.core.trees import reader

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
KINDS = (COSIGNATURE_ED25519, ML_DSA_44)


@dataclass(frozen=True)
class Cosigner:
    """A witness's key of either kind."""

    name: str
    algorithm: int = COSIGNATURE_ED25519

    @property
    def private(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        seed = sha256(f"{self.name} {self.algorithm}".encode()).digest()
        if self.algorithm == COSIGNATURE_ED25519:
            return Ed25519PrivateKey.from_private_bytes(seed)
        return MLDSA44PrivateKey.from_seed_bytes(seed)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.algorithm, self.private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return str(self.verifier)

    @property
    def key(self) -> WitnessKey:
        return WitnessKey(self.verifier, self.private.sign)

    def line(self, text: str, at: datetime | int = NOW) -> NoteSignature:
        seconds = at if isinstance(at, int) else int(at.timestamp())
        return cosign(self.verifier, self.private.sign, seconds, text)


@dataclass(frozen=True)
class GrowingLog:
    """A log whose leaves are numbered words; another `word` is another history from `fork` on."""

    name: str = "log.example.test/one"
    word: str = "leaf"
    fork: int = 0

    @property
    def key(self) -> TestKey:
        return TestKey(self.name)

    def hashes(self, size: int) -> list[bytes]:
        return [leaf_hash(f"{self.word if at >= self.fork else 'leaf'} {at}".encode()) for at in range(size)]

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.name, size, root_of(self.hashes(size)))

    def note(self, size: int) -> str:
        return self.key.sign_note(self.checkpoint(size).text())

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(reader(self.hashes(new)), old, new) if old else ()

    def request(self, old: int, new: int) -> bytes:
        return request_text(old, self.proof(old, new), self.note(new)).encode()
