"""The inputs of a claim in the form of `proofdocket debt FILE`, so that anybody can compute it again.

Spec: docs/spec/debt.md section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from litigation.core.money import money_text
from litigation.core.terms import LoanTerms, Payment


def debt_record(terms: LoanTerms, payments: Iterable[Payment], cutoff: date) -> dict[str, Any]:
    """Write terms, payments and cut-off as the JSON of a debt file."""
    accelerated = terms.accelerated_on
    return {
        "currency": terms.currency,
        "principal": money_text(terms.principal),
        "disbursed_on": terms.disbursed_on.isoformat(),
        "annual_rate": f"{terms.annual_rate:f}",
        "term_months": terms.term_months,
        "repayment": terms.repayment.value,
        "penalty_rate": f"{terms.penalty_rate:f}",
        "compound": terms.compound,
        "day_count": terms.day_count,
        "payments": [_payment(payment) for payment in payments],
        "prepay": terms.prepay,
        "acceleration": None if accelerated is None else {"effective_on": accelerated.isoformat()},
        "cutoff": cutoff.isoformat(),
        "cap": {"annual": f"{terms.cap.annual:f}", "method": terms.cap.method.value},
    }


def _payment(payment: Payment) -> dict[str, Any]:
    """A payment; its own mark is written where it bears one."""
    written: dict[str, Any] = {"on": payment.on.isoformat(), "amount": money_text(payment.amount)}
    return written if payment.prepay is None else written | {"prepay": payment.prepay}
