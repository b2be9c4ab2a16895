"""What stands in the report of compliance: the log and its checkpoints in a time, findings, posts, accesses, erasures.

Gathered from the log and the last run; nothing is judged here. What was not checked says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from evidence_service.adapters.audit_reader import ErasureRow
from evidence_service.workflow.witness_report import WitnessReport
from web.compliance_checkpoints import Compared, compare, health
from web.compliance_desk import ComplianceDesk
from web.compliance_store import KeptFinding, KeptRun, Narrowed
from web.ports import LogRow

LISTED = 60
ERASURES = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report says."""

    log: LogRow
    since: date
    until: date
    made_at: datetime
    kept: KeptRun | None
    sums: Mapping[tuple[str, str, str], int]
    findings: tuple[KeptFinding, ...]
    compared: Compared | None
    health: Mapping[str, Any]
    accesses: Mapping[str, int]
    erasures: tuple[ErasureRow, ...]
    restrictions: int

    @property
    def witnesses(self) -> WitnessReport | None:
        """How the newest checkpoint stands with the witnesses."""
        found = self.health.get("witnesses")
        return found if isinstance(found, WitnessReport) else None


def gather(
    at: ComplianceDesk, log: LogRow, since: date, until: date, start: datetime, end: datetime, now: datetime
) -> Report:
    """Gather the report of the time from `start` to before `end`."""
    name = log.institution
    kept = at.up_to_date(name)
    open_ones = [
        one
        for state in ("open", "assigned")
        for one in at.store.findings(name, Narrowed(state=state), None, None, LISTED)
    ]
    erasures = [one for one in at.reader.erasures(name, None, ERASURES) if start <= one.started_at < end]
    return Report(
        log=log,
        since=since,
        until=until,
        made_at=now,
        kept=kept,
        sums=at.store.sums(name) if kept else {},
        findings=tuple(sorted(open_ones, key=lambda one: one.position)[:LISTED]),
        compared=_compared(at, log, start, end),
        health=health(at, log),
        accesses=at.reader.accesses_between({name}, start, end),
        erasures=tuple(erasures),
        restrictions=len(at.reader.restrictions(name)),
    )


def _compared(at: ComplianceDesk, log: LogRow, start: datetime, end: datetime) -> Compared | None:
    """The last checkpoint before the time (else the first of the log) beside the last one in it."""
    new = at.reader.size_at(log.institution, end)
    if new is None:
        return None
    old = at.reader.size_at(log.institution, start) or at.reader.first_size(log.institution)
    first = at.evidence.store.checkpoint_at(log.institution, old or new)
    second = at.evidence.store.checkpoint_at(log.institution, new)
    return compare(at, log, first, second) if first and second else None
