"""(10) Completeness: the loan's entries from the first to the last, and that the log held no more of them.

Spec: docs/spec/verify.md (10). The loan map says how many there are; it counts only where a pinned auditor, who
replayed the whole log, found the same map.
"""

from __future__ import annotations

from datetime import datetime

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.checks.subject import Evidence, Subject
from evidence_service.core.key_time import KeyStanding, standing
from evidence_service.core.loan_map import LoanState, MapProofError, check_membership
from evidence_service.core.map_audit import MapAudit
from evidence_service.core.map_material import AuditNote, MapMaterial
from evidence_service.core.material import MEMBERS
from evidence_service.core.merkle import ProofError, check_inclusion, leaf_hash
from evidence_service.core.note import verify_ed25519
from evidence_service.core.report import Finding
from evidence_service.core.trust import PinnedKey, TrustFile

MEMBER = MEMBERS["map"]


def check_completeness(subject: Subject, trust: TrustFile | None, now: datetime) -> tuple[list[Finding], Finding]:
    """(10) The loan's entries are 0 to n-1, each naming the one before, and the map says that there are n.

    `trust` is the trust file in force, or None.
    """
    if subject.kind == "proof":
        return [], Finding("single-proof")
    found = _sequence(subject)
    if not subject.evidence or any(one.leaf is None or one.index is None for one in subject.evidence):
        return found, Finding("not-reached")
    material: MapMaterial | None = subject.material.map
    if found or material is None:
        return found, Finding("map-not-checked", params={"last": str(len(subject.evidence) - 1)})
    if subject.metadata is None:
        return [], Finding("not-reached")
    checkpoint = next(iter(subject.checkpoints().values()))
    wrong = _map_finding(material, subject.evidence, checkpoint)
    return ([wrong], wrong) if wrong else ([], _audited(material, checkpoint, trust, now))


def _sequence(subject: Subject) -> list[Finding]:
    found: list[Finding] = []
    before: Evidence | None = None
    for expected, one in enumerate(subject.evidence):
        if one.seq != expected:
            found.append(Finding("sequence-gap", one.leaf_name, expected))
            break
        if one.leaf is not None and before is not None and before.leaf_raw is not None:
            if one.leaf.previous != leaf_hash(before.leaf_raw).hex():
                found.append(Finding("link-broken", one.leaf_name, one.seq, one.index))
            if one.index is not None and before.index is not None and one.index <= before.index:
                found.append(Finding("index-order", one.leaf_name, one.seq, one.index))
        before = one
    return found


def _map_finding(material: MapMaterial, evidence: tuple[Evidence, ...], checkpoint: Checkpoint) -> Finding | None:
    """What is wrong with the map, in the order of the spec; None where it says exactly what is packaged."""
    first, last = evidence[0], evidence[-1]
    assert first.leaf is not None
    assert last.leaf_raw is not None
    if material.proof.checkpoint() != checkpoint:
        return Finding("map-other-checkpoint", MEMBER)
    index = material.proof.index
    if index != checkpoint.size - 1:
        return Finding("map-not-last", MEMBER, index=index)
    try:
        check_inclusion(leaf_hash(material.leaf_raw), index, checkpoint.size, material.proof.path, checkpoint.root)
    except ProofError:
        return Finding("map-not-included", MEMBER, index=index)
    if material.leaf.size != index:
        return Finding("map-leaf-mismatch", MEMBER, index=index, field="size")
    if material.leaf.institution != first.leaf.institution:
        return Finding("map-leaf-mismatch", MEMBER, index=index, field="institution")
    if material.loan != first.leaf.loan_reference:
        return Finding("map-other-loan", MEMBER)
    try:
        state = check_membership(material.loan, material.membership, material.leaf.root)
    except MapProofError:
        return Finding("map-membership-invalid", MEMBER)
    return _state_finding(state, len(evidence), leaf_hash(last.leaf_raw))


def _state_finding(state: LoanState, here: int, last: bytes) -> Finding | None:
    if state.count != here:
        return Finding("map-count-differs", MEMBER, params={"count": str(state.count), "here": str(here)})
    return None if state.last == last else Finding("map-last-differs", MEMBER)


def _audited(material: MapMaterial, checkpoint: Checkpoint, trust: TrustFile | None, now: datetime) -> Finding:
    """Whether a pinned auditor confirms the map; the lender's own word is a claim."""
    params = {"count": str(material.membership.end.count if isinstance(material.membership.end, LoanState) else 0)}
    params["size"] = str(checkpoint.size)
    wanted = MapAudit(checkpoint, material.leaf.root)
    found = [
        _note_finding(one, pin, wanted, now) for pin in (trust.auditors if trust else ()) for one in material.audits
    ]
    for code in (
        "map-audit-invalid",
        "map-audit-contradicts",
        "complete",
        "map-auditor-not-in-force",
        "map-audit-other",
    ):
        for one in found:
            if one is not None and one.code == code:
                return Finding(code, one.member, params=params | dict(one.params))
    return Finding("map-claimed", params=params)


def _note_finding(one: AuditNote, pin: PinnedKey, wanted: MapAudit, now: datetime) -> Finding | None:
    """What one note says by one pinned key; None where that key did not sign it."""
    key, params = pin.key, {"auditor": pin.name or pin.key.name}
    if not any(line.name == key.name and line.key_id == key.key_id for line in one.note.signatures):
        return None
    if not verify_ed25519(one.note, key):
        return Finding("map-audit-invalid", MEMBER, params=params)
    said = one.audit.checkpoint
    if (said.origin, said.size) != (wanted.checkpoint.origin, wanted.checkpoint.size):
        return Finding("map-audit-other", params=params)
    # A note does not show its own age, so that a key counts as it stands today.
    if standing(pin, None, now) is not KeyStanding.IN_FORCE:
        return Finding("map-auditor-not-in-force", params=params)
    return Finding("complete" if one.audit == wanted else "map-audit-contradicts", MEMBER, params=params)
