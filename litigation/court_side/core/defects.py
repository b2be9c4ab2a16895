"""Reason codes of a return: a closed list, each with the words that the filer reads. A clerk ticks, and adds words.

Spec: docs/spec/filing.md, "Reason codes". The list of defects in the entry is texts; the codes beside it are counted.
The requirements are those of Civil Procedure Law 122 to 124 and of the element-based form; words are ours (O), no
court's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OTHER = "other"


@dataclass(frozen=True, slots=True)
class DefectReason:
    """One reason: its code and the sentence for the filer."""

    code: str
    zh: str
    en: str


REASONS: tuple[DefectReason, ...] = (
    DefectReason("verification", "电子证据核验不通过，请核对后重新提交。", "The evidence failed verification."),
    DefectReason("document-missing", "缺少应当提交的材料。", "A required paper is missing."),
    DefectReason("document-illegible", "材料不清晰或无法打开。", "A paper is illegible or cannot be opened."),
    DefectReason("form", "起诉状要素填写不全或与要素式文书格式不符。", "Elements of the form are missing or wrong."),
    DefectReason("defendant", "被告身份信息不明确。", "The defendant is not identified clearly."),
    DefectReason("service-address", "缺少送达地址确认书或送达地址不明。", "The service address is missing or unclear."),
    DefectReason("claim", "诉讼请求不明确。", "The claim is unclear."),
    DefectReason("calculation", "欠款明细或利息计算依据不明。", "The calculation of the debt is unclear."),
    DefectReason("authority", "授权委托手续不全。", "The power of attorney is incomplete."),
    DefectReason("seal", "缺少签名或者盖章。", "A signature or seal is missing."),
    DefectReason("jurisdiction", "缺少本院管辖的依据。", "Nothing shows that this court has jurisdiction."),
    DefectReason("duplicate", "同一债权已有未结案件，请说明。", "The same debt has an open case; explain."),
    DefectReason("preconditions", "未提交约定的先行催告或调解材料。", "Proof of the agreed demand is missing."),
    DefectReason(OTHER, "其他，见说明。", "Other; see the words."),
)
CODES = frozenset(one.code for one in REASONS)


def consolidated(codes: Sequence[str], words: Sequence[str]) -> list[str]:
    """The one list of defects that the filer gets: the sentences of the ticked reasons, then the clerk's own lines."""
    chosen = [one.zh for one in REASONS if one.code in codes and one.code != OTHER]
    return [*chosen, *(line for line in (word.strip() for word in words) if line)]
