"""Filing and docket as others call them: file a package, bring the docket up to date, list it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from evidence_service.ports import StoredEvent
from evidence_service.service import EvidenceService
from evidence_service.verifier.trust_store import TrustStore
from litigation.adapters.event_journal import EventJournal
from litigation.adapters.evidence_door import history_of
from litigation.adapters.filing_registry import FilingRegistry
from litigation.adapters.folder_outbox import FolderOutbox
from litigation.adapters.package_reread import reread_package
from litigation.adapters.rule_folder import RuleFolder
from litigation.adapters.sql_case_store import SqlCaseStore
from litigation.adapters.sql_filing_store import SqlFilingStore
from litigation.core.docket import Detail, DetailError, DocketEntry, read_detail
from litigation.core.duplicates import suit_ended
from litigation.core.filing import Court, Filing, submitted_event_id
from litigation.core.history import court_date
from litigation.core.limitation import LimitationState
from litigation.core.submissions import OBJECTED, PROPOSED, Submission, submissions_of
from litigation.ports import FilingChain
from litigation.workflow.assess import assess
from litigation.workflow.case_source import our_reference
from litigation.workflow.file_package import FilingDoors, PackageCase, check_fileable, file_package
from litigation.workflow.preflight import limitation_on
from litigation.workflow.sync_docket import Synced, sync_docket


@dataclass(frozen=True, slots=True)
class CaseAlert:
    """An event that a package of a case holds was corrected afterwards.

    `open` until a package was built since; `filed` says whether the package had been filed.
    """

    our_reference: str
    corrected_event: str
    correction: str
    filed: bool
    open: bool
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class DocketLine:
    """One filing with its entries. `days` since it was lodged (or begun); `case_number` is the newest one given."""

    filing: Filing
    entries: tuple[DocketEntry, ...]
    days: int
    case_number: str


class FilingService:
    """One instance's filings and docket."""

    def __init__(self, evidence: EvidenceService, cases: SqlCaseStore, engine: Engine) -> None:
        self.evidence = evidence
        self.store = SqlFilingStore(engine)
        self._cases = cases

    def file(self, package: bytes, court: Court) -> Filing:
        """Lodge a package of this instance with a court."""
        checked = check_fileable(package, self.case_of, self.evidence.now())
        return file_package(checked, court, self.doors())

    def sync(self, details: Mapping[str, Detail]) -> Synced:
        """Ask the chain what courts answered, and record it."""
        trust = TrustStore(self.evidence.settings.home).installed()
        in_force = trust is not None and not trust.in_force(self.evidence.now())
        return sync_docket(self.doors(), details, trust.courts if trust is not None and in_force else None)

    def docket(self) -> list[DocketLine]:
        """All filings with their entries, oldest first. Asks no chain."""
        entries = self.store.entries()
        now = self.evidence.now()
        lines = []
        for filing in self.store.filings():
            mine = tuple(entry for entry in entries if entry.filing_id == filing.filing_id)
            numbers = [entry.case_number for entry in mine if entry.case_number]
            days = (now - (filing.lodged_at or filing.created_at)).days
            lines.append(DocketLine(filing, mine, days, numbers[-1] if numbers else ""))
        return lines

    def alerts(self) -> list[CaseAlert]:
        """Every alert of every case; those that a crash kept back are raised first."""
        found: list[CaseAlert] = []
        for log in self.evidence.logs():
            self.evidence.raise_alerts(log.institution)
            for loan in self.evidence.store.loans_with(log.institution, "case.alerted"):
                found += alerts_of(self.evidence.store.events_of_loan(log.institution, loan))
        return sorted(found, key=lambda alert: (not alert.open, alert.our_reference, alert.raised_at))

    def submissions(self) -> list[Submission]:
        """What parties said through their case pages, what waits for an answer first."""
        found: list[Submission] = []
        for log in self.evidence.logs():
            store = self.evidence.store
            spoken = {loan for kind in (OBJECTED, PROPOSED) for loan in store.loans_with(log.institution, kind)}
            for loan in sorted(spoken - self.evidence.restricted_loans(log.institution)):
                events = store.events_of_loan(log.institution, loan)
                found += submissions_of(history_of(log.institution, loan, events))
        return sorted(found, key=lambda said: (not said.open, said.at))

    def doors(self) -> FilingDoors:
        """What filing needs from outside, at this moment."""
        chain: FilingChain = FilingRegistry(self.evidence.chain.open())
        return FilingDoors(
            store=self.store,
            chain=chain,
            outbox=FolderOutbox(self.evidence.settings.home / "outbox"),
            journal=EventJournal(self.evidence),
            loan_of=self._cases.loan_of,
            reread=partial(reread_package, self.evidence, self._cases),
            ended=self._ended,
            now=self.evidence.now(),
        )

    def limitation(self, filing: Filing) -> LimitationState | None:
        """How limitation stands today for the claim of a filing; None where its loan has no terms."""
        loan, today = self._cases.loan_of(filing.our_reference), court_date(self.evidence.now())
        history = history_of(filing.institution, loan, self.evidence.store.events_of_loan(filing.institution, loan))
        rules = RuleFolder(self.evidence.settings.home).rules()
        return limitation_on(history, assess(history, today, rules), today, rules)

    def _ended(self, filing: Filing) -> bool:
        """Whether the suit of a lodged filing was withdrawn, dismissed or closed, by the loan's events."""
        loan = self._cases.loan_of(filing.our_reference)
        history = history_of(filing.institution, loan, self.evidence.store.events_of_loan(filing.institution, loan))
        rules = RuleFolder(self.evidence.settings.home).rules()
        return suit_ended(history, submitted_event_id(filing), court_date(self.evidence.now()), rules)

    def case_of(self, package_sha256: str) -> PackageCase:
        """Which case a package of this instance belongs to. Raises NotFoundError."""
        row = self._cases.package_by_digest(package_sha256)
        return PackageCase(row.our_reference, row.institution, row.draft)


def alerts_of(events: Sequence[StoredEvent]) -> list[CaseAlert]:
    """The alerts among a loan's events; one whose content was erased is not told any more."""
    newest = max((event.sequence for event in events if event.type == "package.built"), default=-1)
    found = []
    for event in events:
        if event.type != "case.alerted" or event.body is None:
            continue
        payload = json.loads(event.body)["payload"]
        found.append(
            CaseAlert(
                our_reference=our_reference(event.institution, event.loan),
                corrected_event=payload["corrected_event"],
                correction=payload["correction"],
                filed=payload["filed"],
                open=newest < event.sequence,
                raised_at=event.captured_at,
            )
        )
    return found


def read_details(folder: Path) -> tuple[dict[str, Detail], list[DetailError]]:
    """The court's reasons in a folder, by digest, and those that are refused."""
    details: dict[str, Detail] = {}
    refused: list[DetailError] = []
    for path in sorted(folder.glob("*.json")):
        try:
            detail = read_detail(path.name, path.read_bytes())
        except DetailError as error:
            refused.append(error)
        else:
            details[detail.digest] = detail
    return details, refused
