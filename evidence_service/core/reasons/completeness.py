"""Reason codes of check (10) completeness of the loan's history."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, NOT_CHECKED, Meaning

REASONS: dict[str, Meaning] = {
    # (10)
    "map-not-checked": Meaning(
        (10,),
        NOT_CHECKED,
        "Entries 0 to {last} of the loan are here without a hole and each names the one before it; that no later "
        "entry was left out is not checked in this version.",
        "该贷款第 0 至 {last} 条记录齐备且逐条相连；其后是否另有记录被遗漏，本版本不予核验。",
    ),
    "single-proof": Meaning(
        (10,),
        NOT_CHECKED,
        "One log entry says nothing about the others of its loan.",
        "单条日志条目不能说明该贷款的其他记录。",
    ),
    "sequence-gap": Meaning(
        (10,), FAILED, "The loan's entries have a hole: entry {seq} is not here.", "该贷款的记录有缺口：缺第 {seq} 条。"
    ),
    "link-broken": Meaning(
        (10,), FAILED, "{member} does not name the entry before it.", "{member} 没有指向其前一条记录。"
    ),
    "index-order": Meaning(
        (10,),
        FAILED,
        "{member} stands in the log before an earlier entry of its loan.",
        "{member} 在日志中的位置早于该贷款的前一条记录。",
    ),
}
