"""(7) Witness quorum: who else saw this checkpoint as the one continuation of the log.

Spec: docs/spec/verify.md (7).
"""

from __future__ import annotations

from evidence_service.core.report import Finding


def check_witnesses() -> tuple[list[Finding], Finding]:
    """(7) Witness cosignatures are a later issue; until then this is never passed."""
    return [], Finding("witness-not-checked")
