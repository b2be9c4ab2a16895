"""The reason codes of verification: each belongs to its checks, means one state, and says one sentence in en and zh.

Spec: docs/spec/verify.md (Reason codes; a test holds that table to this one). Certificate, pages and command line
draw their words from here, so that all say the same. One file per check; this file only gathers them.
"""

from __future__ import annotations

from evidence_service.core.reasons import anchor, completeness, container, entries, files, log, times, witness
from evidence_service.core.reasons.meaning import CHECK_NAMES, CheckState, Meaning

PARTS = (container, files, entries, log, witness, anchor, times, completeness)
REASONS: dict[str, Meaning] = {code: meaning for part in PARTS for code, meaning in part.REASONS.items()}
"""Reason code -> its meaning. A code that is not here cannot be reported."""

__all__ = ["CHECK_NAMES", "REASONS", "CheckState", "Meaning"]
