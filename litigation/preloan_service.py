"""Checks before a loan, and explanations to the borrower, on an instance's log. Spec: docs/spec/preloan.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from evidence_service.errors import NotFoundError
from evidence_service.institution_files import read_institution
from evidence_service.service import EvidenceService
from evidence_service.workflow.privacy import marks_of_subject
from evidence_service.workflow.prove import body_of
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.evidence_door import history_of
from litigation.core.explanation import Explained, explain
from litigation.core.history import LoanHistory, court_date
from litigation.core.plaintiff import plaintiff_from
from litigation.core.preloan import Bureau, BureauAnswer, Evaluation, OwnLoan, evaluate
from litigation.core.rules import Rules
from litigation.workflow.assess import overdue_days
from litigation.workflow.stratify import is_lent

BORROWER = "borrower:"
POLICY = "preloan"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is told to the borrower: each decision, and whom he asks for a review by a person."""

    loan: str
    decisions: tuple[Explained, ...]
    lender: str
    phone: str
    address: str


class PreloanService:
    """Evaluations and explanations of one instance."""

    def __init__(self, evidence: EvidenceService, rules: Callable[[], Rules]) -> None:
        self.evidence = evidence
        self._rules = rules

    def today(self) -> date:
        """Today's date for a court (Asia/Shanghai)."""
        return court_date(self.evidence.now())

    def ask(self, institution: str, loan: str, bureau: Bureau) -> BureauAnswer | None:
        """Ask a bureau about the borrower of a loan; its answer is an event, the same one for the same reference."""
        self._history(institution, loan)
        subject = self._borrower(institution, loan)
        answer = bureau.ask(subject) if subject else None
        if answer is None:
            return None
        payload: dict[str, Any] = {"source": answer.source, "lenders": answer.lenders, "result": "answered"}
        if answer.outstanding is not None:
            payload["outstanding"] = f"{answer.outstanding:f}"
        payload["attributes"] = {"reference": answer.reference}
        self._write(institution, loan, "borrowing.checked", f"{answer.source}/{answer.reference}", payload)
        return answer

    def check(self, institution: str, loan: str, day: date, *, keep: bool) -> Evaluation:
        """Evaluate an application as of a day; `keep` writes the finding, once per policy and findings."""
        history, rules = self._history(institution, loan), self._rules()
        found = evaluate(history, self._own(institution, loan, day, rules), day, rules)
        if keep:
            payload = {
                "policy": POLICY,
                "policy_version": found.policy_version,
                "outcome": found.outcome.value,
                "reasons": [f"{one.result}: {one.zh} / {one.en}" for one in found.checks],
                "data": list(dict.fromkeys(field for one in found.checks for field in one.fields)),
                "rules_digest": rules.digest,
                "inputs_digest": found.digest(),
            }
            self._write(institution, loan, "preloan.assessed", f"{rules.digest}/{found.digest()}", payload)
        return found

    def explain(self, institution: str, loan: str) -> Explanation:
        """What was decided about the borrower of a loan, and whom he asks."""
        history = self._history(institution, loan)
        data = read_institution(self.evidence.settings.institutions_dir, institution) or {}
        who = plaintiff_from(data).organisation
        return Explanation(loan, explain(history), who.name, who.phone, who.address)

    def _own(self, institution: str, loan: str, day: date, rules: Rules) -> list[OwnLoan] | None:
        """The borrower's other loans here; None where no borrower is named; without restricted ones."""
        subject = self._borrower(institution, loan)
        if subject is None:
            return None
        marks = marks_of_subject(subject, self.evidence.privacy(institution))
        others = {mark.loan for mark in marks} - {loan} - self.evidence.restricted_loans(institution)
        found = []
        for other in sorted(others):
            history = history_of(institution, other, self.evidence.store.events_of_loan(institution, other))
            if is_lent(history):
                still_open = history.last("loan.closed") is None
                found.append(OwnLoan(other, still_open, overdue_days(history, day, rules) if still_open else 0))
        return found

    def _borrower(self, institution: str, loan: str) -> str | None:
        """The one borrower whom the loan's events name as a subject."""
        named = set()
        for event in self.evidence.store.events_of_loan(institution, loan):
            if event.type == "application.submitted" and not event.erased:
                subjects = json.loads(body_of(event)).get("subjects", [])
                named |= {one for one in subjects if one.startswith(BORROWER)}
        return named.pop() if len(named) == 1 else None

    def _history(self, institution: str, loan: str) -> LoanHistory:
        self.evidence.refuse_restricted(institution, loan)
        self.evidence.record_accesses(
            [loan], who="preloan", action="check", institution=institution, purpose="checks before a loan; PIPL 24"
        )
        history = history_of(institution, loan, self.evidence.store.events_of_loan(institution, loan))
        if not history.events:
            raise NotFoundError(f"the log of {institution} has no loan {loan}: check its number")
        return history

    def _write(self, institution: str, loan: str, kind: str, key: str, payload: dict[str, Any]) -> None:
        digest = sha256(f"{len(loan)}:{loan}{key}".encode()).hexdigest()[:40]
        EventJournal(self.evidence).write(
            {
                "id": f"pd:{kind}:{digest}",
                "institution": institution,
                "loan": loan,
                "type": kind,
                "type_version": 1,
                "occurred_at": self.evidence.now().isoformat().replace("+00:00", "Z"),
                "actor": {"role": "policy", "org": institution},
                "source": {"system": "proofdocket", "mechanism": "automatic", "version": "0.1.0"},
                "payload": payload,
            }
        )
