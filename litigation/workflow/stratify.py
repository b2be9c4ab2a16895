"""Stratify one loan: from its history to arrears, signals and the stratum that the rules give it on a day.

Spec: docs/spec/strata.md sections 10 and 11. Events of later days are not known on the day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from litigation.core.court_settings import cap_entry
from litigation.core.history import COURT_ZONE, LoanHistory
from litigation.core.loan_terms import payments_of, terms_of
from litigation.core.money import total_of
from litigation.core.overview import ROLL_DAYS
from litigation.core.rules import Rules
from litigation.core.schedule import schedule_for
from litigation.core.strata.loan_class import LoanClass
from litigation.core.strata.signals import Arrears, Seen, signals
from litigation.core.strata.stratum import Finding, find
from litigation.core.triage import assess_overdue
from litigation.errors import DebtInputError, TermsMissingError
from litigation.workflow.assess import contract_day, overdue_days

LENT = ("loan.disbursed", "loan.issued", "contract.signed", "loan.charged_off")
"""What makes a loan one that is stratified: an application alone owes nothing."""


def is_lent(history: LoanHistory) -> bool:
    """Whether there is a loan to be treated."""
    return history.first(*LENT) is not None


def known_on(history: LoanHistory, day: date) -> LoanHistory:
    """The history as it stood at the end of a day."""
    end = datetime.combine(day + timedelta(days=1), time.min, COURT_ZONE)
    if all(event.occurred_at < end for event in history.events):
        return history
    known = tuple(event for event in history.events if event.occurred_at < end)
    return LoanHistory(history.institution, history.loan, known)


def stratify(history: LoanHistory, day: date, rules: Rules, grade: LoanClass | None = None, model: str = "") -> Finding:
    """Find the stratum of a loan; `grade` is what a model says of it on the day."""
    known = known_on(history, day)
    arrears = arrears_of(known, day, rules)
    found = signals(Seen(known, day, arrears, rules, grade, model))
    return find(known, arrears.days, found, day, rules)


def arrears_of(history: LoanHistory, day: date, rules: Rules) -> Arrears:
    """How late it is and was; without terms, or with new ones, only what triage and ledger say of the day."""
    earlier = day - timedelta(days=ROLL_DAYS)
    cap = cap_entry(rules, contract_day(history, day)).number
    try:
        terms = None if cap is None else terms_of(history, cap, day)
    except (TermsMissingError, DebtInputError):
        terms = None
    if terms is None or terms.restructurings:
        return Arrears(overdue_days(history, day, rules), 0, partial=False)
    rows, payments = schedule_for(terms), payments_of(history, day)
    now = assess_overdue(rows, payments, day)
    before = assess_overdue(rows, payments, earlier).days if terms.disbursed_on <= earlier else 0
    open_rows = [row.payment for row in rows if now.overdue_since and now.overdue_since <= row.due < day]
    return Arrears(now.days, before, partial=now.amount_overdue < total_of(open_rows))
