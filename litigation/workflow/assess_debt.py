"""What a loan owes on a day by its events: the claim, or after a judgment the debt of the judgment.

Spec: docs/spec/debt.md section 14.
"""

from __future__ import annotations

from datetime import date

from litigation.core.claim import Claim
from litigation.core.history import LoanHistory
from litigation.core.judgment import JudgmentDebt, judgment_debt
from litigation.core.judgment_events import EVENT, judgment_of, performed_since
from litigation.core.rules import Rules
from litigation.errors import TermsMissingError
from litigation.workflow.assess import assess


def debt_of(history: LoanHistory, as_of: date, rules: Rules, court_code: str = "") -> Claim | JudgmentDebt:
    """Compute it, or refuse with the event or field that is missing."""
    if history.first(EVENT) is not None:
        judgment = judgment_of(history)
        return judgment_debt(judgment, performed_since(history, judgment, as_of), as_of, rules=rules)
    assessment = assess(history, as_of, rules, court_code)
    if assessment.claim is None:
        raise TermsMissingError(assessment.missing)
    return assessment.claim
