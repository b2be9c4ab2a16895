"""The debt under a judgment as JSON: the answer of `proofdocket debt` to a file with a `judgment`.

Spec: docs/spec/debt.md section 13.
"""

from __future__ import annotations

from typing import Any

from litigation.core.claim_json import rate_text, rule_to_json
from litigation.core.judgment import JudgmentDebt
from litigation.core.money import money_text


def judgment_to_json(debt: JudgmentDebt) -> dict[str, Any]:
    """Write what is open, what was paid, and every stretch of interest."""
    return {
        "currency": "CNY",
        "cutoff": debt.cutoff.isoformat(),
        "perform_by": debt.perform_by.isoformat(),
        "perform_by_counted": debt.judgment.counted.isoformat(),
        "perform_by_provisional": debt.provisional,
        "amount": money_text(debt.amount),
        "interest": money_text(debt.interest),
        "doubled": money_text(debt.doubled),
        "total": money_text(debt.total),
        "per_diem": money_text(debt.per_diem),
        "paid": {
            "amount": money_text(debt.paid_amount),
            "interest": money_text(debt.paid_interest),
            "doubled": money_text(debt.paid_doubled),
            "surplus": money_text(debt.surplus),
            "after_cutoff": money_text(debt.after_cutoff),
        },
        "stretches": [
            {
                "kind": part.kind,
                "base": money_text(part.base),
                "daily_rate": rate_text(part.daily_rate),
                "from": part.first.isoformat(),
                "through": part.last.isoformat(),
                "days": part.days,
                "amount": money_text(part.amount),
            }
            for part in debt.stretches
        ],
        "rules_used": [rule_to_json(debt.rule)],
        "rules_digest": debt.rules_digest,
    }
