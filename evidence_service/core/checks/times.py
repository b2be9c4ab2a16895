"""(9) Times in order, and the gaps shown.

Spec: docs/spec/verify.md (9).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from evidence_service.core.checks.subject import Subject
from evidence_service.core.event import CLOCK_SKEW
from evidence_service.core.report import Finding

LATE = timedelta(hours=24)


def check_times(subject: Subject, anchored_at: datetime | None) -> tuple[list[Finding], Finding]:
    """(9) What happened was captured afterwards, in the order of the log, before the anchor; the gap is shown."""
    known = [(one, one.leaf) for one in subject.evidence if one.leaf is not None]
    found: list[Finding] = []
    for one, leaf in known:
        if leaf.occurred_at - leaf.captured_at > CLOCK_SKEW:  # a difference cannot overflow at year 9999
            found.append(Finding("occurred-after-capture", one.leaf_name, one.seq, one.index))
        if anchored_at is not None and leaf.captured_at - anchored_at > CLOCK_SKEW:
            found.append(Finding("captured-after-anchor", one.leaf_name, one.seq, one.index))
    placed = sorted(((one.index, one, leaf) for one, leaf in known if one.index is not None), key=lambda item: item[0])
    for (_, _, before), (_, one, leaf) in pairwise(placed):
        if leaf.captured_at < before.captured_at:
            found.append(Finding("captured-out-of-order", one.leaf_name, one.seq, one.index))
    if len(placed) < len(subject.evidence) or not placed:
        return found, Finding("not-reached")
    gaps = [max(leaf.captured_at - leaf.occurred_at, timedelta()) for _, leaf in known]
    late = sum(gap > LATE for gap in gaps)
    code = "late" if late else "in-time"
    return found, Finding(code, params={**gap_parts(max(gaps)), "count": str(late)})


def gap_parts(gap: timedelta) -> dict[str, str]:
    """A gap for a sentence: whole `days`, and the `clock` of the rest (hours, minutes, seconds)."""
    minutes, seconds = divmod(int(gap.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return {"days": str(days), "clock": f"{hours:02d}:{minutes:02d}:{seconds:02d}"}
