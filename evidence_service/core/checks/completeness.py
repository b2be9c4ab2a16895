"""(10) Completeness: the loan's entries from the first to the last, and whether that was the last.

Spec: docs/spec/verify.md (10).
"""

from __future__ import annotations

from evidence_service.core.checks.subject import Evidence, Subject
from evidence_service.core.merkle import leaf_hash
from evidence_service.core.report import Finding


def check_sequence(subject: Subject) -> tuple[list[Finding], Finding]:
    """(10) The loan's entries are 0 to n-1, each naming the hash of the one before; what came after is not shown."""
    if subject.kind == "proof":
        return [], Finding("single-proof")
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
    if not subject.evidence or any(one.leaf is None or one.index is None for one in subject.evidence):
        return found, Finding("not-reached")
    return found, Finding("map-not-checked", params={"last": str(len(subject.evidence) - 1)})
