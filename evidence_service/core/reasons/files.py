"""Reason codes of check (2) files match their digests."""

from __future__ import annotations

from evidence_service.core.reasons.meaning import ERASED, FAILED, NOT_CHECKED, PASSED, Meaning

REASONS: dict[str, Meaning] = {
    # (2)
    "digests-match": Meaning(
        (2,),
        PASSED,
        "All {count} members match the manifest, which the pinned package key signed; {originals} original(s) match "
        "SHA-256, SM3 and size as disclosed.",
        "全部 {count} 个成员与清单一致，清单由受信的封包密钥签名；{originals} 份原件与披露的 SHA-256、SM3 及大小一致。",
    ),
    "digests-match-own-key": Meaning(
        (2,),
        PASSED,
        "All {count} members match the manifest; its signature is by the key that the package itself names, which no "
        "trust file confirms. {originals} original(s) match SHA-256, SM3 and size as disclosed.",
        "全部 {count} 个成员与清单一致；清单签名仅对应封包自带的密钥，未经信任文件确认。"
        "{originals} 份原件与披露的 SHA-256、SM3 及大小一致。",
    ),
    "digest-mismatch": Meaning(
        (2,),
        FAILED,
        "{member} is not the file that the manifest names: its SHA-256 differs.",
        "{member} 与清单不符：SHA-256 不同。",
    ),
    "member-unlisted": Meaning((2,), FAILED, "{member} is not in the manifest.", "{member} 不在清单中。"),
    "member-absent": Meaning(
        (2,),
        FAILED,
        "The manifest names {member}, but the package does not hold it.",
        "清单列有 {member}，但封包中没有。",
    ),
    "manifest-malformed": Meaning((2,), FAILED, "{member} does not follow its format.", "{member} 不符合格式。"),
    "bag-info-mismatch": Meaning(
        (2,),
        FAILED,
        "bag-info.txt does not say what data/package.json and the payload say.",
        "bag-info.txt 与 data/package.json 及载荷不一致。",
    ),
    "manifest-signature-invalid": Meaning(
        (2,), FAILED, "The manifest bears no valid signature by the package key.", "清单没有封包密钥的有效签名。"
    ),
    "package-key-not-pinned": Meaning(
        (2,),
        FAILED,
        "The package key is not the one that the trust file pins for this log.",
        "封包密钥不是信任文件为该日志指定的密钥。",
    ),
    "package-key-not-in-force": Meaning(
        (2,),
        FAILED,
        "The package key was not in force when the package was sealed: see {date} in the trust file.",
        "封装时该封包密钥不在有效期内：见信任文件所载 {date}。",
    ),
    "package-key-time-unknown": Meaning(
        (2,),
        NOT_CHECKED,
        "The package key ended on {date}, and nothing in a package shows that it was sealed before that.",
        "封包密钥已于 {date} 终止；封包内没有内容能证明其在此之前封装。",
    ),
    "original-unbound": Meaning(
        (2,),
        FAILED,
        "{member}: no disclosed attachment names this original with SHA-256, SM3 and size.",
        "{member}：没有披露的附件以 SHA-256、SM3 及大小指明该原件。",
    ),
    "original-mismatch": Meaning(
        (2,),
        FAILED,
        "{member} differs from the disclosed attachment in {field}.",
        "{member} 与披露的附件在 {field} 上不一致。",
    ),
    "container-not-original": Meaning(
        (2,),
        FAILED,
        "Container not original, contents intact: the ZIP was written anew or its frame was altered; every member "
        "matches the signed manifest.",
        "容器非原件，内容完好：ZIP 被重新打包或其外框被改动；各成员与已签名清单一致。",
    ),
    "pdf-pages-not-covered": Meaning(
        (2,),
        NOT_CHECKED,
        "The PDF's own pages are not covered by the evidence inside it: compare the PDF's SHA-256{sha256} with "
        "manifest-sha256.txt of its package.",
        "PDF 页面本身不在内嵌证据的核验范围内：请将该 PDF 的 SHA-256{sha256} 与封包的 manifest-sha256.txt 比对。",
    ),
    "files-erased": Meaning(
        (2,),
        ERASED,
        "Whoever packaged them says that the content of {erased} log entry(ies) was erased, and their originals with "
        "it: nothing is here to compare with their digests. Nothing else that was compared differs.",
        "据封装方陈述，{erased} 条日志条目的内容及其原件已删除，在此无可与摘要比对；其他已比对的内容均无不符。",
    ),
    "no-files": Meaning(
        (2,),
        NOT_CHECKED,
        "A proof alone covers no files; verify the package to check them.",
        "单独的证明不涉及文件；核验文件请使用封包。",
    ),
}
