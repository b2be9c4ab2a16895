"""Reason codes of check (9) times in order."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, PASSED, Meaning

_LATE = (
    "Times are in order, but {count} event(s) were captured more than 24 hours after they are said to have "
    "happened; the largest gap is {days} d {clock}. Before its capture nothing shows that a record was unaltered."
)
_LATE_ZH = (
    "时间先后合理，但有 {count} 个事件在所称发生时间 24 小时之后才被采集；最大间隔为 {days} 天 {clock}。"
    "采集之前是否未被改动，无从证明。"
)
_IN_TIME = "Times are in order; the largest gap between an event and its capture is {days} d {clock}."
_IN_TIME_ZH = "时间先后合理；事件与其采集之间的最大间隔为 {days} 天 {clock}。"
_ALONE = " When they were captured only the lender's own clock says."
_ALONE_ZH = "采集时间仅由出借方自己的时钟说明。"
_CONFIRMED = " {name} shows that all were logged by {time}: at most {logged_days} d {logged_clock} after capture."
_CONFIRMED_ZH = "{name} 表明全部事件至迟于 {time} 已记入日志：距采集最长 {logged_days} 天 {logged_clock}。"

REASONS: dict[str, Meaning] = {
    # (9)
    "in-time": Meaning((9,), PASSED, _IN_TIME + _ALONE, _IN_TIME_ZH + _ALONE_ZH),
    "late": Meaning((9,), PASSED, _LATE + _ALONE, _LATE_ZH + _ALONE_ZH),
    "in-time-confirmed": Meaning((9,), PASSED, _IN_TIME + _CONFIRMED, _IN_TIME_ZH + _CONFIRMED_ZH),
    "late-confirmed": Meaning((9,), PASSED, _LATE + _CONFIRMED, _LATE_ZH + _CONFIRMED_ZH),
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
    "captured-after-token": Meaning(
        (9,),
        FAILED,
        "{member} says that it was captured after {name} stamped the checkpoint that holds it ({time}).",
        "{member} 所称采集时间晚于 {name} 为包含它的检查点加盖时间戳的时间（{time}）。",
    ),
    "captured-after-witness": Meaning(
        (9,),
        FAILED,
        "{member} says that it was captured after the witness {name} saw the checkpoint that holds it ({time}).",
        "{member} 所称采集时间晚于见证方 {name} 看到包含它的检查点的时间（{time}）。",
    ),
    "token-of-another-checkpoint": Meaning(
        (9,),
        FAILED,
        "Timestamp token {position} is about another text than the checkpoint.",
        "第 {position} 个时间戳所对应的不是本检查点的文本。",
    ),
    "token-invalid": Meaning(
        (9,),
        FAILED,
        "Timestamp token {position} is not whole: {detail}.",
        "第 {position} 个时间戳不完整：{detail}。",
    ),
}
