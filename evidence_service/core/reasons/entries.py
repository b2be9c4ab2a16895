"""Reason codes of check (3) entries in canonical form and (4) disclosures open the commitments."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import ERASED, FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (3)
    "leaves-canonical": Meaning(
        (3,),
        PASSED,
        "{count} log entries are canonical and of known types.",
        "{count} 条日志条目均为规范形式且类型已知。",
    ),
    "entries-erased": Meaning(
        (3,),
        ERASED,
        "All {count} log entries are canonical and of known types; the events behind {erased} of them are said to "
        "be erased, so their own canonical form is not shown.",
        "全部 {count} 条日志条目均为规范形式且类型已知；其中 {erased} 条所对应的事件内容据称已删除，其规范形式未出示。",
    ),
    "leaf-not-canonical": Meaning(
        (3,), FAILED, "{member} is not canonical JSON (RFC 8785).", "{member} 不是规范 JSON（RFC 8785）。"
    ),
    "leaf-malformed": Meaning(
        (3,), FAILED, "{member} is not a log entry of a known kind and type.", "{member} 不是已知种类和类型的日志条目。"
    ),
    "type-version-unknown": Meaning(
        (3,), FAILED, "{member} has a version of its event type that is not known.", "{member} 的事件类型版本未知。"
    ),
    # (4)
    "disclosures-open": Meaning(
        (4,),
        PASSED,
        "{count} disclosed field(s) open digests in their log entries; {facts} proven fact(s) equal them.",
        "{count} 个披露字段与日志条目中的摘要相符；{facts} 项已证事实与之相等。",
    ),
    "disclosures-erased": Meaning(
        (4,),
        ERASED,
        "Whoever packaged them says that the content of {erased} of {count} log entries ({which}) was erased on {at} "
        "({reason}), so that nobody can open their commitments any more; an entry subject.erased, logged later, "
        "says so too. The other {opened} disclosed field(s) open digests in their entries.",
        "据封装方陈述，{count} 条日志条目中有 {erased} 条（{which}）的内容已于 {at} 删除（{reason}），"
        "其承诺不能再被打开；其后记入日志的 subject.erased 条目与此相符。"
        "其余 {opened} 个披露字段与日志条目中的摘要相符。",
    ),
    "erasure-unsupported": Meaning(
        (2, 3, 4),
        NOT_CHECKED,
        "Whoever packaged them calls the content of {count} log entry(ies) ({which}) erased, and no entry "
        "subject.erased of the same loan, logged later, is here that says so: it may as well have been left out.",
        "据封装方称，{count} 条日志条目（{which}）的内容已删除，但此处没有同一贷款其后记入日志的 subject.erased 条目"
        "予以印证：该内容也可能只是未予出示。",
    ),
    "disclosures-open-partly": Meaning(
        (4,),
        PASSED,
        "{count} disclosed field(s) open digests in their log entries; {facts} proven fact(s) equal them. {hidden} "
        "further digest(s) of these entries are not opened: what they hold, even another value of a field disclosed "
        "here, is not shown.",
        "{count} 个披露字段与日志条目中的摘要相符；{facts} 项已证事实与之相等。这些条目中另有 {hidden} 个摘要未打开："
        "其内容（包括此处已披露字段的另一个值）未予出示。",
    ),
    "nothing-disclosed": Meaning(
        (4,), NOT_CHECKED, "No field is disclosed, so there is nothing to open.", "未披露任何字段，无可核验。"
    ),
    "disclosure-malformed": Meaning(
        (4,), FAILED, "A disclosure in {member} does not follow its format.", "{member} 中有披露不符合格式。"
    ),
    "disclosure-unmatched": Meaning(
        (4,),
        FAILED,
        "A disclosed field in {member} opens no digest of its log entry: {field}.",
        "{member} 中披露的字段与日志条目的摘要不符：{field}。",
    ),
    "disclosure-repeated": Meaning(
        (4,), FAILED, "{member} discloses a field twice: {field}.", "{member} 重复披露同一字段：{field}。"
    ),
    "metadata-mismatch": Meaning(
        (4,),
        FAILED,
        "data/package.json and {member} disagree on {field}.",
        "data/package.json 与 {member} 在 {field} 上不一致。",
    ),
    "fact-unsupported": Meaning(
        (4,),
        FAILED,
        "data/facts.json calls {field} proven, but no disclosed field of the named event shows it.",
        "data/facts.json 称 {field} 已证，但所指事件未披露相应字段。",
    ),
    "fact-mismatch": Meaning(
        (4,),
        FAILED,
        "data/facts.json gives {field} another value than the disclosed field.",
        "data/facts.json 中 {field} 的值与披露字段不同。",
    ),
}
