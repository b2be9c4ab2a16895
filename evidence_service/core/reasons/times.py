"""Reason codes of check (9) times in order."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (9)
    "in-time": Meaning(
        (9,),
        PASSED,
        "Times are in order; the largest gap between an event and its capture is {days} d {clock}.",
        "时间先后合理；事件与其采集之间的最大间隔为 {days} 天 {clock}。",
    ),
    "late": Meaning(
        (9,),
        PASSED,
        "Times are in order, but {count} event(s) were captured more than 24 hours after they are said to have "
        "happened; the largest gap is {days} d {clock}. Before its capture nothing shows that a record was unaltered.",
        "时间先后合理，但有 {count} 个事件在所称发生时间 24 小时之后才被采集；最大间隔为 {days} 天 {clock}。"
        "采集之前是否未被改动，无从证明。",
    ),
    "occurred-after-capture": Meaning(
        (9,),
        FAILED,
        "{member} says that the event happened after it was captured.",
        "{member} 所称发生时间晚于采集时间。",
    ),
    "captured-out-of-order": Meaning(
        (9,),
        FAILED,
        "{member} was captured before an entry that precedes it in the log.",
        "{member} 的采集时间早于日志中排在其前的条目。",
    ),
    "captured-after-anchor": Meaning(
        (9,),
        FAILED,
        "{member} says that it was captured after the chain anchored it.",
        "{member} 所称采集时间晚于链上锚定时间。",
    ),
}
