"""The values of the applications: preservation, payment order, mediation, enforcement, and the service address form.

Spec: docs/spec/papers.md section 16. Addresses and accounts are what the plaintiff says of itself; clues to
property and the judgment come from events. Nothing here declares anything in a party's name.
"""

from __future__ import annotations

from typing import Any

from litigation.core.casefile import CaseFile
from litigation.documents.templates import fill
from litigation.documents.writing import Words


def application_blocks(case: CaseFile) -> dict[str, tuple[str, ...]]:
    """The prefixes of the clues to property."""
    return {"clues": tuple(f"clue{number}" for number in range(1, len(case.property_clues) + 1))}


def application_values(case: CaseFile, words: Words, form: Any) -> dict[str, str]:
    """Fill what only applications and certificates need."""
    service, plaintiff, account = case.service, case.plaintiff, case.account
    values = {
        "service.recipient": service.recipient or (case.agents[0].name if case.agents else plaintiff.representative),
        "service.address": service.address or plaintiff.address,
        "service.phone": service.phone or (case.agents[0].phone if case.agents else plaintiff.phone),
        "service.postcode": service.postcode,
        "service.email": service.email,
        "service.clause": case.service_clause,
        "service.agreed_address": case.agreed_address,
        "account.holder": account.holder or plaintiff.name,
        "account.bank": account.bank,
        "account.number": account.number,
        "preservation.fee": words.yuan(case.preservation_fee),
        "payment_order.fee": words.yuan(case.payment_order_fee),
        "clues.known": "是" if case.property_clues else "",
        "clues.unknown": "" if case.property_clues else "是",
        "secured": "是" if case.guarantees or case.securities else "",
        "exhibits.count": str(len(case.exhibits)) if case.exhibits else "",
    }
    for number, clue in enumerate(case.property_clues, 1):
        values |= {
            f"clue{number}.owner": clue.owner,
            f"clue{number}.kind": clue.kind,
            f"clue{number}.description": clue.description,
            f"clue{number}.location": clue.location,
            f"clue{number}.amount": words.yuan(clue.amount),
        }
    return values | _judgment(case, words, form)


def _judgment(case: CaseFile, words: Words, form: Any) -> dict[str, str]:
    order = case.judgment
    if order is None:
        return {}
    rest = None if order.amount is None else max(order.amount - order.performed, order.amount * 0)
    kinds = form["judgment_kinds"]
    return {
        "judgment.case_number": order.case_number,
        "judgment.kind": kinds.get(order.kind, order.kind),
        "judgment.effective_on": words.day(order.effective_on),
        "judgment.amount": words.yuan(order.amount),
        "judgment.performed": words.yuan(order.performed) if order.performed else "",
        "judgment.rest": words.yuan(rest),
        "judgment.instrument": fill(
            form["instrument"], number=order.case_number, kind=kinds.get(order.kind, order.kind)
        ),
    }
