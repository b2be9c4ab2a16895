"""checkpoint > proof: the tlog-proof of one event and the exact leaf bytes beside it."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_service.core.commitment import Disclosure, commit_part, digests
from evidence_service.core.erasure_material import ERASURE
from evidence_service.core.leaf import parse_leaf
from evidence_service.core.merkle import check_inclusion, inclusion_proof
from evidence_service.core.proof import TlogProof
from evidence_service.errors import EvidenceError, MalformedInputError
from evidence_service.ports import LogStore, PublishedCheckpoint, StoredEvent, SubjectErasedError
from evidence_service.workflow.recheck import EntryChangedError, check_event


class NotPublishedError(EvidenceError):
    """The event is logged but no checkpoint covers it yet."""

    code = "not-published"


@dataclass(frozen=True, slots=True)
class EvidenceProof:
    """One event's proof: the leaf bytes, its index, and the C2SP proof against a signed checkpoint."""

    event: StoredEvent
    proof: TlogProof
    published: PublishedCheckpoint

    @property
    def tree_size(self) -> int:
        """Entries in the tree of the checkpoint."""
        return self.published.checkpoint.size

    @property
    def leaf(self) -> bytes:
        """The exact bytes that were hashed into the tree."""
        return self.event.leaf


def prove(store: LogStore, event: StoredEvent, published: PublishedCheckpoint | None = None) -> EvidenceProof:
    """Make the proof of an event under the given checkpoint, or under the newest that covers it.

    Nothing is handed out that would not verify: an event that was changed in the database is an EntryChangedError.
    """
    if published is None:
        published = store.checkpoint_covering(event.institution, event.index)
    if published is None or published.checkpoint.size <= event.index:
        raise NotPublishedError(f"event {event.event_id} is logged but not published; run `proofdocket publish`")
    check_event(event)
    size = published.checkpoint.size
    path = inclusion_proof(store.tree(event.institution, size), event.index, size)
    try:
        check_inclusion(event.leaf_hash, event.index, size, path, published.checkpoint.root)
    except MalformedInputError as error:
        raise EntryChangedError(
            f"log {event.institution}: entry {event.index} no longer leads to the root that was signed at size {size} "
            f"({error}); `proofdocket audit consistency` names the entry that was changed"
        ) from None
    return EvidenceProof(event, TlogProof(event.index, path, published.note), published)


def erasure_of(store: LogStore, event: StoredEvent) -> StoredEvent | None:
    """The newest entry of the loan that says that content of it was erased, logged after an event; None without."""
    later = store.events_of_loan(event.institution, event.loan)[event.sequence + 1 :]
    return next((one for one in reversed(later) if one.type == ERASURE), None)


def body_of(event: StoredEvent) -> bytes:
    """The event in canonical JSON; SubjectErasedError where the data of its first subject was erased."""
    if event.body is None:
        raise SubjectErasedError(
            f"log {event.institution}: the personal data of entry {event.index} was erased; its place in the log stays "
            "proven, its content can no longer be shown"
        )
    return event.body


def disclosures_of(event: StoredEvent) -> tuple[Disclosure, ...]:
    """Every disclosure of an event, recomputed from its parts and their secrets; they must be those that were logged.

    Of an event that was erased in part the disclosures of the living parts; SubjectErasedError where none lives.
    """
    disclosures = sorted(
        (
            one
            for number, part in enumerate(event.parts)
            if part.body is not None and part.secret is not None
            for one in commit_part(number, part.body, part.secret)
        ),
        key=lambda one: one.name,
    )
    if not disclosures:
        body_of(event)
    logged, opened = parse_leaf(event.leaf).digests, digests(disclosures)
    if not set(opened) <= set(logged) or (not event.partly_erased and tuple(opened) != logged):
        raise EntryChangedError(
            f"log {event.institution}: the body or secret of entry {event.index} was changed in the database"
        )
    values = {one.name: one.value for one in disclosures}
    if not event.erased and (values["id"], values["loan"]) != (event.event_id, event.loan):
        raise EntryChangedError(
            f"log {event.institution}: the id or loan of entry {event.index} was changed in the database"
        )
    return tuple(disclosures)
