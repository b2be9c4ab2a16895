"""The loan map: how many entries the log holds of every loan, and which is the last, under one root.

Spec: docs/spec/log.md (Loan map). A sparse Merkle tree over SHA-256 of the loan's reference, in which a subtree with a
single loan is that loan's hash. A proof shows what the root says of one reference: its state, or that it is not there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidence_service.core import shape
from evidence_service.core.merkle import HASH_SIZE
from evidence_service.errors import MalformedInputError

KEY_PREFIX = b"proofdocket/map/key/v1"
EMPTY = bytes(HASH_SIZE)
KEY_BITS = 8 * HASH_SIZE
MAX_COUNT = 2**53 - 1
BITMAP = re.compile(r"([0-9a-f]{2}){0,32}\Z")


class MapProofError(MalformedInputError):
    """A proof of the loan map does not hold; the message says which rule broke."""

    code = "map-proof-invalid"


@dataclass(frozen=True, slots=True)
class LoanState:
    """What the map says of a loan: how many entries it has, and the leaf hash of the last of them."""

    count: int
    last: bytes


@dataclass(frozen=True, slots=True)
class OtherLoan:
    """The only loan in the subtree where another was looked for: its key and state."""

    key: bytes
    state: LoanState


@dataclass(frozen=True, slots=True)
class MapProof:
    """The siblings from the root down (`EMPTY` where there is none), and what stands where they end.

    `end` is the state of the loan that was asked for, another loan, or None where there is nothing.
    """

    siblings: tuple[bytes, ...]
    end: LoanState | OtherLoan | None


def map_key(reference: str) -> bytes:
    """Where a loan stands in the map. The prefix keeps the hash from meaning anything elsewhere."""
    return sha256(KEY_PREFIX + reference.encode("ascii")).digest()


def loan_hash(key: bytes, state: LoanState) -> bytes:
    """Hash of one loan. 0x02 tells it from a node of the map and from everything in the log's tree."""
    return sha256(b"\x02" + key + state.count.to_bytes(8, "big") + state.last).digest()


def map_node(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees that hold two loans or more between them."""
    return sha256(b"\x03" + left + right).digest()


def bit(key: bytes, depth: int) -> int:
    """The bit of a key that decides at this depth: 0 goes left. The first is the highest of the first byte."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def subtree_hash(loans: Sequence[tuple[bytes, bytes]], depth: int = 0) -> bytes:
    """Hash of (key, loan hash) pairs, ascending, whose keys share their first `depth` bits: the definition itself."""
    if len(loans) < 2:
        return loans[0][1] if loans else EMPTY
    split = bisect_left(loans, 1, key=lambda loan: bit(loan[0], depth))
    return map_node(subtree_hash(loans[:split], depth + 1), subtree_hash(loans[split:], depth + 1))


def map_root(states: Mapping[str, LoanState] | Iterable[tuple[str, LoanState]]) -> bytes:
    """Root over all loans by reference, built anew; the order in which they come does not matter."""
    pairs = states.items() if isinstance(states, Mapping) else states
    keyed = ((map_key(reference), state) for reference, state in pairs)
    return subtree_hash(sorted((key, loan_hash(key, state)) for key, state in keyed))


def root_from(reference: str, proof: MapProof) -> bytes:
    """The root that a proof leads to from what it shows of a reference. Raises MapProofError if it is not in form."""
    key, depth = map_key(reference), len(proof.siblings)
    check_form(key, proof)
    if isinstance(proof.end, LoanState):
        digest = loan_hash(key, proof.end)
    else:
        digest = EMPTY if proof.end is None else loan_hash(proof.end.key, proof.end.state)
    for level in range(depth - 1, -1, -1):
        sibling = proof.siblings[level]
        digest = map_node(sibling, digest) if bit(key, level) else map_node(digest, sibling)
    return digest


def check_membership(reference: str, proof: MapProof, root: bytes) -> LoanState:
    """The state of a loan under this root. Raises MapProofError, also for a proof that the loan is not there."""
    if not isinstance(proof.end, LoanState):
        raise MapProofError("the proof shows that the loan is not in the map")
    if root_from(reference, proof) != root:
        raise MapProofError("the proof leads to another root of the map")
    return proof.end


def check_absence(reference: str, proof: MapProof, root: bytes) -> None:
    """Raise MapProofError unless the proof shows that this root knows nothing of the loan."""
    if isinstance(proof.end, LoanState):
        raise MapProofError("the proof shows that the loan is in the map")
    if root_from(reference, proof) != root:
        raise MapProofError("the proof leads to another root of the map")


def proof_json(proof: MapProof) -> dict[str, Any]:
    """A proof as JSON: depth, one bit per level (1: the sibling is there), and the siblings that are there."""
    there = [sibling != EMPTY for sibling in proof.siblings]
    bits = "".join("1" if one else "0" for one in there)
    bits += "0" * (-len(bits) % 8)
    return {
        "depth": len(there),
        "bitmap": bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).hex(),
        "siblings": [sibling.hex() for sibling in proof.siblings if sibling != EMPTY],
        "end": _end_json(proof.end),
    }


def proof_from(value: Any, place: str) -> MapProof:
    """Read a proof's JSON strictly: there is exactly one form of it."""
    parts = shape.members_of(value, frozenset({"depth", "bitmap", "siblings", "end"}), place)
    depth = shape.whole(parts["depth"], f"{place}.depth")
    bitmap = bytes.fromhex(shape.text(parts["bitmap"], f"{place}.bitmap", BITMAP))
    if depth > KEY_BITS or len(bitmap) != (depth + 7) // 8:
        raise MapProofError(f"{place}.bitmap: one bit for each of at most {KEY_BITS} levels")
    bits = "".join(f"{byte:08b}" for byte in bitmap)
    if "1" in bits[depth:]:
        raise MapProofError(f"{place}.bitmap: a bit is set beyond the depth")
    given = [
        bytes.fromhex(shape.text(one, f"{place}.siblings", shape.HEX_32))
        for one in shape.items(parts["siblings"], f"{place}.siblings")
    ]
    if len(given) != bits.count("1"):
        raise MapProofError(f"{place}.siblings: as many as the bitmap has ones")
    if EMPTY in given:
        raise MapProofError(f"{place}.siblings: an empty sibling is a zero in the bitmap")
    rest = iter(given)
    siblings = tuple(next(rest) if one == "1" else EMPTY for one in bits[:depth])
    return MapProof(siblings, _end_from(parts["end"], f"{place}.end"))


def check_form(key: bytes, proof: MapProof) -> None:
    """A tree as the spec builds it can give such a proof for this key."""
    depth = len(proof.siblings)
    if depth > KEY_BITS or any(len(sibling) != HASH_SIZE for sibling in proof.siblings):
        raise MapProofError(f"at most {KEY_BITS} siblings of {HASH_SIZE} bytes")
    # A parent holds two loans or more: with one or none on this side, the other side is not empty.
    if proof.siblings and proof.siblings[-1] == EMPTY:
        raise MapProofError("the proof is longer than the path to where it ends")
    state = proof.end.state if isinstance(proof.end, OtherLoan) else proof.end
    if state is not None and (not 0 < state.count <= MAX_COUNT or len(state.last) != HASH_SIZE):
        raise MapProofError("a loan in the map has at least one entry, and the hash of the last")
    if isinstance(proof.end, OtherLoan):
        other = proof.end.key
        if len(other) != HASH_SIZE or other == key:
            raise MapProofError("the other loan has another key of 32 bytes")
        if any(bit(other, level) != bit(key, level) for level in range(depth)):
            raise MapProofError("the other loan does not stand where this one would")


def _end_json(end: LoanState | OtherLoan | None) -> dict[str, Any]:
    if end is None:
        return {"kind": "nothing"}
    if isinstance(end, OtherLoan):
        return {"kind": "other", "key": end.key.hex(), "count": end.state.count, "last": end.state.last.hex()}
    return {"kind": "loan", "count": end.count, "last": end.last.hex()}


def _end_from(value: Any, place: str) -> LoanState | OtherLoan | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "nothing":
        shape.members_of(value, frozenset({"kind"}), place)
        return None
    names = {"kind", "count", "last"} | ({"key"} if kind == "other" else set())
    parts = shape.members_of(value, frozenset(names), place)
    if kind not in ("loan", "other"):
        raise MapProofError(f"{place}.kind: loan, other or nothing")
    last = bytes.fromhex(shape.text(parts["last"], f"{place}.last", shape.HEX_32))
    state = LoanState(shape.whole(parts["count"], f"{place}.count", least=1), last)
    if kind == "loan":
        return state
    return OtherLoan(bytes.fromhex(shape.text(parts["key"], f"{place}.key", shape.HEX_32)), state)
