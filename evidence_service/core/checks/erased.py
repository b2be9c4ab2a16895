"""What checks (2) to (4) say of entries that are called erased: *erased* only where the log itself says so too.

Spec: docs/spec/verify.md (2) to (4), docs/spec/erasure.md (Erased entries).
"""

from __future__ import annotations

from collections.abc import Sequence

from evidence_service.core.checks.subject import Evidence, Subject
from evidence_service.core.report import Finding

SHOWN_NUMBERS = 20


def erased_finding(subject: Subject, code: str, opened: int = 0) -> Finding:
    """The finding of one check on a subject with erased entries; `code` where the log supports every one of them."""
    unsupported = subject.only_said_erased
    if unsupported:
        return Finding("erasure-unsupported", params={"count": str(len(unsupported)), "which": _which(unsupported)})
    first = subject.erased[0].erased
    assert first is not None
    params = {"count": str(len(subject.evidence)), "erased": str(len(subject.erased)), "opened": str(opened)}
    return Finding(code, params=params | {"at": first.at, "reason": first.reason, "which": _which(subject.erased)})


def _which(entries: Sequence[Evidence]) -> str:
    """The numbers of entries in their loan; of a bare proof its index."""
    numbers = [str(one.index if one.seq is None else one.seq) for one in entries]
    return ", ".join(numbers[:SHOWN_NUMBERS]) + (" …" if len(numbers) > SHOWN_NUMBERS else "")
