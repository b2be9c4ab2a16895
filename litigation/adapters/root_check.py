"""Whether a sealed package lies under the root of its batch, and when an authority saw that root.

Spec: docs/spec/bundle.md (Root of a batch), docs/spec/timestamp.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence_service.core.event import format_instant
from evidence_service.core.timestamp import check_authority, check_imprint, check_signed
from evidence_service.core.timestamp_token import TimestampError, TimestampToken, parse_token
from evidence_service.errors import MalformedInputError
from litigation.core.batch_root import BatchProof, BatchProofError, parse_proof


@dataclass(frozen=True, slots=True)
class RootVerdict:
    """`times` are those of tokens that lead to a certificate of the reader, all tokens' where he named none."""

    holds: bool
    problem: str
    root: str
    packages: int
    trusted: bool
    times: tuple[str, ...]


def check_root(raw: bytes, package_sha256: str, authorities: Sequence[x509.Certificate]) -> RootVerdict:
    """Check a package's proof: path, and each token over the root. A token that does not hold spoils it."""
    proof: BatchProof | None = None
    times: tuple[str, ...] = ()
    problem = ""
    try:
        proof = parse_proof(raw)
        proof.check(package_sha256)
        tokens = [_checked(token, proof.text) for token in proof.tokens]
        known = [token for token in tokens if not authorities or _is_known(token, authorities)]
        times = tuple(format_instant(token.at) for token in known)
    except (MalformedInputError, BatchProofError) as error:
        problem = str(error)
    size, root = (proof.size, proof.root.hex()) if proof else (0, "")
    return RootVerdict(not problem, problem, root, size, bool(authorities and times), times)


def _checked(raw: bytes, text: bytes) -> TimestampToken:
    token = parse_token(raw)
    check_imprint(token, text)
    check_signed(token)
    return token


def _is_known(token: TimestampToken, authorities: Sequence[x509.Certificate]) -> bool:
    for one in authorities:
        try:
            check_authority(token, one.public_bytes(Encoding.DER))
        except TimestampError:
            continue
        return True
    return False
