"""A trust file explained to a person: what it pins, and what he should know before he relies on it.

Spec: docs/spec/trust.md (Remarks). Every sentence in English and Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from evidence_service.core.event import format_instant
from evidence_service.core.key_time import KeyStanding, standing
from evidence_service.core.trust import ChainGrade, IssuerStanding, PinnedAuthority, PinnedKey, TrustFile

SOON = timedelta(days=30)
SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "expired": (
            "Expired on {date}: it confirms nothing. Ask {issuer} for a new one.",
            "已于 {date} 失效，不再确认任何事项。请向 {issuer} 索取新文件。",
        ),
        "not-yet-valid": ("In force only from {date}.", "自 {date} 起才有效。"),
        "expires-soon": ("Expires on {date}: ask {issuer} for a new one in time.", "将于 {date} 失效，请及时更换。"),
        "issuer-not-verified": (
            "Nobody verified that {issuer} issued this file. It is worth what your own knowledge of it is worth.",
            "未核实本文件是否由 {issuer} 签发。其可信程度取决于您对其来源的了解。",
        ),
        "unsigned": (
            "Nobody signed this file. Whoever gave it to you decides the result.",
            "本文件无人签名。结果取决于将其交给您的人。",
        ),
        "no-log": ("It pins no log: check 6 cannot pass.", "未登记任何日志：第 6 项无法通过。"),
        "no-credit-code": (
            "{name}: no credit code, so check 6 cannot pass.",
            "{name}：没有统一社会信用代码，第 6 项无法通过。",
        ),
        "no-log-id": (
            "{name}: no id on an anchor contract, so check 8 cannot pass.",
            "{name}：没有锚定合约中的日志编号，第 8 项无法通过。",
        ),
        "self-run": (
            "Chain {name}: run by the lender alone. It adds no independent time.",
            "链 {name}：由放贷机构自行运行，不提供独立时间。",
        ),
        "no-independent-time": (
            "Neither a witness, nor a timestamp authority, nor a chain of others: nobody independent says since when.",
            "没有见证人、时间戳机构或他方运行的链：没有独立第三方证明起始时间。",
        ),
        "no-quorum": ("No witness must cosign (quorum 0): check 7 cannot pass.", "法定见证人数为 0：第 7 项无法通过。"),
        "no-auditor": ("No map auditor: check 10 cannot pass.", "没有映射审计人：第 10 项无法通过。"),
        "key-ended": ("{name}: the key ended on {date}{reason}.", "{name}：该密钥已于 {date} 终止{reason}。"),
        "not-required": (
            "Checks {name} need not pass by this policy.",
            "按本策略，第 {name} 项不要求通过。",
        ),
    }
)
"""Code of a remark -> its English and its Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that the reader should know."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def en(self) -> str:
        """The English sentence."""
        return SENTENCES[self.code][0].format_map(self.params)

    @property
    def zh(self) -> str:
        """The Chinese sentence."""
        return SENTENCES[self.code][1].format_map(self.params)

    def as_json(self, lang: str) -> dict[str, Any]:
        """The remark as the command line writes it."""
        return {"code": self.code, "text": self.en if lang == "en" else self.zh}


def review(trust: TrustFile, now: datetime) -> tuple[Remark, ...]:
    """Everything that a reader should know of a trust file before he relies on it."""
    return (*_term(trust, now), *_issuer(trust), *_logs(trust), *_keys(trust, now), *_time(trust), *_policy(trust))


def _term(trust: TrustFile, now: datetime) -> Iterator[Remark]:
    until = {"date": format_instant(trust.expires_at), "issuer": trust.issuer}
    if now >= trust.expires_at:
        yield Remark("expired", until)
    elif now < trust.issued_at:
        yield Remark("not-yet-valid", {"date": format_instant(trust.issued_at)})
    elif trust.expires_at - now <= SOON:
        yield Remark("expires-soon", until)


def _issuer(trust: TrustFile) -> Iterator[Remark]:
    if trust.standing is IssuerStanding.UNSIGNED:
        yield Remark("unsigned")
    elif trust.standing is IssuerStanding.SIGNED:
        yield Remark("issuer-not-verified", {"issuer": trust.issuer})


def _logs(trust: TrustFile) -> Iterator[Remark]:
    if not trust.logs:
        yield Remark("no-log")
    for log in trust.logs:
        if not log.credit_code:
            yield Remark("no-credit-code", {"name": log.origin})
        if trust.chains and not log.log_ids:
            yield Remark("no-log-id", {"name": log.origin})


def _keys(trust: TrustFile, now: datetime) -> Iterator[Remark]:
    pins: list[PinnedKey | PinnedAuthority] = [pin for log in trust.logs for pin in (*log.keys, *log.package_keys)]
    pins += [*trust.witnesses, *trust.auditors, *trust.authorities]
    for pin in pins:
        if standing(pin, None, now) in {KeyStanding.TIME_UNKNOWN, KeyStanding.REVOKED_TIME_UNKNOWN}:
            end = min(end for end in (pin.revoked_at, pin.not_after) if end is not None and end <= now)
            reason = f" ({pin.reason})" if isinstance(pin, PinnedKey) and pin.reason else ""
            yield Remark("key-ended", {"name": name_of(pin), "date": format_instant(end), "reason": reason})


def _time(trust: TrustFile) -> Iterator[Remark]:
    for chain in trust.chains:
        if chain.grade is ChainGrade.SELF_RUN:
            yield Remark("self-run", {"name": str(chain.chain_id)})
    others = [chain for chain in trust.chains if chain.grade is not ChainGrade.SELF_RUN]
    if not (others or trust.witnesses or trust.authorities):
        yield Remark("no-independent-time")


def _policy(trust: TrustFile) -> Iterator[Remark]:
    if not trust.quorum and 7 in trust.required:
        yield Remark("no-quorum")
    if not trust.auditors and 10 in trust.required:
        yield Remark("no-auditor")
    missing = [str(n) for n in range(1, 11) if n not in trust.required]
    if missing:
        yield Remark("not-required", {"name": ", ".join(missing)})


def name_of(pin: PinnedKey | PinnedAuthority) -> str:
    """What a person calls a pin: the name that the issuer gave it, else the key's own."""
    return pin.name if isinstance(pin, PinnedAuthority) else pin.name or pin.key.name
