"""Derivations: by which rule, from which facts and events, a derived fact follows.

Spec: docs/spec/readiness.md section 2. A fact that is not drawn from one field of one event must stand here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact follows: the rule in words of the law, the page of its spec, and what goes in."""

    zh: str
    en: str
    spec: str
    inputs: tuple[str, ...]


_TERMS = (
    "contract.annual_rate",
    "contract.penalty_rate",
    "contract.compound",
    "contract.term_months",
    "contract.repayment",
    "contract.day_count",
    "disbursed_amount",
    "disbursed_on",
)
_LEDGER = (*_TERMS, "payment.received", "accelerated_on", "claim.cutoff")


def _sum(zh: str, en: str, section: str) -> Derivation:
    return Derivation(zh, en, f"docs/spec/debt.md {section}", _LEDGER)


DERIVATIONS: Mapping[str, Derivation] = MappingProxyType(
    {
        "repaid.principal": _sum("各笔还款按抵充顺序计入本金之和", "payments applied to principal, added up", "7"),
        "repaid.interest": _sum(
            "各笔还款按抵充顺序计入期内利息之和", "payments applied to in-term interest, added up", "7"
        ),
        "repaid.interest_through": _sum("利息付清至哪一日", "the day up to which interest is paid", "7"),
        "overdue_since": _sum("最早一期未付清的应付日", "due date of the oldest open instalment", "8"),
        "overdue_days": _sum("截止日减最早未付清之日", "cut-off less that due date", "8"),
        "claim.cutoff": Derivation("本批材料的截止日", "cut-off day of the batch", "docs/spec/bundle.md 1", ()),
        "claim.principal": _sum("已到期未还本金之和", "principal due and open", "6"),
        "claim.interest": _sum("已到期未还期内利息之和", "in-term interest due and open", "6"),
        "claim.penalty": _sum(
            "逾期本金 × 罚息利率 × 天数 ÷ 基数，逐笔", "overdue principal × penalty rate × days / basis", "6"
        ),
        "claim.compound": _sum(
            "逾期利息 × 罚息利率 × 天数 ÷ 基数，逐笔", "overdue interest × penalty rate × days / basis", "6"
        ),
        "claim.total": _sum(
            "本金、利息、罚息、复利、费用之和，减上限调减", "all parts together, less what the cap cuts", "8"
        ),
        "claim.per_diem": _sum("截止日后每日罚息", "penalty per day after the cut-off", "9"),
        "accelerated_on": Derivation(
            "通知载明日与到达日孰晚",
            "the later of the stated day and the day of arrival",
            "docs/spec/bundle.md 3",
            ("acceleration.effective_on", "acceleration.reached_at"),
        ),
    }
)
