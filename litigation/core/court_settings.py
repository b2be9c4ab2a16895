"""What differs from court to court: the cap by contract date, the small-claim ceiling, the name of the cause.

Spec: docs/spec/rules.md section 4. None ships for a single court: an instance enters them with source and mark.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from litigation.core.money import to_cent
from litigation.core.rules import RuleEntry, Rules

CAP = "cap.financial"
CAP_OF = "cap.court."
WAGE_OF = "small_claim.average_wage."
SHARE, SHARE_AGREED = "small_claim.wage_share", "small_claim.wage_share_by_agreement"


def cap_entry(rules: Rules, contract_day: date, court_code: str = "") -> RuleEntry:
    """The yearly cap of a court for contracts of a day; without a setting of that court the general one."""
    name = CAP_OF + court_code
    if court_code and name in rules.series:
        return rules.at(name, contract_day)
    return rules.at(CAP, max(contract_day, rules.first_day(CAP)))


def small_claim_ceiling(rules: Rules, province: str, day: date, *, agreed: bool = False) -> Decimal | None:
    """Highest claim for the small-claim procedure; None where nobody entered the province's average wage."""
    name = WAGE_OF + province
    if name not in rules.series:
        return None
    return to_cent(rules.number(name, day) * rules.number(SHARE_AGREED if agreed else SHARE, day))


def cause_on(rules: Rules, kind: str, filed_on: date) -> RuleEntry:
    """The cause of action of that kind as it is called and numbered on the day of filing."""
    return rules.at(f"cause.{kind}", filed_on)
