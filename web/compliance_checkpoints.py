"""Checkpoints over time with what vouches for them, the proof that one extends another, and the health of it all.

Spec: docs/spec/checkpoint.md, docs/spec/log.md. A check that was not made is shown as not made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from evidence_service.adapters.audit_reader import TimelineRow
from evidence_service.core.merkle import ProofError, check_consistency, consistency_proof
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.core.reasons import CheckState
from evidence_service.errors import MalformedInputError, StoreError
from evidence_service.ports import PublishedCheckpoint
from web.access import Permission, permit
from web.chart_latency import latency_chart
from web.compliance_desk import ComplianceDesk, around, desk, here
from web.compliance_forms import day_argument
from web.current import now, number_argument
from web.ports import LogRow
from web.present import SHANGHAI

PAGE = 50
DRAWN = 60
HASHED_HERE = 100_000
"""Logs up to this size are hashed anew on the page; a larger one by `audit consistency`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the check: what was asked, how it ended, and why if it did not pass."""

    what: str
    state: CheckState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two checkpoints and everything that was checked between them."""

    old: PublishedCheckpoint
    new: PublishedCheckpoint
    lines: tuple[Line, ...]
    path: tuple[str, ...]

    @property
    def result(self) -> str:
        """failed, passed, or incomplete where nothing failed and not everything was checked."""
        states = {line.state for line in self.lines}
        if CheckState.FAILED in states:
            return "failed"
        return "passed" if states == {CheckState.PASSED} else "incomplete"


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/compliance/checkpoints", "timeline", timeline)
    app.add_url_rule("/compliance/consistency", "consistency", consistency)


@permit(Permission.AUDIT_READ)
def timeline() -> ResponseReturnValue:
    """Checkpoints, newest first; how long anchoring took; witnesses, authorities, anchors."""
    at, (logs, log) = desk(), here()
    if log is None:
        return render_template("compliance/timeline.html", **around("timeline", log, logs))
    before = number_argument("before")
    rows = at.reader.timeline(log.institution, before, PAGE + 1)
    shown, more = rows[:PAGE], len(rows) > PAGE
    drawn = [one for one in reversed(shown[:DRAWN]) if waited(one) is not None]
    seconds = [wait.total_seconds() for one in drawn if (wait := waited(one)) is not None]
    return render_template(
        "compliance/timeline.html",
        rows=shown,
        older=shown[-1].size if more else None,
        newest=before is None,
        waited=waited,
        same_second=bool(seconds) and not max(seconds),
        chart=latency_chart([(f"{one.size:,}", wait) for one, wait in zip(drawn, seconds, strict=True)]),
        median=timedelta(seconds=median(seconds)) if seconds else None,
        longest=timedelta(seconds=max(seconds)) if seconds else None,
        health=health(at, log) if before is None else None,
        now=now(),
        **around("timeline", log, logs),
    )


def waited(row: TimelineRow) -> timedelta | None:
    """From the signature of a checkpoint to the block that has it, by the block's clock; never less than nothing."""
    if row.block_time is None:
        return None
    return max(timedelta(0), row.block_time - row.created_at.replace(microsecond=0))


def health(at: ComplianceDesk, log: LogRow) -> dict[str, object]:
    """Who vouches for the newest checkpoint, who does not and why, and what waits for the chain."""
    published = at.evidence.store.latest_checkpoint(log.institution)
    if published is None:
        return {}
    largest = at.evidence.anchors.largest(log.institution)
    covered = largest.size if largest else 0
    waiting = [one for one in at.evidence.store.checkpoints(log.institution, PAGE) if one.checkpoint.size > covered]
    tokens = at.evidence.tokens(log.institution, published.checkpoint.size)
    return {
        "size": published.checkpoint.size,
        "witnesses": at.evidence.witness_report(log.institution, published),
        "authorities": at.evidence.authorities(),
        "stamped": {one.authority: one.stamped_at for one in tokens},
        "anchored": covered,
        "waiting": len(waiting),
        "waiting_since": waiting[-1].created_at if waiting else None,
        "states": at.reader.anchor_states(log.institution),
        "missing": len(at.evidence.anchors.without_material(log.institution)),
    }


@permit(Permission.AUDIT_READ)
def consistency() -> ResponseReturnValue:
    """Whether the log of a later day extends that of an earlier one: choose two days, or two sizes."""
    at, (logs, log) = desk(), here()
    since, until = day_argument("since"), day_argument("until")
    old, new = number_argument("from"), number_argument("to")
    told, compared = "", None
    if log is not None and (old is None or new is None) and (since or until):
        old = _size_on(at, log, since)
        new = _size_on(at, log, until)
        told = "consistency.none" if old is None or new is None else ""
    if log is not None and old is not None and new is not None:
        if old > new:
            old, new = new, old
        first = at.evidence.store.checkpoint_at(log.institution, old)
        second = at.evidence.store.checkpoint_at(log.institution, new)
        told = "" if first and second else "consistency.no_checkpoint"
        compared = compare(at, log, first, second) if first and second else None
    newest = at.evidence.store.checkpoints(log.institution, PAGE) if log else []
    return render_template(
        "compliance/consistency.html",
        sizes=newest,
        since=since,
        until=until,
        old=old,
        new=new,
        told=told,
        compared=compared,
        hashed_here=HASHED_HERE,
        **around("consistency", log, logs),
    )


def _size_on(at: ComplianceDesk, log: LogRow, day: object) -> int | None:
    """The newest checkpoint of a day in Beijing or before it; without a day the newest of all."""
    if not hasattr(day, "year"):
        latest = at.evidence.store.latest_checkpoint(log.institution)
        return latest.checkpoint.size if latest else None
    end = datetime.combine(day, time(), SHANGHAI) + timedelta(days=1)  # type: ignore[arg-type]
    return at.reader.size_at(log.institution, end)


def compare(at: ComplianceDesk, log: LogRow, old: PublishedCheckpoint, new: PublishedCheckpoint) -> Compared:
    """(1, 2) both signatures, (3) the proof between the two roots, (4) the entries themselves, hashed anew."""
    lines = [_signed(at, log, "old", old), _signed(at, log, "new", new)]
    sizes = (old.checkpoint.size, new.checkpoint.size)
    path: tuple[bytes, ...] = ()
    try:
        path = consistency_proof(at.evidence.store.tree(log.institution, sizes[1]), *sizes)
        check_consistency(*sizes, old.checkpoint.root, new.checkpoint.root, path)
        lines.append(Line("proof", CheckState.PASSED))
    except (ProofError, StoreError) as error:
        lines.append(Line("proof", CheckState.FAILED, str(error)))
    if sizes[1] > HASHED_HERE:
        lines.append(Line("entries", CheckState.NOT_CHECKED, "consistency.too_large"))
    else:
        finding = at.evidence.audit_consistency(log.institution, *sizes)
        lines.append(
            Line("entries", CheckState.PASSED)
            if finding.consistent
            else Line("entries", CheckState.FAILED, finding.reason)
        )
    return Compared(old, new, tuple(lines), tuple(one.hex() for one in path))


def _signed(at: ComplianceDesk, log: LogRow, which: str, published: PublishedCheckpoint) -> Line:
    record = at.evidence.log_as_signed(at.evidence.log(log.institution), published)
    try:
        good = verify_ed25519(parse_note(published.note.encode()), parse_vkey(record.vkey))
        good = good and parse_note(published.note.encode()).text == published.checkpoint.text()
    except MalformedInputError as error:
        return Line(f"signed_{which}", CheckState.FAILED, str(error))
    return Line(f"signed_{which}", CheckState.PASSED if good else CheckState.FAILED)
