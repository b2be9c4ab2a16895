"""The times of every event as a table for a person: occurred, captured, logged, anchored, and the gaps.

Spec: docs/spec/verify.md (9). The same values stand in `times` of the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evidence_service.core.event import format_instant
from evidence_service.core.event_times import EventTimes, gap_words
from evidence_service.core.report import Language, plain

HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("entry", "occurred (declared)", "captured", "gap", "logged (independent)", "gap", "anchored"),
    "zh": ("序号", "发生（申报）", "采集", "间隔", "入日志（独立时间）", "间隔", "锚定"),
}
LATE: dict[Language, str] = {"en": "late", "zh": "滞后"}
NOBODY = "-"


def times_lines(times: Sequence[EventTimes], lang: Language) -> list[str]:
    """The table, tab-separated: it can be read, and pasted into a sheet."""
    lines = ["\t".join(HEADS[lang])]
    for one in times:
        captured = gap_words(one.capture_gap, lang) + (f" {LATE[lang]}" if one.late else "")
        logged = NOBODY if one.logged is None else f"{format_instant(one.logged.time)} {plain(one.logged.name)}"
        cells = (
            str(one.seq if one.seq is not None else one.index),
            format_instant(one.occurred_at),
            format_instant(one.captured_at),
            captured,
            logged,
            NOBODY if one.logging_gap is None else gap_words(one.logging_gap, lang),
            _moment(one.anchored_at),
        )
        lines.append("\t".join(cells))
    return lines


def _moment(moment: datetime | None) -> str:
    return NOBODY if moment is None else format_instant(moment)
