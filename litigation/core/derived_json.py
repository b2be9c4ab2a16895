"""A derived debt as JSON, for the ledger file of a draft: inputs, lines, sums, and every assumption.

Spec: docs/spec/debt.md section 15.
"""

from __future__ import annotations

from typing import Any

from litigation.core.derived_debt import DerivedDebt
from litigation.core.money import money_text


def derived_to_json(debt: DerivedDebt) -> dict[str, Any]:
    """Write it; it is never called a claim."""
    terms, received = debt.terms, debt.received
    return {
        "not_for_filing": True,
        "currency": terms.currency,
        "cutoff": debt.cutoff.isoformat(),
        "terms": {
            "principal": money_text(terms.principal),
            "issued_on": terms.issued_on.isoformat(),
            "annual_rate": f"{terms.annual_rate:f}",
            "term_months": terms.term_months,
            "repayment": "equal_instalment",
        },
        "received": {
            "principal": money_text(received.principal),
            "interest": money_text(received.interest),
            "recovered": money_text(received.recovered),
        },
        "principal": money_text(debt.principal),
        "interest": money_text(debt.interest),
        "total": money_text(debt.total),
        "undue_principal": money_text(debt.undue_principal),
        "beyond_plan": money_text(debt.beyond_plan),
        "lines": [
            {
                "no": line.no,
                "due": line.due.isoformat(),
                "principal": money_text(line.principal),
                "interest": money_text(line.interest),
                "principal_open": money_text(line.principal_open),
                "interest_open": money_text(line.interest_open),
            }
            for line in debt.lines
        ],
        "notes": [{"code": note.code, "zh": note.zh, "en": note.en} for note in debt.notes],
    }
