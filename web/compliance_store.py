"""Keeps the last run of the rules over each log with its findings, so that no page has to read a whole log.

A run replaces the one before in one transaction. Findings are read a page at a time, by position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence_service.adapters.sql_access_log import stamp
from evidence_service.core.event import parse_instant
from evidence_service.database import reading, writing
from evidence_service.errors import ConflictError
from web.compliance_tables import finding, job, original, run
from web.sealing import SecretBox

STALE = timedelta(hours=6)
"""A run that has not ended after so long was cut off; another may begin."""
CHUNK = 500


class ComplianceBusyError(ConflictError):
    """The rules run over this log already; wait until that is done."""

    code = "compliance-busy"


@dataclass(frozen=True, slots=True)
class KeptRun:
    """What the last run found of a log of `size` entries; `body` holds rules, tallies, posts and people."""

    institution: str
    size: int
    decided_size: int
    ran_at: datetime
    ran_by: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """One finding. `entry` is the leaf index of the event by which the rule had to be kept, `decision` that of the
    newest decision about it."""

    position: int
    finding: str
    rule: str
    verdict: str
    severity: str
    loan: str
    entry: int
    events: tuple[tuple[int, str], ...]
    state: str
    decision: int | None


@dataclass(frozen=True, slots=True)
class NamedOriginal:
    """An original as an entry names it; `number` counts those of that entry."""

    entry: int
    number: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which findings somebody wants to see; empty fields ask nothing."""

    rule: str = ""
    verdict: str = ""
    severity: str = ""
    state: str = ""
    loan: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A run that is under way, or how the last one ended."""

    started_at: datetime
    started_by: str
    ended_at: datetime | None
    problem: str

    def running(self, now: datetime) -> bool:
        """Whether it still runs, as far as anybody knows."""
        return self.ended_at is None and now - self.started_at < STALE


class ComplianceStore:
    """The runs of one instance."""

    def __init__(self, engine: Engine, box: SecretBox) -> None:
        self._engine, self._box = engine, box

    def run(self, institution: str) -> KeptRun | None:
        """The last run over a log."""
        with reading(self._engine) as connection:
            row = connection.execute(select(run).where(run.c.institution == institution)).one_or_none()
        if row is None:
            return None
        body = json.loads(self._box.open(bytes(row.sealed), _whose(institution)))
        return KeptRun(institution, row.size, row.decided_size, parse_instant(row.ran_at, "at"), row.ran_by, body)

    def keep(self, kept: KeptRun, findings: Sequence[KeptFinding], originals: Sequence[NamedOriginal]) -> None:
        """Put a run in the place of the one before, with its findings and the digests of originals."""
        sealed = self._box.seal(json.dumps(kept.body, ensure_ascii=False), _whose(kept.institution))
        rows = [_row(kept.institution, one) for one in findings]
        named = [
            {"institution": kept.institution, "entry": a.entry, "number": a.number, "sha256": a.sha256, "sm3": a.sm3}
            for a in originals
        ]
        with writing(self._engine) as connection:
            connection.execute(delete(run).where(run.c.institution == kept.institution))
            for table in (finding, original):
                connection.execute(delete(table).where(table.c.institution == kept.institution))
            connection.execute(
                insert(run).values(
                    institution=kept.institution,
                    size=kept.size,
                    decided_size=kept.decided_size,
                    ran_at=stamp(kept.ran_at),
                    ran_by=kept.ran_by,
                    sealed=sealed,
                )
            )
            for start in range(0, len(rows), CHUNK):
                connection.execute(insert(finding), rows[start : start + CHUNK])
            for start in range(0, len(named), CHUNK):
                connection.execute(insert(original), named[start : start + CHUNK])

    def decided(self, institution: str, decisions: Mapping[str, tuple[str, int]], size: int) -> None:
        """Note decisions (state, leaf index) about findings, as they stand in a log of that size."""
        with writing(self._engine) as connection:
            for digest, (state, entry) in decisions.items():
                mine = (finding.c.institution == institution) & (finding.c.finding == digest)
                newer = finding.c.decision.is_(None) | (finding.c.decision < entry)
                connection.execute(update(finding).where(mine & newer).values(state=state, decision=entry))
            wanted = (run.c.institution == institution) & (run.c.decided_size < size)
            connection.execute(update(run).where(wanted).values(decided_size=size))

    def findings(
        self, institution: str, narrowed: Narrowed, after: int | None, before: int | None, limit: int
    ) -> list[KeptFinding]:
        """Findings after a position (or before one), in order."""
        query = _narrow(select(finding), institution, narrowed)
        if before is not None:
            query = query.where(finding.c.position < before).order_by(finding.c.position.desc())
        else:
            query = query.where(finding.c.position > (-1 if after is None else after)).order_by(finding.c.position)
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [_finding(row) for row in (reversed(rows) if before is not None else rows)]

    def count(self, institution: str, narrowed: Narrowed) -> int:
        """How many findings there are."""
        query = _narrow(select(func.count()).select_from(finding), institution, narrowed)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def sums(self, institution: str) -> dict[tuple[str, str, str], int]:
        """How many findings of each severity, verdict and state."""
        parts = (finding.c.severity, finding.c.verdict, finding.c.state)
        query = select(*parts, func.count()).where(finding.c.institution == institution).group_by(*parts)
        with reading(self._engine) as connection:
            return {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(query)}

    def finding(self, institution: str, digest: str) -> KeptFinding | None:
        """One finding of the last run, by its whole digest or by no fewer than eight characters of it."""
        name = digest.lower()
        if len(name) < 8 or any(letter not in "0123456789abcdef" for letter in name):
            return None
        mine = (finding.c.institution == institution) & finding.c.finding.between(name, name + "g")
        with reading(self._engine) as connection:
            rows = connection.execute(select(finding).where(mine).limit(2)).all()
        return _finding(rows[0]) if len(rows) == 1 else None

    def naming(self, institution: str, digest: str, limit: int) -> list[int]:
        """Entries that name an original with this SHA-256 or SM3, as the last run read them."""
        mine = (original.c.institution == institution) & ((original.c.sha256 == digest) | (original.c.sm3 == digest))
        query = select(original.c.entry).where(mine).order_by(original.c.entry).limit(limit)
        with reading(self._engine) as connection:
            return [int(entry) for entry in connection.execute(query).scalars()]

    def begin(self, institution: str, who: str, now: datetime) -> None:
        """Say that a run begins; ComplianceBusyError where one runs."""
        values = {"institution": institution, "started_at": stamp(now), "started_by": who, "problem": ""}
        try:
            with writing(self._engine) as connection:
                known = _job(connection, institution)
                if known is not None and known.running(now):
                    raise ComplianceBusyError("the rules run over this log already; wait until that is done")
                connection.execute(delete(job).where(job.c.institution == institution))
                connection.execute(insert(job).values(ended_at=None, **values))
        except IntegrityError as error:  # two began in the same moment
            raise ComplianceBusyError("the rules run over this log already; wait until that is done") from error

    def end(self, institution: str, now: datetime, problem: str = "") -> None:
        """Say that a run ended, and with which error code if any."""
        with writing(self._engine) as connection:
            mine = update(job).where(job.c.institution == institution)
            connection.execute(mine.values(ended_at=stamp(now), problem=problem))

    def job(self, institution: str) -> Job | None:
        """The run that is under way, or how the last one ended."""
        with reading(self._engine) as connection:
            return _job(connection, institution)


def _job(connection: Connection, institution: str) -> Job | None:
    row = connection.execute(select(job).where(job.c.institution == institution)).one_or_none()
    if row is None:
        return None
    ended = None if row.ended_at is None else parse_instant(row.ended_at, "at")
    return Job(parse_instant(row.started_at, "at"), row.started_by, ended, row.problem)


def _narrow(query: Select[Any], institution: str, narrowed: Narrowed) -> Select[Any]:
    query = query.where(finding.c.institution == institution)
    for name in ("rule", "verdict", "severity", "state", "loan"):
        wanted = getattr(narrowed, name)
        if wanted:
            query = query.where(finding.c[name] == wanted)
    return query


def _row(institution: str, one: KeptFinding) -> dict[str, Any]:
    return {
        "institution": institution,
        "position": one.position,
        "finding": one.finding,
        "rule": one.rule,
        "verdict": one.verdict,
        "severity": one.severity,
        "loan": one.loan,
        "entry": one.entry,
        "events": json.dumps(one.events),
        "state": one.state,
        "decision": one.decision,
    }


def _finding(row: Any) -> KeptFinding:
    return KeptFinding(
        position=row.position,
        finding=row.finding,
        rule=row.rule,
        verdict=row.verdict,
        severity=row.severity,
        loan=row.loan,
        entry=row.entry,
        events=tuple((int(entry), str(name)) for entry, name in json.loads(row.events)),
        state=row.state,
        decision=row.decision,
    )


def _whose(institution: str) -> str:
    return f"compliance run of {institution}"
