"""Audit of a log: is the older checkpoint a prefix of the newer one, and are the entries still those that were signed?

Everything is hashed anew from the entries' own bytes: subtree hashes in the database are checked, not believed.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidence_service.core.merkle import GrowingTree, ProofError, check_consistency, consistency_proof, leaf_hash
from evidence_service.errors import EvidenceError, NotFoundError, StoreError
from evidence_service.ports import LogStore, PublishedCheckpoint
from evidence_service.workflow.recheck import check_entries


@dataclass(frozen=True, slots=True)
class ConsistencyFinding:
    """Two states of a log and whether the newer extends the older; `reason` says what broke."""

    consistent: bool
    reason: str
    from_size: int
    from_root: bytes
    to_size: int
    to_root: bytes


def audit_consistency(store: LogStore, institution: str, old_size: int, new_size: int) -> ConsistencyFinding:
    """Compare two signed sizes: roots as they were signed, against the tree as the database holds it now."""
    old, new = store.checkpoint_at(institution, old_size), store.checkpoint_at(institution, new_size)
    for size, found in ((old_size, old), (new_size, new)):
        if found is None:
            raise NotFoundError(f"log {institution} has no checkpoint of size {size}")
    assert old is not None
    assert new is not None
    if old_size > new_size:
        raise EvidenceError("--from must not be larger than --to")
    reason = ""
    try:
        check_entries(store, institution, 0, new_size)
        _check_roots(store, institution, old, new)
        path = consistency_proof(store.tree(institution, new_size), old_size, new_size)
        check_consistency(old_size, new_size, old.checkpoint.root, new.checkpoint.root, path)
    except (StoreError, ProofError) as error:
        reason = str(error)
    return ConsistencyFinding(not reason, reason, old_size, old.checkpoint.root, new_size, new.checkpoint.root)


def _check_roots(store: LogStore, institution: str, old: PublishedCheckpoint, new: PublishedCheckpoint) -> None:
    """Build the tree from the leaves alone and compare its roots with the two that were signed."""
    tree = GrowingTree()
    for _, leaf, _ in store.leaves(institution, 0, new.checkpoint.size):
        tree.add(leaf_hash(leaf))
        for signed in (old.checkpoint, new.checkpoint):
            if tree.size == signed.size and tree.root() != signed.root:
                raise StoreError(f"the entries below {signed.size} no longer give the root that was signed")
