"""The reason codes of verification: each belongs to its checks, means one state, and says one sentence in en and zh.

Spec: docs/spec/verify.md (Reason codes; a test holds that table to this one). Certificate, pages and command line
draw their words from here, so that all say the same.
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

_P, _F, _N = CheckState.PASSED, CheckState.FAILED, CheckState.NOT_CHECKED

REASONS: dict[str, Meaning] = {
    # any check
    "not-reached": Meaning(
        tuple(range(2, 11)), _N,
        "Could not be checked: what it needs could not be read.",
        "未能核验：所需内容无法读取。",
    ),
    # (1)
    "parsed": Meaning(
        (1,), _P,
        "The container and {count} proof(s) parse; all versions are known.",
        "容器及 {count} 份证明均可解析，版本均已知。",
    ),
    "container-malformed": Meaning(
        (1,), _F, "The container cannot be read: {detail}.", "容器无法读取：{detail}。"
    ),
    "container-unsafe": Meaning(
        (1,), _F, "The container holds what no package holds: {detail}.", "容器含有不应有的内容：{detail}。"
    ),
    "container-too-large": Meaning(
        (1,), _F, "The container exceeds the limits: {detail}.", "容器超出限制：{detail}。"
    ),
    "member-missing": Meaning((1,), _F, "A required member is missing: {member}.", "缺少必需成员：{member}。"),
    "member-unknown": Meaning(
        (1,), _F, "A member that this version does not know: {member}.", "含有本版本不认识的成员：{member}。"
    ),
    "package-malformed": Meaning(
        (1,), _F, "{member} does not follow its format: {detail}.", "{member} 不符合格式：{detail}。"
    ),
    "version-unknown": Meaning(
        (1,), _F, "{member} has a version that this verifier does not know.", "{member} 的版本未知。"
    ),
    "proof-malformed": Meaning(
        (1,), _F, "{member} is not a proof of c2sp.org/tlog-proof@v1: {detail}.",
        "{member} 不是 c2sp.org/tlog-proof@v1 证明：{detail}。",
    ),
    "twin-malformed": Meaning(
        (1,), _F, "The evidence embedded in the PDF does not follow its format: {detail}.",
        "PDF 内嵌证据不符合格式：{detail}。",
    ),
    "pdf-malformed": Meaning((1,), _F, "The PDF cannot be read: {detail}.", "PDF 无法读取：{detail}。"),
    "pdf-no-evidence": Meaning(
        (1,), _F, "The PDF holds no evidence.json, so there is nothing to verify in it.",
        "PDF 中没有 evidence.json，无可核验内容。",
    ),
    # (2)
    "digests-match": Meaning(
        (2,), _P,
        "All {count} members match the manifest, which the pinned package key signed; {originals} original(s) match "
        "SHA-256, SM3 and size as disclosed.",
        "全部 {count} 个成员与清单一致，清单由受信的封包密钥签名；{originals} 份原件与披露的 SHA-256、SM3 及大小一致。",
    ),
    "digests-match-own-key": Meaning(
        (2,), _P,
        "All {count} members match the manifest; its signature is by the key that the package itself names, which no "
        "trust file confirms. {originals} original(s) match SHA-256, SM3 and size as disclosed.",
        "全部 {count} 个成员与清单一致；清单签名仅对应封包自带的密钥，未经信任文件确认。"
        "{originals} 份原件与披露的 SHA-256、SM3 及大小一致。",
    ),
    "digest-mismatch": Meaning(
        (2,), _F, "{member} is not the file that the manifest names: its SHA-256 differs.",
        "{member} 与清单不符：SHA-256 不同。",
    ),
    "member-unlisted": Meaning((2,), _F, "{member} is not in the manifest.", "{member} 不在清单中。"),
    "member-absent": Meaning(
        (2,), _F, "The manifest names {member}, but the package does not hold it.", "清单列有 {member}，但封包中没有。"
    ),
    "manifest-malformed": Meaning((2,), _F, "{member} does not follow its format.", "{member} 不符合格式。"),
    "bag-info-mismatch": Meaning(
        (2,), _F, "bag-info.txt does not say what data/package.json and the payload say.",
        "bag-info.txt 与 data/package.json 及载荷不一致。",
    ),
    "manifest-signature-invalid": Meaning(
        (2,), _F, "The manifest bears no valid signature by the package key.", "清单没有封包密钥的有效签名。"
    ),
    "package-key-not-pinned": Meaning(
        (2,), _F, "The package key is not the one that the trust file pins for this log.",
        "封包密钥不是信任文件为该日志指定的密钥。",
    ),
    "original-unbound": Meaning(
        (2,), _F, "{member}: no disclosed attachment names this original with SHA-256, SM3 and size.",
        "{member}：没有披露的附件以 SHA-256、SM3 及大小指明该原件。",
    ),
    "original-mismatch": Meaning(
        (2,), _F, "{member} differs from the disclosed attachment in {field}.",
        "{member} 与披露的附件在 {field} 上不一致。"
    ),
    "container-not-original": Meaning(
        (2,), _F,
        "Container not original, contents intact: the ZIP was written anew or its frame was altered; every member "
        "matches the signed manifest.",
        "容器非原件，内容完好：ZIP 被重新打包或其外框被改动；各成员与已签名清单一致。",
    ),
    "pdf-pages-not-covered": Meaning(
        (2,), _N,
        "The PDF's own pages are not covered by the evidence inside it: compare the PDF's SHA-256{sha256} with "
        "manifest-sha256.txt of its package.",
        "PDF 页面本身不在内嵌证据的核验范围内：请将该 PDF 的 SHA-256{sha256} 与封包的 manifest-sha256.txt 比对。",
    ),
    "no-files": Meaning(
        (2,), _N, "A proof alone covers no files; verify the package to check them.",
        "单独的证明不涉及文件；核验文件请使用封包。",
    ),
    # (3)
    "leaves-canonical": Meaning(
        (3,), _P, "{count} log entries are canonical and of known types.", "{count} 条日志条目均为规范形式且类型已知。"
    ),
    "leaf-not-canonical": Meaning(
        (3,), _F, "{member} is not canonical JSON (RFC 8785).", "{member} 不是规范 JSON（RFC 8785）。"
    ),
    "leaf-malformed": Meaning(
        (3,), _F, "{member} is not a log entry of a known kind and type.", "{member} 不是已知种类和类型的日志条目。"
    ),
    "type-version-unknown": Meaning(
        (3,), _F, "{member} has a version of its event type that is not known.", "{member} 的事件类型版本未知。"
    ),
    # (4)
    "disclosures-open": Meaning(
        (4,), _P,
        "{count} disclosed field(s) open digests in their log entries; {facts} proven fact(s) equal them.",
        "{count} 个披露字段与日志条目中的摘要相符；{facts} 项已证事实与之相等。",
    ),
    "nothing-disclosed": Meaning(
        (4,), _N, "No field is disclosed, so there is nothing to open.", "未披露任何字段，无可核验。"
    ),
    "disclosure-malformed": Meaning(
        (4,), _F, "A disclosure in {member} does not follow its format.", "{member} 中有披露不符合格式。"
    ),
    "disclosure-unmatched": Meaning(
        (4,), _F, "A disclosed field in {member} opens no digest of its log entry: {field}.",
        "{member} 中披露的字段与日志条目的摘要不符：{field}。",
    ),
    "disclosure-repeated": Meaning(
        (4,), _F, "{member} discloses a field twice: {field}.", "{member} 重复披露同一字段：{field}。"
    ),
    "metadata-mismatch": Meaning(
        (4,), _F, "data/package.json and {member} disagree on {field}.",
        "data/package.json 与 {member} 在 {field} 上不一致。"
    ),
    "fact-unsupported": Meaning(
        (4,), _F, "data/facts.json calls {field} proven, but no disclosed field of the named event shows it.",
        "data/facts.json 称 {field} 已证，但所指事件未披露相应字段。",
    ),
    "fact-mismatch": Meaning(
        (4,), _F, "data/facts.json gives {field} another value than the disclosed field.",
        "data/facts.json 中 {field} 的值与披露字段不同。",
    ),
    # (5)
    "included": Meaning(
        (5,), _P, "All {count} log entries lie in the log of size {size} under one checkpoint.",
        "全部 {count} 条日志条目均包含于规模为 {size} 的日志，且属同一检查点。",
    ),
    "inclusion-invalid": Meaning(
        (5,), _F, "The inclusion proof of {member} does not lead to the root hash of the checkpoint.",
        "{member} 的包含证明不能得出检查点的根哈希。",
    ),
    "checkpoint-differs": Meaning(
        (5,), _F, "{member} stands under another checkpoint than data/package.json.",
        "{member} 与 data/package.json 的检查点不同。",
    ),
    "tree-mismatch": Meaning(
        (5,), _F, "data/package.json and its own checkpoint disagree on {field}.",
        "data/package.json 与其自身检查点在 {field} 上不一致。",
    ),
    # (6)
    "log-signature-valid": Meaning(
        (6,), _P, "The checkpoint is signed by the log key pinned for {institution} (credit code {credit_code}).",
        "检查点由信任文件为 {institution}（统一社会信用代码 {credit_code}）指定的日志密钥签名。",
    ),
    "log-signature-invalid": Meaning(
        (6,), _F, "The checkpoint bears no valid signature by the log key.", "检查点没有日志密钥的有效签名。"
    ),
    "log-not-pinned": Meaning(
        (6,), _F, "The trust file pins no log with this origin.", "信任文件没有登记该来源的日志。"
    ),
    "log-key-not-pinned": Meaning(
        (6,), _F, "The package names another log key than the trust file.", "封包所列日志密钥与信任文件不同。"
    ),
    "institution-mismatch": Meaning(
        (6,), _F, "The institution is not the one that the trust file pins for this log.",
        "机构与信任文件为该日志登记的机构不符。",
    ),
    "credit-code-mismatch": Meaning(
        (6,), _F, "The credit code is not the one that the trust file pins for this log.",
        "统一社会信用代码与信任文件为该日志登记的不符。",
    ),
    "credit-code-not-pinned": Meaning(
        (6,), _N, "The log key is right, but the trust file knows no credit code for this institution.",
        "日志密钥相符，但信任文件没有登记该机构的统一社会信用代码。",
    ),
    "no-trust-file": Meaning(
        (6, 8), _N, "Needs a trust file: keys inside a package come from a party and prove nothing alone.",
        "需要信任文件：封包自带的密钥来自当事人一方，不能自证。",
    ),
    "trust-expired": Meaning(
        (6, 8), _N, "The trust file expired on {date}; ask its issuer for a new one.",
        "信任文件已于 {date} 失效；请向签发者索取新的文件。",
    ),
    "trust-not-yet-valid": Meaning(
        (6, 8), _N, "The trust file is valid only from {date}.", "信任文件自 {date} 起才有效。"
    ),
    # (7)
    "witness-not-checked": Meaning(
        (7,), _N, "Witness cosignatures are not checked in this version.", "本版本不核验见证人联署。"
    ),
    # (8)
    "anchored": Meaning(
        (8,), _P,
        "The pinned contract on chain {chain_id} holds this size and root; anchored in block {block} at {time}, "
        "{depth} block(s) deep. Chain grade: {grade}.",
        "链 {chain_id} 上的受信合约存有该规模与根哈希；锚定于区块 {block}（{time}），"
        "其后已有 {depth} 个区块。链的等级：{grade}。",
    ),
    "anchored-self-run": Meaning(
        (8,), _P,
        "The pinned contract on chain {chain_id} holds this size and root; anchored in block {block} at {time}, "
        "{depth} block(s) deep. The lender runs this chain alone, so its time is the lender's word.",
        "链 {chain_id} 上的受信合约存有该规模与根哈希；锚定于区块 {block}（{time}），其后已有 {depth} 个区块。"
        "该链由贷款人单独运行，其时间仅为贷款人的陈述。",
    ),
    "offline": Meaning(
        (8,), _N, "Not asked: the verifier ran offline.", "未查询：核验以离线方式进行。"
    ),
    "chain-unreachable": Meaning(
        (8,), _N, "The chain's node gave no usable answer: {detail}.", "链节点没有给出可用的答复：{detail}。"
    ),
    "no-chain-pinned": Meaning((8,), _N, "The trust file pins no chain.", "信任文件没有登记任何链。"),
    "log-id-not-pinned": Meaning(
        (8,), _N,
        "The trust file does not pin this log's id on the contract, so a second registration could pose as it.",
        "信任文件没有登记该日志在合约上的编号，另行登记者可能冒充。",
    ),
    "not-anchored": Meaning(
        (8,), _N, "This checkpoint claims no anchor, and the pinned contract holds none for its size.",
        "该检查点未声称已锚定，受信合约中也没有该规模的锚定。",
    ),
    "not-deep-enough": Meaning(
        (8,), _N, "Anchored in block {block}, {depth} block(s) deep; the trust file asks for {wanted}. Ask later.",
        "锚定于区块 {block}，其后仅有 {depth} 个区块；信任文件要求 {wanted} 个。请稍后再查。",
    ),
    "chain-not-pinned": Meaning(
        (8,), _F, "The package names a chain, contract or log id that the trust file does not pin: {field}.",
        "封包所称的链、合约或日志编号未在信任文件中登记：{field}。",
    ),
    "chain-id-mismatch": Meaning(
        (8,), _F, "The node is on chain {chain_id}, which the trust file does not pin; is it the right node?",
        "该节点位于链 {chain_id}，与信任文件登记的不符；节点地址是否正确？",
    ),
    "genesis-mismatch": Meaning(
        (8,), _F, "The node's chain began with another block than the pinned one.", "节点所在链的创世区块与登记的不同。"
    ),
    "code-mismatch": Meaning(
        (8,), _F, "The contract's code is not the pinned code.", "合约代码与登记的不同。"
    ),
    "log-id-mismatch": Meaning(
        (8,), _F, "The log id does not follow from origin, log key, chain, contract and submitter.",
        "日志编号与来源、日志密钥、链、合约及提交者不相符。",
    ),
    "root-missing": Meaning(
        (8,), _F, "The package claims an anchor, but the pinned contract holds none for size {size}.",
        "封包声称已锚定，但受信合约中没有规模 {size} 的锚定。",
    ),
    "root-mismatch": Meaning(
        (8,), _F, "The pinned contract holds another root for size {size} than the signed checkpoint.",
        "受信合约中规模 {size} 的根哈希与已签名检查点不同。",
    ),
    "anchor-event-missing": Meaning(
        (8,), _F, "The contract holds the root, but the chain shows no anchoring of size {size}.",
        "合约存有该根哈希，但链上没有规模 {size} 的锚定事件。",
    ),
    # (9)
    "in-time": Meaning(
        (9,), _P, "Times are in order; the largest gap between an event and its capture is {days} d {clock}.",
        "时间先后合理；事件与其采集之间的最大间隔为 {days} 天 {clock}。",
    ),
    "late": Meaning(
        (9,), _P,
        "Times are in order, but {count} event(s) were captured more than 24 hours after they are said to have "
        "happened; the largest gap is {days} d {clock}. Before its capture nothing shows that a record was unaltered.",
        "时间先后合理，但有 {count} 个事件在所称发生时间 24 小时之后才被采集；最大间隔为 {days} 天 {clock}。"
        "采集之前是否未被改动，无从证明。",
    ),
    "occurred-after-capture": Meaning(
        (9,), _F, "{member} says that the event happened after it was captured.", "{member} 所称发生时间晚于采集时间。"
    ),
    "captured-out-of-order": Meaning(
        (9,), _F, "{member} was captured before an entry that precedes it in the log.",
        "{member} 的采集时间早于日志中排在其前的条目。",
    ),
    "captured-after-anchor": Meaning(
        (9,), _F, "{member} says that it was captured after the chain anchored it.",
        "{member} 所称采集时间晚于链上锚定时间。"
    ),
    # (10)
    "map-not-checked": Meaning(
        (10,), _N,
        "Entries 0 to {last} of the loan are here without a hole and each names the one before it; that no later "
        "entry was left out is not checked in this version.",
        "该贷款第 0 至 {last} 条记录齐备且逐条相连；其后是否另有记录被遗漏，本版本不予核验。",
    ),
    "single-proof": Meaning(
        (10,), _N, "One log entry says nothing about the others of its loan.", "单条日志条目不能说明该贷款的其他记录。"
    ),
    "sequence-gap": Meaning(
        (10,), _F, "The loan's entries have a hole: entry {seq} is not here.", "该贷款的记录有缺口：缺第 {seq} 条。"
    ),
    "link-broken": Meaning(
        (10,), _F, "{member} does not name the entry before it.", "{member} 没有指向其前一条记录。"
    ),
    "index-order": Meaning(
        (10,), _F, "{member} stands in the log before an earlier entry of its loan.",
        "{member} 在日志中的位置早于该贷款的前一条记录。",
    ),
}  # fmt: skip
"""Reason code -> its meaning. A code that is not here cannot be reported."""
