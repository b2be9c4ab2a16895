"""Reads a loan for one party; closed where a subject is restricted to storage or something was erased."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from evidence_service.ports import StoredEvent
from evidence_service.service import EvidenceService
from litigation.adapters.evidence_door import history_of
from litigation.core.disclosure_set import Selection, select
from litigation.disclosure_book import disclosure_sets
from litigation.served.core.party import PartyLoan
from litigation.served.errors import PapersClosedError


def party_loan(evidence: EvidenceService, institution: str, loan: str, recipient: str, as_of: date) -> PartyLoan:
    """Read the loan for a party. Refused where a subject is restricted to storage, or anything was erased."""
    evidence.refuse_restricted(institution, loan)
    stored = evidence.store.events_of_loan(institution, loan)
    if any(event.erased for event in stored):
        raise PapersClosedError("content of this loan was erased: its papers are not shown any more")
    history = history_of(institution, loan, stored)
    selection = select(recipient, as_of, disclosure_sets(), history)
    return PartyLoan(history, selection, _subject(stored, selection))


def _subject(stored: Sequence[StoredEvent], selection: Selection) -> str:
    """Who the party is in the events: the borrower is first of the contract's subjects, whoever joined is last of its
    own event's. Where a source names nobody, the words lie under the loan's own key."""
    for event in stored:
        if event.event_id in selection.own or (not selection.own and event.type == "contract.signed"):
            subjects = json.loads(event.body or b"{}").get("subjects") or []
            if subjects:
                return str(subjects[-1 if selection.own else 0])
    return f"loan:{stored[0].loan}" if stored else "loan:unknown"
