"""The root of a batch: a Merkle tree over the digests of its sealed packages, stamped once for all of them.

Spec: docs/spec/bundle.md (Root of a batch); RFC 9162 2.1. Beside each package lies its path to the root, so that one
token gives every package of the batch a time that the lender did not set.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.merkle import HASH_SIZE, check_inclusion, fold_level, inclusion_proof, leaf_hash, root_hash
from evidence_service.errors import MalformedInputError
from litigation.errors import LitigationError

KIND = "proofdocket.batch-proof"
DOMAIN = "proofdocket.batch-root/v1"
NAMES = frozenset({"v", "kind", "origin", "size", "root", "index", "path", "package_sha256", "tokens"})
MAX_TOKENS = 16
SUFFIX = ".batch.json"
"""What the proof of a package is called: the package's file name, and this."""


class BatchProofError(LitigationError):
    """A package's path does not lead to the root of its batch, or is of another package."""

    code: ClassVar[str] = "batch-proof"


@dataclass(frozen=True, slots=True)
class BatchProof:
    """One package in its batch: the way from its digest to the root, and the tokens over the root (DER)."""

    origin: str
    size: int
    root: bytes
    index: int
    path: tuple[bytes, ...]
    package_sha256: str
    tokens: tuple[bytes, ...] = ()

    @property
    def text(self) -> bytes:
        """What the tokens stamp."""
        return root_text(self.origin, self.size, self.root)

    def check(self, package_sha256: str) -> None:
        """Raise BatchProofError unless this package lies under this root. Tokens are not judged here."""
        if package_sha256 != self.package_sha256:
            raise BatchProofError("this path is of another package, or the package was changed since it was sealed")
        leaf = leaf_hash(bytes.fromhex(self.package_sha256))
        try:
            check_inclusion(leaf, self.index, self.size, self.path, self.root)
        except MalformedInputError:
            raise BatchProofError("the path does not lead to the root of the batch") from None


def root_text(origin: str, size: int, root: bytes) -> bytes:
    """The text of a batch's root: four lines."""
    return f"{DOMAIN}\n{origin}\n{size}\n{root.hex()}\n".encode()


def batch_proofs(origin: str, packages: Iterable[str]) -> tuple[BatchProof, ...]:
    """The proofs of packages from their SHA-256 in hex, in the order of these; the same one twice is one."""
    digests = sorted(set(packages))
    levels = [[leaf_hash(bytes.fromhex(digest)) for digest in digests]]
    while len(levels[-1]) > 1:
        levels.append(fold_level(levels[-1]))

    def read(level: int, index: int) -> bytes:
        return levels[level][index]

    root = root_hash(read, len(digests))
    return tuple(
        BatchProof(origin, len(digests), root, at, inclusion_proof(read, at, len(digests)), digest)
        for at, digest in enumerate(digests)
    )


def proof_bytes(proof: BatchProof) -> bytes:
    """Write a proof: canonical JSON."""
    return canonical_bytes(
        {
            "v": 1,
            "kind": KIND,
            "origin": proof.origin,
            "size": proof.size,
            "root": proof.root.hex(),
            "index": proof.index,
            "path": [step.hex() for step in proof.path],
            "package_sha256": proof.package_sha256,
            "tokens": [base64.b64encode(token).decode() for token in proof.tokens],
        }
    )


def parse_proof(raw: bytes) -> BatchProof:
    """Read a proof strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(raw)
    shape.check_version(value, KIND, "batch")
    shape.members_of(value, NAMES, "batch")
    tokens = shape.items(value["tokens"], "batch.tokens")
    if len(tokens) > MAX_TOKENS:
        raise shape.ShapeError(f"batch.tokens: at most {MAX_TOKENS}")
    return BatchProof(
        origin=shape.text(value["origin"], "batch.origin", shape.LINE),
        size=shape.whole(value["size"], "batch.size", least=1),
        root=bytes.fromhex(shape.text(value["root"], "batch.root", shape.HEX_32)),
        index=shape.whole(value["index"], "batch.index"),
        path=_path(shape.items(value["path"], "batch.path")),
        package_sha256=shape.text(value["package_sha256"], "batch.package_sha256", shape.HEX_32),
        tokens=tuple(_token(token, f"batch.tokens[{at}]") for at, token in enumerate(tokens)),
    )


def _path(steps: Sequence[object]) -> tuple[bytes, ...]:
    found = tuple(bytes.fromhex(shape.text(step, "batch.path", shape.HEX_32)) for step in steps)
    assert all(len(step) == HASH_SIZE for step in found)
    return found


def _token(value: object, place: str) -> bytes:
    try:
        return base64.b64decode(shape.text(value, place), validate=True)
    except (binascii.Error, ValueError):
        raise shape.ShapeError(f"{place}: not base64") from None
