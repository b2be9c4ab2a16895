"""Reason codes of check (10) completeness of the loan's history."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import CLAIMED, FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (10)
    "complete": Meaning(
        (10,),
        PASSED,
        "By log size {size} exactly {count} entries of this loan were logged, and all are here; the pinned auditor "
        "{auditor} replayed the log and found the same map.",
        "截至日志规模 {size}，该贷款恰有 {count} 条记录入日志，全部在此；受信审计方 {auditor} 重放日志后得出相同映射。",
    ),
    "map-claimed": Meaning(
        (10,),
        CLAIMED,
        "Claimed, not audited: the lender's own map says that the loan has exactly the {count} entries that are here "
        "by log size {size}; no auditor that the reader pins confirmed it.",
        "仅为声明，未经审计：出借人自己的映射称，截至日志规模 {size}，该贷款恰有在此的 {count} 条记录；"
        "没有读者所信任的审计方予以确认。",
    ),
    "map-audit-other": Meaning(
        (10,),
        CLAIMED,
        "Claimed, not audited: the note of the pinned auditor {auditor} is about another log or another size; here the "
        "lender's own map says {count} entries by log size {size}.",
        "仅为声明，未经审计：受信审计方 {auditor} 的意见针对其他日志或其他规模；此处仅有出借人自己的映射，"
        "称截至日志规模 {size} 有 {count} 条记录。",
    ),
    "map-auditor-not-in-force": Meaning(
        (10,),
        CLAIMED,
        "Claimed, not audited: the key of the pinned auditor {auditor} is revoked or outside its time, and a note does "
        "not show its own age; the lender's own map says {count} entries by log size {size}.",
        "仅为声明，未经审计：受信审计方 {auditor} 的密钥已撤销或不在有效期内，而意见本身不能证明其出具时间；"
        "出借人自己的映射称截至日志规模 {size} 有 {count} 条记录。",
    ),
    "map-not-checked": Meaning(
        (10,),
        NOT_CHECKED,
        "Entries 0 to {last} of the loan are here without a hole and each names the one before it; that no later "
        "entry was left out is not shown, because no loan map lies beside them.",
        "该贷款第 0 至 {last} 条记录齐备且逐条相连；因未附贷款映射，其后是否另有记录被遗漏，不能得知。",
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
    "map-other-checkpoint": Meaning(
        (10,),
        FAILED,
        "The loan map is that of another checkpoint than the entries'.",
        "贷款映射所属的检查点与各条目的检查点不同。",
    ),
    "map-not-last": Meaning(
        (10,),
        FAILED,
        "The map entry is not the last entry of the checkpoint, so that it does not cover all others.",
        "映射条目不是检查点的最后一条，未覆盖其他全部条目。",
    ),
    "map-not-included": Meaning(
        (10,),
        FAILED,
        "The map entry does not lead to the root hash of the checkpoint.",
        "映射条目不能推出检查点的根哈希。",
    ),
    "map-leaf-mismatch": Meaning(
        (10,),
        FAILED,
        "The map entry says another {field} than the log.",
        "映射条目所载的 {field} 与日志不符。",
    ),
    "map-other-loan": Meaning(
        (10,), FAILED, "The loan map's proof is about another loan.", "贷款映射的证明针对另一笔贷款。"
    ),
    "map-membership-invalid": Meaning(
        (10,),
        FAILED,
        "The loan's proof does not lead to the root of the map.",
        "该贷款的证明不能推出映射的根。",
    ),
    "map-count-differs": Meaning(
        (10,),
        FAILED,
        "The loan map says that the loan has {count} entries; {here} are here.",
        "贷款映射称该贷款有 {count} 条记录，此处为 {here} 条。",
    ),
    "map-last-differs": Meaning(
        (10,),
        FAILED,
        "The loan map names another last entry of the loan than the one that is here.",
        "贷款映射所载的该贷款最后一条记录与此处不同。",
    ),
    "map-audit-invalid": Meaning(
        (10,),
        FAILED,
        "A note bears the name and key ID of the pinned auditor {auditor}, but not his signature.",
        "一份审计意见带有受信审计方 {auditor} 的名称与密钥标识，但签名不符。",
    ),
    "map-audit-contradicts": Meaning(
        (10,),
        FAILED,
        "The pinned auditor {auditor} found another root of the log or of its map at this size.",
        "受信审计方 {auditor} 在该规模得出了不同的日志根或映射根。",
    ),
}
