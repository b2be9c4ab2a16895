"""Court fees and costs: what a court takes for a claim of money, and which costs the cap counts.

Spec: docs/spec/debt.md section 9; 诉讼费用交纳办法 articles 13 to 16. The bands are rules; here is
only how they add up: each part of the amount bears the rate of its own band.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from litigation.core.money import ZERO, to_cent
from litigation.core.rules import RuleEntry, Rules
from litigation.core.terms import Cost

ACCEPTANCE = "fee.acceptance"
ACCEPTANCE_REDUCED = "fee.acceptance_reduced_share"
PRESERVATION = "fee.preservation"
EXECUTION = "fee.execution"
PAYMENT_ORDER = "fee.payment_order_divisor"
OUTSIDE_CAP = "cap.costs_outside"


def banded_fee(amount: Decimal, rule: RuleEntry, *, whole_yuan: bool = False) -> Decimal:
    """Add the parts of an amount by bands, on top of the flat fee, up to the ceiling."""
    if amount <= 0:
        return ZERO
    fee = rule.flat
    ends = [band.over for band in rule.bands[1:]] + [amount]
    for band, end in zip(rule.bands, ends, strict=True):
        fee += max(Decimal(0), min(amount, end) - band.over) * band.rate
    if rule.ceiling is not None:
        fee = min(fee, rule.ceiling)
    return _rounded(fee, whole_yuan)


def acceptance_fee(claimed: Decimal, rules: Rules, day: date, *, whole_yuan: bool = False) -> Decimal:
    """案件受理费 of a property case: article 13(1)."""
    return banded_fee(claimed, rules.at(ACCEPTANCE, day), whole_yuan=whole_yuan)


def reduced_acceptance_fee(claimed: Decimal, rules: Rules, day: date, *, whole_yuan: bool = False) -> Decimal:
    """Half of it, for summary procedure, mediation and withdrawal: articles 15 and 16."""
    share = rules.number(ACCEPTANCE_REDUCED, day)
    return _rounded(acceptance_fee(claimed, rules, day) * share, whole_yuan)


def preservation_fee(amount: Decimal, rules: Rules, day: date) -> Decimal:
    """财产保全申请费: article 14(2), at most 5,000 yuan."""
    return banded_fee(amount, rules.at(PRESERVATION, day))


def execution_fee(amount: Decimal, rules: Rules, day: date) -> Decimal:
    """申请执行费: article 14(1)."""
    return banded_fee(amount, rules.at(EXECUTION, day))


def payment_order_fee(claimed: Decimal, rules: Rules, day: date) -> Decimal:
    """支付令申请费: one third of the acceptance fee, article 14(3)."""
    divisor = rules.number(PAYMENT_ORDER, day)
    return to_cent(acceptance_fee(claimed, rules, day) / divisor)


def counts_to_cap(cost: Cost, rules: Rules, day: date) -> bool:
    """Say whether a cost counts towards the rate cap; unknown kinds do, to be careful."""
    return cost.kind not in rules.at(OUTSIDE_CAP, day).words


def _rounded(fee: Decimal, whole_yuan: bool) -> Decimal:
    """Round to the cent, or to the yuan where the court does so."""
    return to_cent(fee.quantize(Decimal(1), rounding=ROUND_HALF_UP)) if whole_yuan else to_cent(fee)
