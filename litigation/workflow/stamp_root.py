"""Stamp the root of a batch: one token for all sealed packages of a folder, each with its path to the root beside it.

Spec: docs/spec/bundle.md (Root of a batch).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evidence_service.ports.timestamp import TimestampAuthority
from litigation.core.batch_root import SUFFIX, batch_proofs, proof_bytes, root_text


@dataclass(frozen=True, slots=True)
class StampedRoot:
    """The root over some packages, and who stamped it."""

    root: str
    packages: int
    authorities: tuple[str, ...]


def stamp_root(
    origin: str,
    packages: Mapping[Path, str],
    authorities: Sequence[TimestampAuthority],
    write: Callable[[Path, bytes], None],
) -> StampedRoot:
    """Write the proof of each package (path and SHA-256 in hex) beside it. At least one package.

    Raises TimestampUnavailableError, and nothing is written, where an authority gives no token. Every proof stands
    alone: whoever is killed in between leaves proofs under two tokens of the same root, and both hold.
    """
    proofs = {proof.package_sha256: proof for proof in batch_proofs(origin, packages.values())}
    first = next(iter(proofs.values()))
    text = root_text(origin, first.size, first.root)
    tokens = tuple(authority.stamp(text) for authority in authorities)
    for path, digest in sorted(packages.items()):
        write(proof_path(path), proof_bytes(replace(proofs[digest], tokens=tokens)))
    return StampedRoot(first.root.hex(), first.size, tuple(authority.name for authority in authorities))


def proof_path(package: Path) -> Path:
    """Where the proof of a package lies."""
    return package.with_name(package.name + SUFFIX)
