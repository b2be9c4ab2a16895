"""log > checkpoint: sign the present state of a log. Persist, then hand out; never two roots at one size.

The checkpoint before must be consistent with the new one, recomputed from the stored hashes, and every entry since
then is hashed anew before anything is signed: a log that was changed underneath does not get a signature.
"""

from __future__ import annotations

from datetime import datetime

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import root_hash
from evidence_service.errors import ConflictError, EvidenceError
from evidence_service.ports import LogRecord, LogStore, PublishedCheckpoint, Signer
from evidence_service.workflow.recheck import check_entries


class EmptyLogError(EvidenceError):
    """There is nothing to publish."""

    code = "log-empty"


def publish(store: LogStore, log: LogRecord, signer: Signer, now: datetime) -> PublishedCheckpoint:
    """Sign and store a checkpoint over all entries of a log; without new entries the latest one is returned."""
    latest = store.latest_checkpoint(log.institution)
    size = store.log(log.institution).size  # read after the checkpoint: another publisher may have gone further
    if size == 0 and latest is None:
        raise EmptyLogError(f"log {log.institution} has no entries yet; import some first")
    tree = store.tree(log.institution, size)
    if latest is not None:
        old = latest.checkpoint
        if old.size > size or root_hash(tree, old.size) != old.root:
            raise ConflictError(
                f"log {log.institution}: entries below size {old.size} are not those that were signed; "
                "nothing was published. Restore the database, then run `proofdocket audit consistency`"
            )
        if old.size == size:
            return latest
    check_entries(store, log.institution, latest.checkpoint.size if latest else 0, size)
    checkpoint = Checkpoint(log.origin, size, root_hash(tree, size))
    note = signer.sign_note(checkpoint.text())
    moment = max(now, latest.created_at) if latest else now  # a clock that was set back does not turn the order
    published = PublishedCheckpoint(checkpoint, note, moment)
    # Crash here: signed but not stored and not handed out; the next run signs the same or a larger tree.
    store.add_checkpoint(log.institution, published)
    return published
