"""Loans for tests: short builders, so that a test shows only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from litigation.core.claim import Claim, compute_claim
from litigation.core.schedule import schedule_for
from litigation.core.terms import Cap, CapMethod, LoanTerms, Payment, Repayment
from litigation.rulebook import load_rules


def money(text: str) -> Decimal:
    return Decimal(text)


def loan(**changes: Any) -> LoanTerms:
    """12,000 at 12 % over 12 months in equal principal, penalty 18 %, /360, no cap applied."""
    terms: dict[str, Any] = {
        "principal": Decimal("12000.00"),
        "disbursed_on": date(2025, 1, 15),
        "annual_rate": Decimal("0.12"),
        "term_months": 12,
        "repayment": Repayment.EQUAL_PRINCIPAL,
        "penalty_rate": Decimal("0.18"),
        "compound": True,
        "day_count": 360,
        "cap": Cap(Decimal("0.24"), CapMethod.NONE),
    }
    return LoanTerms(**(terms | changes))


def loan_o2(**changes: Any) -> LoanTerms:
    """O-2 of the reference: 50,000 at 18 % over 24 equal instalments, accelerated as in O-4."""
    terms: dict[str, Any] = {
        "principal": Decimal("50000.00"),
        "disbursed_on": date(2025, 3, 10),
        "annual_rate": Decimal("0.18"),
        "term_months": 24,
        "repayment": Repayment.EQUAL_INSTALMENT,
        "penalty_rate": Decimal("0.234"),
        "accelerated_on": date(2026, 1, 10),
    }
    return loan(**(terms | changes))


def paid_first(terms: LoanTerms, count: int) -> list[Payment]:
    """The first instalments, each paid on its due date."""
    return [Payment(row.due, row.payment) for row in schedule_for(terms)[:count]]


def claim_o4(**changes: Any) -> Claim:
    """O-4: six instalments paid, cut-off 2026-02-10."""
    terms = loan_o2(**changes)
    return claim(terms, paid_first(terms, 6), date(2026, 2, 10))


def claim(terms: LoanTerms, payments: Iterable[Payment], cutoff: date) -> Claim:
    return compute_claim(terms, payments, cutoff, rules=load_rules())
