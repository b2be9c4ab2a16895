"""Reads the loan of a package again before the package leaves the house, to a court or into its export."""

from __future__ import annotations

from datetime import date

from evidence_service.service import EvidenceService
from litigation.adapters.evidence_door import history_of
from litigation.adapters.rule_folder import RuleFolder
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.core.duplicates import refuse_duplicate
from litigation.core.history import court_date
from litigation.core.reread import refuse_changed, refuse_late
from litigation.workflow.assess import assess
from litigation.workflow.preflight import decision_of, limitation_on


def reread_package(evidence: EvidenceService, cases: SqlCaseStore, package_sha256: str) -> None:
    """Refuse what changed since the package was drawn, a restricted loan, a second suit, and one late by now."""
    row = cases.package_by_digest(package_sha256)
    loan, today = cases.loan_of(row.our_reference), court_date(evidence.now())
    evidence.refuse_restricted(row.institution, loan)
    history = history_of(row.institution, loan, evidence.store.events_of_loan(row.institution, loan))
    rules = RuleFolder(evidence.settings.home).rules()
    refuse_changed(history, date.fromisoformat(row.as_of), row.tree_size, rules, today)
    refuse_duplicate(history, today, rules)
    decision = decision_of(history)
    state = limitation_on(history, assess(history, today, rules), today, rules)
    refuse_late(state, decision.accepted if decision else (), today)
