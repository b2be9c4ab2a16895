"""Reason codes of check (5) inclusion in the log and (6) its signature by a pinned key."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (5)
    "included": Meaning(
        (5,),
        PASSED,
        "All {count} log entries lie in the log of size {size} under one checkpoint.",
        "全部 {count} 条日志条目均包含于规模为 {size} 的日志，且属同一检查点。",
    ),
    "inclusion-invalid": Meaning(
        (5,),
        FAILED,
        "The inclusion proof of {member} does not lead to the root hash of the checkpoint.",
        "{member} 的包含证明不能得出检查点的根哈希。",
    ),
    "checkpoint-differs": Meaning(
        (5,),
        FAILED,
        "{member} stands under another checkpoint than data/package.json.",
        "{member} 与 data/package.json 的检查点不同。",
    ),
    "tree-mismatch": Meaning(
        (5,),
        FAILED,
        "data/package.json and its own checkpoint disagree on {field}.",
        "data/package.json 与其自身检查点在 {field} 上不一致。",
    ),
    # (6)
    "log-signature-valid": Meaning(
        (6,),
        PASSED,
        "The checkpoint is signed by the log key pinned for {institution} (credit code {credit_code}).",
        "检查点由信任文件为 {institution}（统一社会信用代码 {credit_code}）指定的日志密钥签名。",
    ),
    "log-signature-valid-then": Meaning(
        (6,),
        PASSED,
        "The checkpoint is signed by a log key pinned for {institution} (credit code {credit_code}). That key ended on "
        "{date}, but {name} shows that the checkpoint existed on {time}, before that.",
        "检查点由信任文件为 {institution}（统一社会信用代码 {credit_code}）指定的日志密钥签名。该密钥已于 {date} 终止，"
        "但 {name} 证明该检查点于 {time} 即已存在，早于终止。",
    ),
    "log-key-too-early": Meaning(
        (6,),
        FAILED,
        "The log key was in force only from {date}, but the checkpoint existed on {time}.",
        "该日志密钥自 {date} 起才有效，而检查点在 {time} 已存在。",
    ),
    "log-key-too-late": Meaning(
        (6,),
        FAILED,
        "The log key was in force until {date}; the earliest independent time of the checkpoint is {time} ({name}).",
        "该日志密钥有效至 {date}；检查点最早的独立时间为 {time}（{name}）。",
    ),
    "log-key-time-unknown": Meaning(
        (6,),
        NOT_CHECKED,
        "The log key was in force until {date}, and nobody independent shows that the checkpoint existed before that.",
        "该日志密钥有效至 {date}；没有独立第三方证明检查点在此之前已存在。",
    ),
    "log-key-revoked": Meaning(
        (6,),
        FAILED,
        "The log key is revoked from {date} on; the earliest independent time of the checkpoint is {time} ({name}).",
        "该日志密钥自 {date} 起已被吊销；检查点最早的独立时间为 {time}（{name}）。",
    ),
    "log-key-revoked-time-unknown": Meaning(
        (6,),
        NOT_CHECKED,
        "The log key is revoked from {date} on, and nobody independent shows that the checkpoint existed before that.",
        "该日志密钥自 {date} 起已被吊销；没有独立第三方证明检查点在此之前已存在。",
    ),
    "second-signature-missing": Meaning(
        (6,),
        FAILED,
        "The trust file pins a log key of a second algorithm for this time, and it did not sign the checkpoint.",
        "信任文件为该时间另行指定了第二种算法的日志密钥，而检查点没有其签名。",
    ),
    "second-signature-time-unknown": Meaning(
        (6,),
        NOT_CHECKED,
        "The log key of the second algorithm did not sign; whether it was in force then nobody independent shows.",
        "没有第二种算法日志密钥的签名；当时该密钥是否已启用，没有独立第三方证明。",
    ),
    "log-signature-invalid": Meaning(
        (6,), FAILED, "The checkpoint bears no valid signature by the log key.", "检查点没有日志密钥的有效签名。"
    ),
    "log-not-pinned": Meaning(
        (6,), FAILED, "The trust file pins no log with this origin.", "信任文件没有登记该来源的日志。"
    ),
    "log-key-not-pinned": Meaning(
        (6,), FAILED, "The package names another log key than the trust file.", "封包所列日志密钥与信任文件不同。"
    ),
    "institution-mismatch": Meaning(
        (6,),
        FAILED,
        "The institution is not the one that the trust file pins for this log.",
        "机构与信任文件为该日志登记的机构不符。",
    ),
    "credit-code-mismatch": Meaning(
        (6,),
        FAILED,
        "The credit code is not the one that the trust file pins for this log.",
        "统一社会信用代码与信任文件为该日志登记的不符。",
    ),
    "credit-code-not-pinned": Meaning(
        (6,),
        NOT_CHECKED,
        "The log key is right, but the trust file knows no credit code for this institution.",
        "日志密钥相符，但信任文件没有登记该机构的统一社会信用代码。",
    ),
    "no-trust-file": Meaning(
        (6, 7, 8),
        NOT_CHECKED,
        "Needs a trust file: keys inside a package come from a party and prove nothing alone.",
        "需要信任文件：封包自带的密钥来自当事人一方，不能自证。",
    ),
    "trust-expired": Meaning(
        (6, 7, 8),
        NOT_CHECKED,
        "The trust file expired on {date}; ask its issuer for a new one.",
        "信任文件已于 {date} 失效；请向签发者索取新的文件。",
    ),
    "trust-not-yet-valid": Meaning(
        (6, 7, 8), NOT_CHECKED, "The trust file is valid only from {date}.", "信任文件自 {date} 起才有效。"
    ),
}
