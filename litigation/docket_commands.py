"""The `docket` commands: follow what courts answer and enter, the clocks that run, and what we tell courts.

Spec: docs/spec/docket.md, docs/spec/filing.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, json_option, refusals_exit_1, say
from evidence_service.core.event import format_instant
from litigation.core.clocks import Clock
from litigation.core.docket import DocketEntry
from litigation.core.filing import Filing
from litigation.core.filing_move import MOVES
from litigation.filing_commands import open_for
from litigation.filing_service import CaseAlert, DocketLine, read_details
from litigation.submission_lines import said_json, said_line

COURTS = {
    "compared": "courts' addresses were compared with the installed trust file",
    "none-pinned": "the installed trust file pins no court on this chain: no court's address was compared",
    "no-trust-file": "no trust file is installed and in force: no court's address was compared",
}


@click.group("docket", context_settings={"help_option_names": ["-h", "--help"]})
def docket_group() -> None:
    """Follow what courts answer to our filings."""


@docket_group.command("sync")
@click.option(
    "--details",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the courts' reasons: files named <SHA-256>.json.",
)
@json_option
@click.pass_context
@refusals_exit_1
def sync_command(context: click.Context, details: Path | None, as_json: bool) -> None:
    """Ask chain and courts what was answered and entered, record it, and show where the books differ.

    Registered courts are asked over HTTP: their signed entries become events, and what could not be delivered or told
    before is brought now.

    Exit 0 when everything agrees, 1 when something differs or a file of --details is refused (the rest is recorded).
    """
    delivery = open_for(context)
    known, refused = read_details(details) if details else ({}, [])
    followed = delivery.follow()
    late = delivery.deliver_waiting()
    synced = delivery.filings.sync({**followed.details, **known})
    synced.differences += [*followed.differences, *late]
    answered = {entry.filing_id for entry in synced.entries}
    answer = {
        "filings": len(synced.filings),
        "answered": len(answered),
        "new": len(synced.new),
        "entered": len(followed.entries),
        "waiting": synced.waiting,
        "courts": synced.courts,
        "entries": [_entry_json(entry) for entry in synced.new],
        "differences": [
            {"code": item.code, "filing_id": item.filing_id, "reason": item.reason} for item in synced.differences
        ],
        "refused": [{"code": error.code, "reason": str(error)} for error in refused],
    }
    lines = [f"{len(synced.filings)} filings, {len(answered)} answered, {len(synced.new)} new"]
    lines += [f"  {_entry_line(entry)}" for entry in synced.new]
    lines += [f"  {entry.at:%Y-%m-%d %H:%M} UTC  {entry.kind.value}  {entry.court}" for entry in followed.entries]
    if synced.waiting:
        lines.append(f"{synced.waiting} answer(s) wait for more blocks upon them; sync again later")
    lines.append(COURTS[synced.courts])
    emit(as_json, answer, lines)
    for item in synced.differences:
        say(f"Difference ({item.code}) {item.filing_id}: {item.reason}")
    for error in refused:
        say(f"Refused: {error}")
    if synced.differences or refused:
        raise click.exceptions.Exit(1)


@docket_group.command("list")
@json_option
@click.pass_context
@refusals_exit_1
def list_command(context: click.Context, as_json: bool) -> None:
    """List all filings with state, age, court, case number, and what was answered, in the order of time.

    Then the alerts: events that a package holds and that were corrected afterwards; objections and proposals of
    parties that wait for an answer.
    """
    service = open_for(context).filings
    docket, alerts = service.docket(), service.alerts()
    lines = []
    for line in docket:
        lines += _docket_lines(line)
    said = [one for one in service.submissions() if one.open]
    lines = (lines or ["nothing was filed yet"]) + [_alert_line(alert) for alert in alerts]
    lines += [said_line(one) for one in said]
    answer = {"filings": [_docket_json(line) for line in docket], "alerts": [_alert_json(alert) for alert in alerts]}
    answer["submissions"] = [said_json(one) for one in said]
    emit(as_json, answer, lines)


@docket_group.command("clocks")
@click.option("--within", type=click.IntRange(0), help="Only deadlines within this many days, and those gone by.")
@json_option
@click.pass_context
@refusals_exit_1
def clocks_command(context: click.Context, within: int | None, as_json: bool) -> None:
    """List the deadlines of all filings, the nearest first: cure, fee, evidence, hearing, preservation, appeal …

    Exit 1 when one has gone by.
    """
    found = [one for one in open_for(context).clocks() if within is None or one.days_left <= within]
    rows = [
        {
            "our_reference": one.our_reference,
            "filing_id": one.filing_id,
            "what": one.what,
            "last_day": one.last_day.isoformat(),
            "days_left": one.days_left,
            "alarm": one.alarm,
            "rule": one.rule,
            "source": one.source,
            "provisional": one.provisional,
            "zh": one.zh,
            "en": one.en,
        }
        for one in found
    ]
    lines = [_clock_line(one) for one in found] or ["no deadline runs"]
    emit(as_json, {"clocks": rows}, lines)
    if any(one.alarm == "overdue" for one in found):
        raise click.exceptions.Exit(1)


@docket_group.command("tell")
@click.argument("filing")
@click.argument("kind", type=click.Choice(list(MOVES)))
@click.argument("members", nargs=-1, metavar="[NAME=VALUE]...")
@json_option
@click.pass_context
@refusals_exit_1
def tell_command(context: click.Context, filing: str, kind: str, members: tuple[str, ...], as_json: bool) -> None:
    """Tell the court something about FILING (filing id or our reference): a withdrawal, a payment, an amendment, a fee.

    \b
      docket tell sample-cf:SCF202512000007 payment amount=5000.00 on=2026-12-01
      docket tell sample-cf:SCF202512000007 withdrawal reason=已清偿
    """
    pairs = dict(word.partition("=")[::2] for word in members)
    move = open_for(context).tell(filing, kind, pairs)
    emit(as_json, {"kind": kind, "sha256": move.sha256}, [f"{kind}: told to the court ({move.sha256})"])


def _docket_json(line: DocketLine) -> dict[str, Any]:
    filing: Filing = line.filing
    return {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "court_address": filing.court_address,
        "state": filing.state.value,
        "days": line.days,
        "case_number": line.case_number,
        "package_sha256": filing.package_sha256,
        "filing_id": filing.filing_id,
        "tx": filing.tx,
        "block": filing.block,
        "lodged_at": format_instant(filing.lodged_at) if filing.lodged_at else None,
        "outbox": filing.outbox,
        "entries": [_entry_json(entry) for entry in line.entries],
    }


def _alert_json(alert: CaseAlert) -> dict[str, Any]:
    return {
        "our_reference": alert.our_reference,
        "corrected_event": alert.corrected_event,
        "correction": alert.correction,
        "filed": alert.filed,
        "state": "open" if alert.open else "answered",
        "raised_at": format_instant(alert.raised_at),
    }


def _alert_line(alert: CaseAlert) -> str:
    what = "its package was filed" if alert.filed else "its package was built"
    then = "build it again" if alert.open else "built again since"
    return (
        f"{'ALERT' if alert.open else 'alert'}  {alert.our_reference}  event {alert.corrected_event} was corrected by "
        f"{alert.correction} after {what}; {then}"
    )


def _entry_json(entry: DocketEntry) -> dict[str, Any]:
    return {
        "our_reference": entry.our_reference,
        "court": entry.court,
        "filing_id": entry.filing_id,
        "kind": entry.kind.value,
        "case_number": entry.case_number,
        "detail_digest": entry.detail_digest,
        "has_detail": bool(entry.detail),
        "tx": entry.tx,
        "block": entry.block,
        "answered_at": format_instant(entry.answered_at),
    }


def _docket_lines(line: DocketLine) -> list[str]:
    filing = line.filing
    number = f"  {line.case_number}" if line.case_number else ""
    head = f"{filing.our_reference}  {filing.state.value}  {line.days} d  {filing.court}{number}  {filing.filing_id}"
    return [head, *(f"    {_entry_line(entry)}" for entry in line.entries)]


def _clock_line(clock: Clock) -> str:
    sure = "  (holidays not known)" if clock.provisional else ""
    left = f"{clock.days_left} d" if clock.days_left >= 0 else f"{-clock.days_left} d ago"
    head = f"{clock.last_day}  {left:>8}  {clock.alarm:<7}  {clock.our_reference}  {clock.zh} / {clock.en}"
    return f"{head}  {clock.source}{sure}"


def _entry_line(entry: DocketEntry) -> str:
    number = f"  {entry.case_number}" if entry.case_number else ""
    when = f"{entry.answered_at:%Y-%m-%d %H:%M} UTC"
    return f"{when}  {entry.kind.value}  {entry.our_reference}  {entry.court}{number}  block {entry.block}"
