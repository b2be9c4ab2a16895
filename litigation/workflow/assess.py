"""Assess: from a loan's history to its claim, its stated totals and its arrears on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from litigation.core.casefile import StatedTotal
from litigation.core.claim import Claim, compute_claim, schedule_for
from litigation.core.court_settings import cap_entry
from litigation.core.derived_debt import DerivedDebt, derived_debt
from litigation.core.history import LoanHistory, court_date, day_of
from litigation.core.ledger import run_ledger
from litigation.core.loan_terms import payments_of, terms_of
from litigation.core.rules import RuleEntry, Rules
from litigation.core.terms import LoanTerms, Payment
from litigation.core.triage import assess_overdue
from litigation.errors import DebtInputError, RuleMissingError, TermsMissingError

STATED: tuple[tuple[str, str, str, str], ...] = (
    ("loan.issued", "amount", "发放金额", "amount issued"),
    ("payment.summarised", "total", "已收合计", "total received"),
    ("payment.summarised", "principal", "已收本金", "principal received"),
    ("payment.summarised", "interest", "已收利息", "interest received"),
    ("payment.summarised", "late_fees", "已收滞纳金", "late fees received"),
    ("loan.charged_off", "principal", "核销时未还本金", "principal charged off"),
    ("recovery.received", "amount", "核销后回收", "recovered after charge-off"),
    ("recovery.received", "fee", "回收费用", "cost of recovery"),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a loan owes on a day. Without terms there is no claim, and `missing` says why.

    `derived` is what terms and totals of the source lead to where there is no contract: for drafts, never a claim.
    """

    claim: Claim | None
    terms: LoanTerms | None
    payments: tuple[Payment, ...]
    stated: tuple[StatedTotal, ...]
    missing: str
    derived: DerivedDebt | None = None


def assess(history: LoanHistory, as_of: date, rules: Rules, court_code: str = "") -> Assessment:
    """Compute the claim of a loan at its cut-off, or collect what its source states as totals.

    The cap is that of the court for contracts of that day, else the general one (docs/spec/rules.md section 4).
    """
    stated = _stated(history)
    try:
        cap = cap_entry(rules, contract_day(history, as_of), court_code)
        terms = terms_of(history, _rate(cap), as_of)
        payments = payments_of(history, as_of)
        claim = compute_claim(terms, payments, as_of, rules=rules, cap_rule=cap)
    except (TermsMissingError, DebtInputError) as error:
        return Assessment(None, None, (), stated, str(error), derived_debt(history, as_of))
    return Assessment(claim, terms, payments, stated, "")


def overdue_days(history: LoanHistory, as_of: date, rules: Rules) -> int:
    """Days since the oldest unpaid instalment fell due; 0 where nothing is overdue.

    Where no claim can be computed, by what the lender itself recorded: so the loan is chosen, and its refusal is seen.
    """
    try:
        terms = terms_of(history, _rate(cap_entry(rules, contract_day(history, as_of))), as_of)
        if terms.restructurings:
            return run_ledger(terms, payments_of(history, as_of), as_of).overdue_days
    except (TermsMissingError, DebtInputError):
        recorded = [day_of(event.payload["due_on"]) for event in history.all("instalment.overdue")]
        return max(((as_of - due).days for due in recorded if due is not None), default=0)
    return assess_overdue(schedule_for(terms), payments_of(history, as_of), as_of).days


def contract_day(history: LoanHistory, as_of: date) -> date:
    """The day of the contract in China: what decides which cap a court applies."""
    signed = history.last("contract.signed")
    return court_date(signed.occurred_at) if signed else as_of


def _rate(cap: RuleEntry) -> Decimal:
    if cap.number is None:
        raise RuleMissingError("the cap of the day of the contract is no number")
    return cap.number


def _stated(history: LoanHistory) -> tuple[StatedTotal, ...]:
    found = []
    for kind, field, zh, en in STATED:
        event = history.last(kind)
        if event is not None and field in event.payload:
            found.append(StatedTotal(zh, en, Decimal(event.payload[field]), str(event.payload["currency"])))
    return tuple(found)
