"""Reason codes of check (1) the container and every proof in it parse; and what any check may say."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # any check
    "not-reached": Meaning(
        tuple(range(2, 11)),
        NOT_CHECKED,
        "Could not be checked: what it needs could not be read.",
        "未能核验：所需内容无法读取。",
    ),
    # (1)
    "parsed": Meaning(
        (1,),
        PASSED,
        "The container and {count} proof(s) parse; all versions are known.",
        "容器及 {count} 份证明均可解析，版本均已知。",
    ),
    "container-malformed": Meaning((1,), FAILED, "The container cannot be read: {detail}.", "容器无法读取：{detail}。"),
    "container-unsafe": Meaning(
        (1,), FAILED, "The container holds what no package holds: {detail}.", "容器含有不应有的内容：{detail}。"
    ),
    "container-too-large": Meaning(
        (1,), FAILED, "The container exceeds the limits: {detail}.", "容器超出限制：{detail}。"
    ),
    "member-missing": Meaning((1,), FAILED, "A required member is missing: {member}.", "缺少必需成员：{member}。"),
    "member-unknown": Meaning(
        (1,), FAILED, "A member that this version does not know: {member}.", "含有本版本不认识的成员：{member}。"
    ),
    "package-malformed": Meaning(
        (1,), FAILED, "{member} does not follow its format: {detail}.", "{member} 不符合格式：{detail}。"
    ),
    "version-unknown": Meaning(
        (1,), FAILED, "{member} has a version that this verifier does not know.", "{member} 的版本未知。"
    ),
    "proof-malformed": Meaning(
        (1,),
        FAILED,
        "{member} is not a proof of c2sp.org/tlog-proof@v1: {detail}.",
        "{member} 不是 c2sp.org/tlog-proof@v1 证明：{detail}。",
    ),
    "twin-malformed": Meaning(
        (1,),
        FAILED,
        "The evidence embedded in the PDF does not follow its format: {detail}.",
        "PDF 内嵌证据不符合格式：{detail}。",
    ),
    "pdf-malformed": Meaning((1,), FAILED, "The PDF cannot be read: {detail}.", "PDF 无法读取：{detail}。"),
    "pdf-no-evidence": Meaning(
        (1,),
        FAILED,
        "The PDF holds no evidence.json, so there is nothing to verify in it.",
        "PDF 中没有 evidence.json，无可核验内容。",
    ),
}
