"""log > checkpoint: sign the present state of a log. Persist, then hand out; never two roots at one size.

The checkpoint before must be consistent with the new one, recomputed from the stored hashes, and every entry since
then is hashed anew before anything is signed: a log that was changed underneath does not get a signature. The last
entry of every checkpoint is the root of the loan map over the entries before it.
"""

from __future__ import annotations

from datetime import datetime

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.merkle import root_hash
from evidence_service.errors import ConflictError, EvidenceError
from evidence_service.ports import LogRecord, LogStore, PublishedCheckpoint, Signer
from evidence_service.workflow.close_map import LoanChanges, close_map
from evidence_service.workflow.recheck import check_entries


class EmptyLogError(EvidenceError):
    """There is nothing to publish."""

    code = "log-empty"


def publish(store: LogStore, log: LogRecord, signer: Signer, now: datetime) -> PublishedCheckpoint:
    """Sign and store a checkpoint over all entries of a log; without new entries the latest one is returned.

    Its last entry is the loan map's: appended here, made durable, and only then signed.
    """
    latest = store.latest_checkpoint(log.institution)
    size = store.log(log.institution).size  # read after the checkpoint: another publisher may have gone further
    if size == 0 and latest is None:
        raise EmptyLogError(f"log {log.institution} has no entries yet; import some first")
    start = latest.checkpoint.size if latest else 0
    _check_past(store, log.institution, latest, size)
    if latest is not None and start == size:
        return latest
    moment = max(now, latest.created_at) if latest else now  # a clock that was set back does not turn the order
    check_entries(store, log.institution, start, size)
    seen = LoanChanges(log.institution, start)
    seen.read(store.leaves(log.institution, start, size))  # outside the lock: the long part of a large import
    with store.writing(log.institution) as writer:
        closed = close_map(writer, seen, log.institution, moment)
    # Crash here: the map entry is the log's last, unsigned. The next run finds it and signs it; if events came in
    # between, it closes the log anew after them.
    check_entries(store, log.institution, size, closed)
    checkpoint = Checkpoint(log.origin, closed, root_hash(store.tree(log.institution, closed), closed))
    published = PublishedCheckpoint(checkpoint, signer.sign_note(checkpoint.text()), moment)
    # Crash here: signed but not stored and not handed out; the next run signs the same or a larger tree.
    store.add_checkpoint(log.institution, published)
    return published


def _check_past(store: LogStore, institution: str, latest: PublishedCheckpoint | None, size: int) -> None:
    """What was signed last must still be the beginning of the log."""
    if latest is None:
        return
    old = latest.checkpoint
    if old.size > size or root_hash(store.tree(institution, size), old.size) != old.root:
        raise ConflictError(
            f"log {institution}: entries below size {old.size} are not those that were signed; "
            "nothing was published. Restore the database, then run `proofdocket audit consistency`"
        )
