"""The inputs of a claim in the form of `proofdocket debt FILE`, so that anybody can compute it again.

Spec: docs/spec/debt.md section 2. Every field is written, also where it has its default.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from litigation.core.money import money_text
from litigation.core.restructuring import Restructuring
from litigation.core.terms import Allocation, LoanTerms, Payment


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
        "allocation": _allocation(terms.allocation),
        "costs": [
            {"on": cost.on.isoformat(), "amount": money_text(cost.amount), "kind": cost.kind} for cost in terms.costs
        ],
        "deducted_upfront": money_text(terms.deducted_upfront),
        "restructuring": [_restructuring(one) for one in terms.restructurings],
    }


def _payment(payment: Payment) -> dict[str, Any]:
    """A payment; its own mark is written where it bears one."""
    written: dict[str, Any] = {"on": payment.on.isoformat(), "amount": money_text(payment.amount)}
    return written if payment.prepay is None else written | {"prepay": payment.prepay}


def _allocation(allocation: Allocation) -> dict[str, Any] | None:
    """The contract's order; nothing where it is that of the law."""
    if allocation == Allocation():
        return None
    return {"kinds": [kind.value for kind in allocation.kinds], "order": allocation.order.value}


def _restructuring(one: Restructuring) -> dict[str, Any]:
    """An agreement; what it leaves unchanged is not written."""
    arrears = {"interest": one.interest, "penalty": one.penalty, "compound": one.compound}
    written: dict[str, Any] = {
        "on": one.on.isoformat(),
        "first_due": one.first_due.isoformat(),
        "instalments": one.instalments,
        "arrears": {kind: how.value for kind, how in arrears.items() if how is not None},
    }
    if one.annual_rate is not None:
        written["annual_rate"] = f"{one.annual_rate:f}"
    if one.penalty_rate is not None:
        written["penalty_rate"] = f"{one.penalty_rate:f}"
    if one.repayment is not None:
        written["repayment"] = one.repayment.value
    if one.principal is not None:
        written["principal"] = money_text(one.principal)
    return written
