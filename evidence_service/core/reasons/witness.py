"""Reason codes of check (7) witness quorum."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import NOT_CHECKED, Meaning

REASONS: dict[str, Meaning] = {
    # (7)
    "witness-not-checked": Meaning(
        (7,), NOT_CHECKED, "Witness cosignatures are not checked in this version.", "本版本不核验见证人联署。"
    ),
}
