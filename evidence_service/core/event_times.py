"""The four times of an event: occurred as declared, captured by us, logged and anchored as others confirm; the gaps.

Spec: docs/spec/verify.md (9, The times of each event). What nobody confirmed is not there; it is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from evidence_service.core.event import format_instant
from evidence_service.core.independent_time import TimeStatement

LATE = timedelta(hours=24)
"""Captured more than this after it is said to have happened: late evidence."""


@dataclass(frozen=True, slots=True)
class EventTimes:
    """The times of one event. `logged` is the earliest independent time at which its entry was in the log."""

    seq: int | None
    index: int | None
    occurred_at: datetime
    captured_at: datetime
    logged: TimeStatement | None = None
    anchored_at: datetime | None = None

    @property
    def capture_gap(self) -> timedelta:
        """From the event to its capture, at least zero: so long was the record unprotected."""
        return max(self.captured_at - self.occurred_at, timedelta())

    @property
    def logging_gap(self) -> timedelta | None:
        """From the capture to the first independent time, at least zero: so long the lender's word stands alone."""
        return None if self.logged is None else max(self.logged.time - self.captured_at, timedelta())

    @property
    def late(self) -> bool:
        """Captured long after it is said to have happened."""
        return self.capture_gap > LATE

    def as_json(self) -> dict[str, Any]:
        """One item of `times` of a report; gaps in whole seconds."""
        value: dict[str, Any] = {
            "seq": self.seq,
            "index": self.index,
            "occurred_at": format_instant(self.occurred_at),
            "captured_at": format_instant(self.captured_at),
            "capture_gap": int(self.capture_gap.total_seconds()),
            "late": self.late,
        }
        if self.logged is not None and self.logging_gap is not None:
            value["logged_at"] = format_instant(self.logged.time)
            value["logged_by"] = self.logged.name
            value["logging_gap"] = int(self.logging_gap.total_seconds())
        if self.anchored_at is not None:
            value["anchored_at"] = format_instant(self.anchored_at)
        return {name: part for name, part in value.items() if part is not None}


def gap_parts(gap: timedelta, prefix: str = "") -> dict[str, str]:
    """A gap for a sentence: whole `days`, and the `clock` of the rest (hours, minutes, seconds)."""
    minutes, seconds = divmod(int(gap.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return {f"{prefix}days": str(days), f"{prefix}clock": f"{hours:02d}:{minutes:02d}:{seconds:02d}"}


def gap_words(gap: timedelta, lang: str) -> str:
    """A gap as a person reads it."""
    parts = gap_parts(gap)
    return f"{parts['days']} 天 {parts['clock']}" if lang == "zh" else f"{parts['days']} d {parts['clock']}"
