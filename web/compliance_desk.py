"""The compliance officers' desk: rooms, tables and the kept run behind their pages, of one instance, opened once.

Who looks at what is on record before it is read: pages by the guard, opened events by the service of conformance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, url_for
from flask_login import current_user
from sqlalchemy import Engine

from evidence_service.adapters.audit_reader import AuditReader
from evidence_service.conformance.core.decision import DECISIONS, Decision, decision_from
from evidence_service.conformance_service import ConformanceService
from evidence_service.core.canonical import parse_canonical
from evidence_service.service import EvidenceService
from litigation.adapters.case_finder import CaseFinder
from web.access import Permission, may
from web.compliance_store import ComplianceStore, KeptRun
from web.current import chosen_log, instance
from web.ports import LogRow
from web.sealing import SecretBox

PARTS: tuple[tuple[str, Permission], ...] = (
    ("compliance", Permission.AUDIT_READ),
    ("timeline", Permission.AUDIT_READ),
    ("consistency", Permission.AUDIT_READ),
    ("findings", Permission.AUDIT_READ),
    ("key_posts", Permission.AUDIT_READ),
    ("access_log", Permission.ACCESS_LOG_READ),
    ("registers", Permission.AUDIT_READ),
    ("reports", Permission.EXPORT),
)
STANDS_UNDER = {"finding": "findings", "post_holder": "key_posts", "trail": "compliance"}
"""The pages of compliance, in the order of the work, and what each asks."""


class ComplianceDesk:
    """What the pages of compliance work with."""

    def __init__(self, evidence: EvidenceService, engine: Engine, box: SecretBox) -> None:
        self.evidence = evidence
        self.reader = AuditReader(engine)
        self.finder = CaseFinder(engine)
        self.store = ComplianceStore(engine, box)

    def door(self, account: str) -> ConformanceService:
        """Conformance in the name of an account."""
        return ConformanceService(self.evidence, f"account:{account}")

    def up_to_date(self, institution: str) -> KeptRun | None:
        """The last run, with every decision that the log has heard since."""
        kept = self.store.run(institution)
        if kept is None:
            return None
        size = self.evidence.log(institution).size
        if size > kept.decided_size:
            told = self.reader.events_of_types(institution, kept.decided_size, DECISIONS)
            made = [self.decision(institution, entry) for entry, _ in told]
            newest = {one.finding: (one.state.value, one.entry) for one in made if one is not None}
            self.store.decided(institution, newest, size)
        return kept

    def decision(self, institution: str, entry: int | None) -> Decision | None:
        """The decision that an entry tells; None where there is none, or its content was erased."""
        if entry is None:
            return None
        event = self.evidence.store.event_at(institution, entry)
        return None if event.body is None else decision_from(parse_canonical(event.body), entry)


def desk() -> ComplianceDesk:
    """The desk of this instance; an instance without the rooms has no such pages."""
    found = getattr(instance(), "compliance", None)
    if not isinstance(found, ComplianceDesk):
        abort(404)
    return found


def here() -> tuple[list[LogRow], LogRow | None]:
    """The logs that this person may see, and the one that the page is about."""
    logs = list(instance().logs())
    return logs, chosen_log(logs)


def named(institution: str) -> LogRow:
    """The log of an address; 404 where it is not there for this person."""
    found = next((log for log in instance().logs() if log.institution == institution), None)
    return found or abort(404)


def around(page: str, log: LogRow | None, logs: list[LogRow]) -> Mapping[str, Any]:
    """What every page of compliance hands its template: its neighbours, and whose log it is."""
    shown = STANDS_UNDER.get(page, page)
    kept: dict[str, Any] = {"institution": log.institution} if log and len(logs) > 1 else {}
    parts = [(name, url_for(name, **kept), name == shown) for name, needs in PARTS if may(needs)]
    return {"parts": parts, "log": log, "logs": logs, "me": current_user.name}
