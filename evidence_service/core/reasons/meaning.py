"""What a reason code means: its checks, its state, its sentence in both languages; and the names of the ten checks.

Spec: docs/spec/verify.md (Reason codes).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How a check stands. Only `passed` counts as passed; `not_checked` is never shown as passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"
    ERASED = "erased"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reason code means: its checks, its state, its sentence. `{name}` marks a parameter."""

    checks: tuple[int, ...]
    state: CheckState
    en: str
    zh: str


CHECK_NAMES: dict[int, tuple[str, str]] = {
    1: ("Container and proof parse, versions known", "容器与证明可解析，版本已知"),
    2: ("Files match their digests", "文件与摘要一致"),
    3: ("Log entries in canonical form", "日志条目为规范形式"),
    4: ("Disclosures open the commitments", "披露内容与承诺一致"),
    5: ("Inclusion in the log", "条目包含于日志"),
    6: ("Log signature by a pinned key", "日志签名出自受信密钥"),
    7: ("Witness quorum", "见证人达到法定数"),
    8: ("Anchor on the pinned chain", "受信链上的锚定"),
    9: ("Times in order", "时间先后合理"),
    10: ("Completeness of the loan's history", "贷款记录的完整性"),
}
"""Check number -> (English name, Chinese name)."""

PASSED, FAILED, NOT_CHECKED = CheckState.PASSED, CheckState.FAILED, CheckState.NOT_CHECKED
ERASED, CLAIMED = CheckState.ERASED, CheckState.CLAIMED
