"""log > checkpoint: sign the present state of a log. Persist, then hand out; never two roots at one size.

The checkpoint before must be consistent with the new one, recomputed from the stored hashes, before anything is
signed: a log whose past was changed underneath does not get a signature.
"""

from __future__ import annotations

from datetime import datetime

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import root_hash
from evidence_service.errors import ConflictError, EvidenceError
from evidence_service.ports import LogRecord, LogStore, PublishedCheckpoint, Signer


class EmptyLogError(EvidenceError):
    """There is nothing to publish."""

    code = "log-empty"


def publish(store: LogStore, log: LogRecord, signer: Signer, now: datetime) -> PublishedCheckpoint:
    """Sign and store a checkpoint over all entries of a log; without new entries the latest one is returned."""
    if log.size == 0:
        raise EmptyLogError(f"log {log.institution} has no entries yet; import some first")
    latest = store.latest_checkpoint(log.institution)
    tree = store.tree(log.institution, log.size)
    if latest is not None:
        old = latest.checkpoint
        if old.size > log.size or root_hash(tree, old.size) != old.root:
            raise ConflictError(
                f"log {log.institution}: entries below size {old.size} are not those that were signed; "
                "nothing was published. Restore the database, then run `proofdocket audit consistency`"
            )
        if old.size == log.size:
            return latest
    checkpoint = Checkpoint(log.origin, log.size, root_hash(tree, log.size))
    note = signer.sign_note(checkpoint.text())
    published = PublishedCheckpoint(checkpoint, note, now)
    # Crash here: signed but not stored and not handed out; the next run signs the same or a larger tree.
    store.add_checkpoint(log.institution, published)
    return published
