"""checkpoint > proof of completeness: what the loan map says of one loan at a checkpoint, ready to travel along.

Spec: docs/spec/log.md (Loan map), docs/spec/package.md (Material). Nothing is handed out that would not verify.
"""

from __future__ import annotations

from evidence_service.core.loan_map import LoanState, check_membership, map_key
from evidence_service.core.map_audit import parse_map_audit
from evidence_service.core.map_leaf import MapLeaf, parse_entry
from evidence_service.core.map_material import MAX_AUDITS, map_material_text
from evidence_service.core.map_pages import MapChangedError, Node, prove_in_map
from evidence_service.core.merkle import ProofError, check_inclusion, inclusion_proof, leaf_hash
from evidence_service.core.note import parse_note
from evidence_service.core.proof import TlogProof
from evidence_service.errors import ConflictError, MalformedInputError, NotFoundError
from evidence_service.ports import LoanMaps, LogStore, PublishedCheckpoint
from evidence_service.workflow.recheck import EntryChangedError


class AuditNoteError(ConflictError):
    """An auditor's note says something else than the checkpoint and the map entry here."""

    code = "audit-note-differs"


def map_material(
    store: LogStore, maps: LoanMaps, institution: str, reference: str, published: PublishedCheckpoint
) -> str | None:
    """The material "map" of a loan by its reference; None where the checkpoint has no map or does not know the loan."""
    size, index = published.checkpoint.size, published.checkpoint.size - 1
    leaf = _map_leaf(maps, institution, index)
    if leaf is None:
        return None
    raw, entry = leaf
    path = inclusion_proof(store.tree(institution, size), index, size)
    try:
        check_inclusion(leaf_hash(raw), index, size, path, published.checkpoint.root)
    except ProofError:
        raise EntryChangedError(f"log {institution}: the map entry {index} was changed in the database") from None
    root = Node(min(entry.loans, 2), entry.root, index)
    proof = prove_in_map(lambda names: maps.pages(institution, names), root, map_key(reference))
    if not isinstance(proof.end, LoanState):
        return None
    check_membership(reference, proof, entry.root)
    text = TlogProof(index, path, published.note).text()
    return map_material_text(raw, text, reference, proof, maps.notes(institution, size)[:MAX_AUDITS])


def import_audit(store: LogStore, maps: LoanMaps, institution: str, note: str) -> PublishedCheckpoint:
    """The checkpoint that an auditor's note is about; AuditNoteError where the note says something else than it does.

    Who signed it is not judged: a reader believes the auditors that his own trust file pins.
    """
    audit = parse_map_audit(parse_note(note.encode()).text)
    if audit.checkpoint.origin != store.log(institution).origin:
        raise AuditNoteError(f"the note is about the log {audit.checkpoint.origin}, not about log {institution}")
    size = audit.checkpoint.size
    published = store.checkpoint_at(institution, size)
    if published is None:
        raise NotFoundError(f"log {institution} has no checkpoint of size {size}, which the note is about")
    leaf = _map_leaf(maps, institution, size - 1)
    if audit.checkpoint != published.checkpoint or leaf is None or audit.map_root != leaf[1].root:
        raise AuditNoteError(
            f"the auditor found another root of log {institution} or of its map at size {size} than was signed here; "
            "run `proofdocket audit consistency` and ask the auditor which entries he read"
        )
    return published


def _map_leaf(maps: LoanMaps, institution: str, index: int) -> tuple[bytes, MapLeaf] | None:
    """The entry at an index, if it is a map entry of that index."""
    raw = maps.entry(institution, index)
    if raw is None:
        return None
    try:
        entry = parse_entry(raw)
    except MalformedInputError:
        return None
    if isinstance(entry, MapLeaf) and entry.size != index:
        raise MapChangedError(f"log {institution}: the map entry {index} was changed in the database")
    return (raw, entry) if isinstance(entry, MapLeaf) else None
