"""A trust file told to a person, in English or Chinese: who issued it, what it pins, what to mind.

Spec: docs/spec/trust.md. A court clerk compares these lines with what he got by another way, so no key is shortened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from evidence_service.core.event import format_instant
from evidence_service.core.independent_time import TimeSource
from evidence_service.core.report import Language, Report, plain
from evidence_service.core.trust import ChainGrade, IssuerStanding, PinnedAuthority, PinnedKey, TrustFile
from evidence_service.core.trust_review import name_of, review

STANDINGS: dict[Language, dict[IssuerStanding, str]] = {
    "en": {
        IssuerStanding.VERIFIED: "verified: signed by the key that you pinned",
        IssuerStanding.SIGNED: "NOT verified: signed by the key that the file itself names",
        IssuerStanding.UNSIGNED: "NOT verified: nobody signed it",
    },
    "zh": {
        IssuerStanding.VERIFIED: "已核实：由您预先登记的密钥签名",
        IssuerStanding.SIGNED: "未核实：仅由文件自身所列密钥签名",
        IssuerStanding.UNSIGNED: "未核实：无人签名",
    },
}
GRADES: dict[Language, dict[ChainGrade, str]] = {
    "en": {
        ChainGrade.SELF_RUN: "run by the lender alone: adds no independent time",
        ChainGrade.CONSORTIUM: "run by several parties: its block times count as independent",
        ChainGrade.PUBLIC: "public: its block times count as independent",
    },
    "zh": {
        ChainGrade.SELF_RUN: "放贷机构自行运行：不提供独立时间",
        ChainGrade.CONSORTIUM: "联盟链：区块时间视为独立时间",
        ChainGrade.PUBLIC: "公链：区块时间视为独立时间",
    },
}
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Trust file, version {version}, of {issuer}",
        "issuer": "Issuer",
        "next": "Next key of the issuer",
        "term": "In force from {start} until {end}",
        "log": "Log of {institution}, credit code {code}",
        "unknown": "NOT KNOWN",
        "log_key": "log key",
        "package_key": "package key",
        "log_id": "id on the contract",
        "chain": "Chain {chain_id}",
        "genesis": "genesis",
        "contract": "contract",
        "code": "code hash",
        "depth": "confirmations",
        "block": "block",
        "witnesses": "Witnesses, {quorum} of {count} must have cosigned",
        "auditors": "Map auditors",
        "authorities": "Timestamp authorities",
        "courts": "Courts",
        "required": "Checks that must pass",
        "remarks": "Mind",
        "from": "from",
        "until": "until",
        "revoked": "REVOKED from",
    },
    "zh": {
        "title": "信任文件，第 {version} 版，签发者：{issuer}",
        "issuer": "签发者",
        "next": "签发者的下一把密钥",
        "term": "有效期：{start} 至 {end}",
        "log": "{institution} 的日志，统一社会信用代码 {code}",
        "unknown": "未知",
        "log_key": "日志密钥",
        "package_key": "封包密钥",
        "log_id": "合约中的日志编号",
        "chain": "链 {chain_id}",
        "genesis": "创世区块",
        "contract": "合约",
        "code": "代码哈希",
        "depth": "确认区块数",
        "block": "区块",
        "witnesses": "见证人，须有 {quorum}/{count} 联署",
        "auditors": "映射审计人",
        "authorities": "时间戳机构",
        "courts": "法院",
        "required": "必须通过的核验项",
        "remarks": "请注意",
        "from": "自",
        "until": "至",
        "revoked": "已吊销，自",
    },
}

SOURCES: dict[Language, dict[TimeSource, str]] = {
    "en": {
        TimeSource.WITNESS: "witness",
        TimeSource.AUTHORITY: "timestamp authority",
        TimeSource.CHAIN: "chain that the lender does not run alone",
    },
    "zh": {
        TimeSource.WITNESS: "见证人",
        TimeSource.AUTHORITY: "时间戳机构",
        TimeSource.CHAIN: "非放贷机构独自运行的链",
    },
}
TRUST_LINE: dict[Language, str] = {
    "en": "Trust file: version {version} of {issuer}; issuer {standing}",
    "zh": "信任文件：第 {version} 版，签发者 {issuer}；签发者{standing}",
}
SINCE_LINE: dict[Language, str] = {
    "en": "Unaltered since {time}, by the word of {name} ({source}).",
    "zh": "自 {time} 起未被改动，由 {name}（{source}）证明。",
}
NOT_SINCE: dict[Language, str] = {
    "en": "Unaltered since when: nobody independent of the lender says so.",
    "zh": "自何时起未被改动：没有独立于放贷机构的第三方证明。",
}


def trust_line(trust: TrustFile | None, lang: Language) -> list[str]:
    """One line on the trust file that was in force, if one was."""
    if trust is None:
        return []
    standing = STANDINGS[lang][trust.standing]
    return [TRUST_LINE[lang].format(version=trust.version, issuer=plain(trust.issuer), standing=standing)]


def since_line(report: Report, lang: Language) -> str:
    """One line on the independent time: since when, and by whose word; or that there is none."""
    since = report.unaltered_since
    if since is None:
        return NOT_SINCE[lang]
    source = SOURCES[lang][since.source]
    return SINCE_LINE[lang].format(time=format_instant(since.time), name=plain(since.name), source=source)


def explained(trust: TrustFile, now: datetime, lang: Language) -> list[str]:
    """The lines that a person reads."""
    return [
        *_head(trust, lang),
        *_logs(trust, lang),
        *_chains(trust, lang),
        *_others(trust, lang),
        *_end(trust, now, lang),
    ]


def _head(trust: TrustFile, lang: Language) -> Iterator[str]:
    words = WORDS[lang]
    yield words["title"].format(version=trust.version, issuer=trust.issuer)
    yield f"  {words['issuer']}: {STANDINGS[lang][trust.standing]}"
    if trust.issuer_vkey:
        yield f"    {trust.issuer_vkey}"
    if trust.next_issuer_vkey:
        yield f"  {words['next']}: {trust.next_issuer_vkey}"
    start, end = format_instant(trust.issued_at), format_instant(trust.expires_at)
    yield "  " + words["term"].format(start=start, end=end)


def _logs(trust: TrustFile, lang: Language) -> Iterator[str]:
    words = WORDS[lang]
    for log in trust.logs:
        code = log.credit_code or words["unknown"]
        yield words["log"].format(institution=log.institution, code=code)
        yield f"  {log.origin}"
        yield from (f"  {words['log_key']}: {_pin(pin, lang)}" for pin in log.keys)
        yield from (f"  {words['package_key']}: {_pin(pin, lang)}" for pin in log.package_keys)
        yield from (f"  {words['log_id']}: {log_id}" for log_id in log.log_ids)


def _chains(trust: TrustFile, lang: Language) -> Iterator[str]:
    words = WORDS[lang]
    for chain in trust.chains:
        yield f"{words['chain'].format(chain_id=chain.chain_id)}: {GRADES[lang][chain.grade]}"
        yield f"  {words['genesis']}: {chain.genesis}"
        yield f"  {words['contract']}: {chain.contract}"
        yield f"  {words['code']}: {chain.code_hash}"
        yield f"  {words['depth']}: {chain.confirmations}"
        yield from (f"  {words['block']} {block.number}: {block.hash}" for block in chain.blocks)


def _others(trust: TrustFile, lang: Language) -> Iterator[str]:
    words = WORDS[lang]
    witnesses = words["witnesses"].format(
        quorum=trust.quorum, count=len({pin.name or pin.key.name for pin in trust.witnesses})
    )
    yield from _group(witnesses, trust.witnesses, lang)
    yield from _group(words["auditors"], trust.auditors, lang)
    yield from _group(words["authorities"], trust.authorities, lang)
    if trust.courts:
        yield words["courts"]
        yield from (f"  {court.name}: {court.address} ({court.chain_id})" for court in trust.courts)


def _group(title: str, pins: Sequence[PinnedKey | PinnedAuthority], lang: Language) -> Iterator[str]:
    if pins:
        yield title
        yield from (f"  {name_of(pin)}: {_pin(pin, lang)}" for pin in pins)


def _end(trust: TrustFile, now: datetime, lang: Language) -> Iterator[str]:
    words = WORDS[lang]
    yield f"{words['required']}: {', '.join(str(n) for n in trust.required)}"
    remarks = review(trust, now)
    if remarks:
        yield f"{words['remarks']}:"
        yield from (f"  - {remark.en if lang == 'en' else remark.zh}" for remark in remarks)


def _pin(pin: PinnedKey | PinnedAuthority, lang: Language) -> str:
    words = WORDS[lang]
    parts = [pin.vkey] if isinstance(pin, PinnedKey) else []
    if pin.not_before is not None:
        parts.append(f"{words['from']} {format_instant(pin.not_before)}")
    if pin.not_after is not None:
        parts.append(f"{words['until']} {format_instant(pin.not_after)}")
    if pin.revoked_at is not None:
        reason = f" ({pin.reason})" if isinstance(pin, PinnedKey) and pin.reason else ""
        parts.append(f"{words['revoked']} {format_instant(pin.revoked_at)}{reason}")
    return " ".join(parts)
