"""The commands `file`, `docket sync` and `docket list`: lodge packages with courts, follow what they answer.

Spec: docs/spec/file.md, docs/spec/docket.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from litigation.bootstrap import open_filings
from litigation.core.docket import DocketEntry
from litigation.core.filing import Filing, court_of
from litigation.filing_service import CaseAlert, DocketLine, FilingService, read_details


@click.command("file")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--court", required=True, help="Name of the court, such as 泉州市丰泽区人民法院.")
@click.option("--court-address", required=True, help="The court's own address on the chain (0x and 40 digits).")
@json_option
@click.pass_context
@refusals_exit_1
def file_command(context: click.Context, package: Path, court: str, court_address: str, as_json: bool) -> None:
    """File PACKAGE with a court: put it into the outbox and lodge its digest on the chain.

    Only a package that this instance built is filed, no draft, and none with a failed check. A case has one open
    filing at a time. When the chain is away or the program is killed, run the same command again: it finds out what
    happened and finishes, and lodges nothing twice. Exit 0 when the filing is submitted, 1 when it is refused or not
    finished.
    """
    service = _service(context)
    filing = service.file(package.read_bytes(), court_of(court, court_address))
    answer = {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "package_sha256": filing.package_sha256,
        "filing_id": filing.filing_id,
        "tx": filing.tx,
        "block": filing.block,
        "state": filing.state.value,
        "outbox": filing.outbox,
    }
    lines = [
        f"{filing.our_reference}: {filing.state.value} to {filing.court} in block {filing.block}",
        f"  filing   {filing.filing_id}",
        f"  tx       {filing.tx}",
        f"  package  {filing.package_sha256}",
        f"  outbox   {filing.outbox}",
        "The filing is an event in the log now; `proofdocket publish` and `proofdocket anchor` make it provable.",
    ]
    emit(as_json, answer, lines)


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
    """Ask the chain what courts answered, record it, and show where the books differ.

    Exit 0 when everything agrees, 1 when something differs or a file of --details is refused (the rest is recorded).
    """
    service = _service(context)
    known, refused = read_details(details) if details else ({}, [])
    synced = service.sync(known)
    answered = {entry.filing_id for entry in synced.entries}
    answer = {
        "filings": len(synced.filings),
        "answered": len(answered),
        "new": len(synced.new),
        "waiting": synced.waiting,
        "entries": [_entry_json(entry) for entry in synced.new],
        "differences": [
            {"code": item.code, "filing_id": item.filing_id, "reason": item.reason} for item in synced.differences
        ],
        "refused": [{"code": error.code, "reason": str(error)} for error in refused],
    }
    lines = [f"{len(synced.filings)} filings, {len(answered)} answered, {len(synced.new)} new"]
    lines += [f"  {_entry_line(entry)}" for entry in synced.new]
    if synced.waiting:
        lines.append(f"{synced.waiting} answer(s) wait for more blocks upon them; sync again later")
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

    Then the alerts: events that a package holds and that were corrected afterwards.
    """
    service = _service(context)
    docket, alerts = service.docket(), service.alerts()
    lines = []
    for line in docket:
        lines += _docket_lines(line)
    lines = (lines or ["nothing was filed yet"]) + [_alert_line(alert) for alert in alerts]
    answer = {"filings": [_docket_json(line) for line in docket], "alerts": [_alert_json(alert) for alert in alerts]}
    emit(as_json, answer, lines)


def _service(context: click.Context) -> FilingService:
    service = open_filings(home_of(context))
    require_initialised(service.evidence)
    return service


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


def _entry_line(entry: DocketEntry) -> str:
    number = f"  {entry.case_number}" if entry.case_number else ""
    when = f"{entry.answered_at:%Y-%m-%d %H:%M} UTC"
    return f"{when}  {entry.kind.value}  {entry.our_reference}  {entry.court}{number}  block {entry.block}"
