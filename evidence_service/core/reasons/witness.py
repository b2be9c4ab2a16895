"""Reason codes of check (7) witness quorum."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (7)
    "witness-quorum": Meaning(
        (7,),
        PASSED,
        "{cosigned} of {pinned} pinned witnesses cosigned this checkpoint ({wanted} wanted), the first at {first}, "
        "the quorum complete at {time}: {names}.",
        "信任文件指定的 {pinned} 个见证人中有 {cosigned} 个联署了本检查点（须 {wanted} 个），"
        "最早为 {first}，于 {time} 达到法定数：{names}。",
    ),
    "witness-quorum-missing": Meaning(
        (7,),
        NOT_CHECKED,
        "{cosigned} of {pinned} pinned witnesses cosigned this checkpoint; {wanted} are wanted.",
        "信任文件指定的 {pinned} 个见证人中仅有 {cosigned} 个联署了本检查点；须 {wanted} 个。",
    ),
    "no-witness-pinned": Meaning(
        (7,),
        NOT_CHECKED,
        "The trust file pins no witness, or wants none.",
        "信任文件没有指定见证人，或不要求见证。",
    ),
    "cosignature-invalid": Meaning(
        (7,),
        FAILED,
        "A cosignature in the name of {name} does not hold for this checkpoint.",
        "以 {name} 名义作出的联署对本检查点不成立。",
    ),
}
