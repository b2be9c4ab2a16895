"""The command `retention`: what is due for deletion, what is kept until when and why, what is on hold.

Spec: docs/spec/erasure.md (Retention calendar).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from evidence_service.workflow.retention import RetentionLine, RetentionReport, retention_report

SHOWN = 20
STATES = ("due", "held", "kept", "free", "erased")


@click.command("retention")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day [today].")
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def retention_command(context: click.Context, as_of: datetime | None, institution: str | None, as_json: bool) -> None:
    """Say what is due for deletion, what a statute keeps until when, and what is on hold.

    Every duty names its legal source, and how well that is known (V read, S secondary, O unverified).
    """
    service = open_home(home_of(context))
    require_initialised(service)
    doors = service.privacy(service.log(institution).institution)
    day = (
        as_of.replace(hour=15, minute=59, tzinfo=UTC) if as_of is not None else doors.now
    )  # the end of that day in China
    report = retention_report(doors, day)
    emit(as_json, _report_json(doors.institution, report), _report_lines(report))


def _report_json(institution: str, report: RetentionReport) -> dict[str, Any]:
    counts = Counter(line.state for line in report.lines)
    return {
        "institution": institution,
        "as_of": report.as_of.date().isoformat(),
        "counts": {state: counts.get(state, 0) for state in STATES},
        "loans": [_line_json(line) for line in report.lines],
        "restricted": [
            {
                "subject": one.subject,
                "reason": one.reason,
                "since": format_instant(one.restricted_at),
                "kept_until": None if one.kept_until is None else one.kept_until.isoformat(),
            }
            for one in report.restrictions
        ],
        "unfinished_erasures": [
            {"reason": one.reason, "loans": list(one.loans), "started_at": format_instant(one.started_at)}
            for one in report.unfinished
        ],
    }


def _line_json(line: RetentionLine) -> dict[str, Any]:
    until = line.standing.retention.kept_until
    return {
        "loan": line.loan,
        "state": line.state,
        "kept_until": None if until is None else until.isoformat(),
        "restricted": line.restricted,
        "holds": [{"kind": one.kind, "event": one.event_id} for one in line.standing.holds],
        "duties": [
            {
                "id": one.duty.id,
                "kind": one.duty.kind.value,
                "clock": one.clock.value,
                "day": None if one.day is None else one.day.isoformat(),
                "source": one.duty.source,
                "mark": one.duty.mark,
            }
            for one in line.standing.retention.states
        ],
        "warnings": list(line.warnings),
    }


def _report_lines(report: RetentionReport) -> list[str]:
    counts = Counter(line.state for line in report.lines)
    head = ", ".join(f"{counts.get(state, 0):,} {state}" for state in STATES)
    lines = [f"as of {report.as_of.date()}: {head}"]
    for state in ("due", "held", "kept"):
        chosen = [line for line in report.lines if line.state == state]
        lines += [f"  {_line(line)}" for line in chosen[:SHOWN]]
        if len(chosen) > SHOWN:
            lines.append(f"  … and {len(chosen) - SHOWN:,} more {state} (--json lists all)")
    lines += [f"  restricted to storage: {one.subject}, {one.reason}" for one in report.restrictions]
    lines += [
        f"  erasure begun on {one.started_at:%Y-%m-%d} and not finished: run `proofdocket erase` again"
        for one in report.unfinished
    ]
    return lines


def _line(line: RetentionLine) -> str:
    retention = line.standing.retention
    if line.state == "due":
        why = "; ".join(f"{one.duty.source} ({one.duty.mark})" for one in retention.states if one.duty.kind == "delete")
    elif line.state == "held":
        why = "; ".join(f"{one.kind} since {one.event_id}" for one in line.standing.holds)
    else:
        until = retention.kept_until
        sources = "; ".join(f"{one.duty.source} ({one.duty.mark})" for one in retention.keeping)
        why = f"{'no end yet' if until is None else f'until {until}'}: {sources}"
    return f"{line.state}  {line.loan}  {why}"
