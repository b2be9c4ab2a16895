"""Audit of a log: is the older checkpoint a prefix of the newer one?"""

from __future__ import annotations

from dataclasses import dataclass

from evidence_service.core.merkle import ProofError, check_consistency, consistency_proof, root_hash
from evidence_service.errors import EvidenceError, NotFoundError
from evidence_service.ports import LogStore


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
    assert old is not None and new is not None
    if old_size > new_size:
        raise EvidenceError("--from must not be larger than --to")
    tree = store.tree(institution, new_size)
    reason = ""
    for size, signed in ((old_size, old), (new_size, new)):
        if root_hash(tree, size) != signed.checkpoint.root:
            reason = f"the entries below {size} no longer give the root that was signed"
            break
    if not reason:
        try:
            path = consistency_proof(tree, old_size, new_size)
            check_consistency(old_size, new_size, old.checkpoint.root, new.checkpoint.root, path)
        except ProofError as error:
            reason = str(error)
    return ConsistencyFinding(not reason, reason, old_size, old.checkpoint.root, new_size, new.checkpoint.root)
