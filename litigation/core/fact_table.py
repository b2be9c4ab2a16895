"""The facts table: every fact of the papers with the event and field that proves it, or the rule that derives it.

Keys are stable; docs/spec/bundle.md lists them. A *proven* fact holds exactly the text of one disclosed field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from litigation.core.casefile import Exhibit, Fact, FactState
from litigation.core.claim import Claim
from litigation.core.history import HistoryEvent, LoanHistory
from litigation.core.loan_terms import acceleration
from litigation.core.money import money_text

PROVEN: tuple[tuple[str, str, str], ...] = (
    ("defendant.name", "application.submitted", "name"),
    ("defendant.gender", "application.submitted", "gender"),
    ("defendant.birth_date", "application.submitted", "birth_date"),
    ("defendant.ethnicity", "application.submitted", "ethnicity"),
    ("defendant.employer", "application.submitted", "employer"),
    ("defendant.job_title", "application.submitted", "job_title"),
    ("defendant.phone", "application.submitted", "phone"),
    ("defendant.household_address", "application.submitted", "household_address"),
    ("defendant.residence_address", "application.submitted", "residence_address"),
    ("defendant.id_type", "application.submitted", "id_type"),
    ("defendant.id_no", "application.submitted", "id_no"),
    ("contract.name", "contract.signed", "contract_name"),
    ("contract.number", "contract.signed", "contract_no"),
    ("contract.lender", "contract.signed", "lender"),
    ("contract.borrower", "contract.signed", "borrower"),
    ("contract.place", "contract.signed", "sign_place"),
    ("contract.principal", "contract.signed", "principal"),
    ("contract.annual_rate", "contract.signed", "annual_rate"),
    ("contract.penalty_rate", "contract.signed", "penalty_rate"),
    ("contract.compound", "contract.signed", "compound"),
    ("contract.term_months", "contract.signed", "term_months"),
    ("contract.term_start", "contract.signed", "term_start"),
    ("contract.term_end", "contract.signed", "term_end"),
    ("contract.repayment", "contract.signed", "repayment"),
    ("contract.day_count", "contract.signed", "day_count"),
    ("contract.clauses", "contract.signed", "clauses"),
    ("disbursed_amount", "loan.disbursed", "amount"),
    ("disbursed_on", "loan.disbursed", "value_date"),
    ("cost.annualised", "cost.disclosed", "annualised"),
    ("acceleration.effective_on", "acceleration.reached", "effective_on"),
    ("acceleration.reached_at", "acceleration.reached", "reached_at"),
    ("loan.purpose", "application.submitted", "purpose"),
    ("contract.service_address", "contract.signed", "service_address"),
    ("contract.e_service", "contract.signed", "e_service"),
    ("contract.sign_method", "contract.signed", "sign_method"),
    ("contract.ca", "contract.signed", "ca"),
    ("contract.certificate_serial", "contract.signed", "certificate_serial"),
    ("identity.result", "identity.verified", "result"),
    ("disbursed_receipt", "loan.disbursed", "receipt_no"),
    ("cost.confirmed", "cost.disclosed", "confirmed"),
    ("notice.clauses", "clause.notified", "clauses"),
    ("notice.method", "clause.notified", "method"),
    ("schedule.instalments", "schedule.set", "instalments"),
    ("schedule.first_due", "schedule.set", "first_due"),
    ("schedule.last_due", "schedule.set", "last_due"),
    ("demand.channel", "demand.reached", "channel"),
    ("demand.reached_at", "demand.reached", "reached_at"),
)


def facts_of(history: LoanHistory, claim: Claim | None, exhibits: tuple[Exhibit, ...]) -> tuple[Fact, ...]:
    """Every fact of a case, in the order of the list above, then what is derived."""
    by_event = {exhibit.event_id: exhibit.number for exhibit in reversed(exhibits)}
    facts = []
    for key, kind, field in PROVEN:
        event = history.last(kind)
        if event is None or field not in event.payload:
            facts.append(Fact(key, "", FactState.UNSUPPORTED))
            continue
        value = fact_text(event.payload[field])
        facts.append(
            Fact(key, value, FactState.PROVEN, event.event_id, f"payload.{field}", by_event.get(event.event_id, 0))
        )
    return (*facts, *_derived(history, claim, by_event))


def fact_text(value: Any) -> str:
    """A payload value as facts write it: a text as it stands, anything else in canonical JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _derived(history: LoanHistory, claim: Claim | None, exhibits: Mapping[str, int]) -> list[Fact]:
    if claim is None:
        return []
    values = {
        "repaid.principal": money_text(claim.paid_principal),
        "repaid.interest": money_text(claim.paid_interest),
        "repaid.interest_through": claim.paid_through.isoformat(),
        "overdue_since": claim.overdue_since.isoformat() if claim.overdue_since else "",
        "overdue_days": str(claim.overdue_days),
        "claim.cutoff": claim.cutoff.isoformat(),
        "claim.principal": money_text(claim.principal),
        "claim.interest": money_text(claim.interest),
        "claim.penalty": money_text(claim.penalty),
        "claim.compound": money_text(claim.compound),
        "claim.total": money_text(claim.total),
        "claim.per_diem": money_text(claim.per_diem),
    }
    shown = {
        "repaid.principal": history.last("payment.received"),
        "overdue_since": history.first("instalment.overdue"),
        "accelerated_on": history.last("acceleration.reached"),
    }
    accelerated_on = acceleration(history, claim.cutoff)[0]
    if accelerated_on is not None:
        values["accelerated_on"] = accelerated_on.isoformat()
    return [Fact(key, value, FactState.DERIVED, *_behind(shown.get(key), exhibits)) for key, value in values.items()]


def _behind(event: HistoryEvent | None, exhibits: Mapping[str, int]) -> tuple[str, str, int]:
    if event is None:
        return "", "", 0
    return event.event_id, "", exhibits.get(event.event_id, 0)
