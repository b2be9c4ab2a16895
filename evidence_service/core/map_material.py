"""The material "map": what a package carries so that a reader sees how many entries its loan has at the checkpoint.

Spec: docs/spec/package.md (Material), docs/spec/log.md (Loan map). Canonical JSON: the map entry and its tlog-proof,
the loan's proof in the map, and the notes of auditors who rebuilt it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.leaf import LOAN_REFERENCE
from evidence_service.core.loan_map import MapProof, check_form, map_key, proof_from, proof_json
from evidence_service.core.map_audit import MapAudit, parse_map_audit
from evidence_service.core.map_leaf import MapLeaf, parse_map_leaf
from evidence_service.core.note import SignedNote, parse_note
from evidence_service.core.proof import TlogProof, parse_tlog_proof

KIND = "proofdocket.map"
NAMES = frozenset({"v", "kind", "leaf", "proof", "membership", "audits"})
MEMBERSHIP = frozenset({"loan", "depth", "bitmap", "siblings", "end"})
MAX_AUDITS = 16


@dataclass(frozen=True, slots=True)
class AuditNote:
    """One auditor's note: what it says, and its signatures; none of them is checked yet."""

    audit: MapAudit
    note: SignedNote


@dataclass(frozen=True, slots=True)
class MapMaterial:
    """The material as read: nothing of it is checked yet but its form."""

    leaf: MapLeaf
    leaf_raw: bytes
    proof: TlogProof
    loan: str
    membership: MapProof
    audits: tuple[AuditNote, ...]


def map_material_text(leaf: bytes, proof: str, loan: str, membership: MapProof, audits: Sequence[str]) -> str:
    """Write the material."""
    value = {
        "v": 1,
        "kind": KIND,
        "leaf": leaf.decode(),
        "proof": proof,
        "membership": {"loan": loan, **proof_json(membership)},
        "audits": list(audits),
    }
    text = canonical_bytes(value).decode()
    parse_map_material(text)
    return text


def parse_map_material(text: str) -> MapMaterial:
    """Read the material strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(text.encode())
    shape.check_version(value, KIND, "map")
    parts = shape.members_of(value, NAMES, "map")
    leaf_raw = shape.text(parts["leaf"], "map.leaf").encode()
    membership = shape.members_of(parts["membership"], MEMBERSHIP, "map.membership")
    rest = {name: one for name, one in membership.items() if name != "loan"}
    audits = shape.items(parts["audits"], "map.audits")
    if len(audits) > MAX_AUDITS:
        raise shape.ShapeError(f"map.audits: at most {MAX_AUDITS} notes")
    loan = shape.text(membership["loan"], "map.membership.loan", LOAN_REFERENCE)
    proof = proof_from(rest, "map.membership")
    check_form(map_key(loan), proof)
    return MapMaterial(
        leaf=parse_map_leaf(leaf_raw),
        leaf_raw=leaf_raw,
        proof=parse_tlog_proof(shape.text(parts["proof"], "map.proof").encode()),
        loan=loan,
        membership=proof,
        audits=tuple(_audit(item, f"map.audits[{at}]") for at, item in enumerate(audits)),
    )


def _audit(value: Any, place: str) -> AuditNote:
    note = parse_note(shape.text(value, place).encode())
    return AuditNote(parse_map_audit(note.text), note)
