"""The material `erasure`: the log's own entry that content of a loan was erased, with its proof, beside a bare proof.

Spec: docs/spec/erasure.md (Erased entries). That content was erased is the word of whoever packaged it, until an entry
`subject.erased` of the same loan, logged later, lies beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.leaf import Leaf, parse_leaf
from evidence_service.core.merkle import ProofError, check_inclusion, leaf_hash
from evidence_service.core.proof import TlogProof, parse_tlog_proof

KIND = "proofdocket.erasure"
NAMES = frozenset({"v", "kind", "entry", "proof"})
ERASURE = "subject.erased"


@dataclass(frozen=True, slots=True)
class ErasureEntry:
    """An entry that says of a loan that content was erased, and where it lies in the log; not checked yet."""

    raw: bytes
    leaf: Leaf
    proof: TlogProof

    def holds_under(self, notes: Collection[str]) -> bool:
        """It is such an entry, and its proof leads to the root of one of these very checkpoints."""
        if self.leaf.type != ERASURE or self.proof.note not in notes:
            return False
        checkpoint = self.proof.checkpoint()
        try:
            check_inclusion(leaf_hash(self.raw), self.proof.index, checkpoint.size, self.proof.path, checkpoint.root)
        except ProofError:
            return False
        return True


def erasure_text(entry: bytes, proof: str) -> str:
    """Write the material from the exact bytes of the entry and its tlog-proof."""
    text = canonical_bytes({"v": 1, "kind": KIND, "entry": entry.decode(), "proof": proof}).decode()
    parse_erasure(text)
    return text


def parse_erasure(text: str) -> ErasureEntry:
    """Read the material strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(text.encode())
    shape.check_version(value, KIND, "erasure")
    shape.members_of(value, NAMES, "erasure")
    raw = shape.text(value["entry"], "erasure.entry").encode()
    proof = parse_tlog_proof(shape.text(value["proof"], "erasure.proof").encode())
    return ErasureEntry(raw, parse_leaf(raw), proof)


def supports(told: Iterable[Leaf], leaf: Leaf | None) -> bool:
    """Whether any of these entries says, later in the same loan, that content was erased."""
    return leaf is not None and any(
        one.type == ERASURE
        and (one.institution, one.loan_reference) == (leaf.institution, leaf.loan_reference)
        and one.sequence > leaf.sequence
        for one in told
    )
