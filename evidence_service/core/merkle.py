"""RFC 9162 (RFC 6962) Merkle tree over SHA-256: leaf and node hashes, proofs and their checks.

Spec: docs/spec/log.md, RFC 9162 section 2.1. Vectors: tests/vectors/merkle/. Nothing here stores anything:
proof makers ask a `SubtreeReader` for the hash of a complete subtree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from evidence_service.errors import MalformedInputError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
_NODE = sha256(b"\x01")
SubtreeReader = Callable[[int, int], bytes]
"""(level, index) -> hash of the complete subtree over leaves [index·2^level, (index+1)·2^level)."""


class ProofError(MalformedInputError):
    """A Merkle proof does not hold; the message says which rule broke."""

    code = "proof-invalid"


def leaf_hash(entry: bytes) -> bytes:
    """Hash one log entry. The 0x00 prefix keeps a leaf from posing as a node (RFC 9162 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children. The 0x01 prefix keeps a node from posing as a leaf (RFC 9162 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold_level(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours pair by pair; a last one without a partner is left out (it is not complete)."""
    folded = []
    for left, right in zip(hashes[::2], hashes[1::2], strict=False):
        state = _NODE.copy()  # node_hash, a fifth faster: nothing is put together first
        state.update(left)
        state.update(right)
        folded.append(state.digest())
    return folded


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root hash over leaf hashes, straight from the definition (RFC 9162 2.1.1). Small trees and tests."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


class GrowingTree:
    """A tree that is fed leaf hashes one by one and knows its root; it keeps one hash per complete subtree."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size.bit_count() != len(peaks):
            raise ProofError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(peaks)}")
        self.size = size
        self._peaks: list[bytes] = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The hashes of its complete subtrees, the largest first: with the size, all that it takes to go on."""
        return tuple(self._peaks)

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash; every pair of equal subtrees that this completes becomes one (RFC 9162 2.1.2)."""
        self._peaks.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._peaks.pop()
            self._peaks[-1] = node_hash(self._peaks[-1], right)

    def root(self) -> bytes:
        """Root hash of what was added so far."""
        if not self._peaks:
            return EMPTY_ROOT
        digest = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            digest = node_hash(peak, digest)
        return digest


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Split leaves [start, end) into the fewest complete, aligned subtrees: (level, index), left to right."""
    parts = []
    while start < end:
        aligned = (start & -start).bit_length() - 1 if start else end.bit_length()
        level = min(aligned, (end - start).bit_length() - 1)
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def range_hash(read: SubtreeReader, start: int, end: int) -> bytes:
    """Hash of leaves [start, end) as one subtree of the tree; start must be aligned as RFC 9162 splits do."""
    if start == end:
        return EMPTY_ROOT
    hashes = [read(level, index) for level, index in complete_subtrees(start, end)]
    digest = hashes.pop()
    while hashes:
        digest = node_hash(hashes.pop(), digest)
    return digest


def root_hash(read: SubtreeReader, size: int) -> bytes:
    """Root hash of the first `size` leaves."""
    return range_hash(read, 0, size)


def inclusion_proof(read: SubtreeReader, index: int, size: int) -> tuple[bytes, ...]:
    """Audit path of leaf `index` in the tree of `size` leaves, lowest node first (RFC 9162 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size} leaves")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if index < split:
            path.append(range_hash(read, split, end))
            end = split
        else:
            path.append(range_hash(read, start, split))
            start = split
    return tuple(reversed(path))


def consistency_proof(read: SubtreeReader, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Proof that the first `old_size` leaves of the larger tree are the older tree (RFC 9162 2.1.4.1)."""
    if not 0 < old_size <= new_size:
        raise ProofError(f"no consistency proof from size {old_size} to size {new_size}")
    path: list[bytes] = []
    start, end, known = 0, new_size, True
    while end != old_size:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if old_size <= split:
            path.append(range_hash(read, split, end))
            end = split
        else:
            path.append(range_hash(read, start, split))
            start, known = split, False
    if not known:
        path.append(range_hash(read, start, end))
    return tuple(reversed(path))


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Recompute the root from a leaf hash and its audit path (RFC 9162 2.1.3.2).

    Raises ProofError when the path has too few or too many nodes for this index and size.
    """
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size} leaves")
    _check_lengths([leaf, *path])
    fn, sn, digest = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            raise ProofError("inclusion proof has a node too many")
        if fn & 1 or fn == sn:
            digest = node_hash(sibling, digest)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            digest = node_hash(digest, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("inclusion proof has a node too few")
    return digest


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless the leaf hash is at `index` of the tree with this size and root."""
    if root_from_inclusion(leaf, index, size, path) != root:
        raise ProofError("inclusion proof leads to another root")


def check_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise ProofError unless the newer tree extends the older one (RFC 9162 2.1.4.2)."""
    if not 0 < old_size <= new_size:
        raise ProofError(f"no consistency from size {old_size} to size {new_size}")
    if old_size == new_size:
        if path or old_root != new_root:
            raise ProofError("same size, but another root or a proof that must be empty")
        return
    _check_lengths([old_root, new_root, *path])
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        raise ProofError("consistency proof is empty")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old, new = nodes[0], nodes[0]
    for sibling in nodes[1:]:
        if sn == 0:
            raise ProofError("consistency proof has a node too many")
        if fn & 1 or fn == sn:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("consistency proof has a node too few")
    if old != old_root:
        raise ProofError("consistency proof leads to another old root")
    if new != new_root:
        raise ProofError("consistency proof leads to another new root")


def _check_lengths(hashes: Sequence[bytes]) -> None:
    """Every hash has 32 bytes: nothing else can have come out of SHA-256."""
    if set(map(len, hashes)) != {HASH_SIZE}:
        raise ProofError("a hash of the proof does not have 32 bytes")
