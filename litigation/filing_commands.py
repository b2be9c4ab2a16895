"""The command `file`: lodge packages with courts, and deliver them where a court takes filings over HTTP.

Spec: docs/spec/file.md, docs/spec/filing.md.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from litigation.bootstrap import open_delivery
from litigation.core.filing import Court, DuplicateFilingError, Filing, court_of, digest_of
from litigation.core.registered_court import RegisteredCourt
from litigation.delivery_ports import CourtNote
from litigation.delivery_service import DeliveryService
from litigation.filing_carrier import FolderFiled, Problem
from litigation.filing_run import AT_ONCE, file_folder


@click.command("file")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--to", default="", help="A registered court (`courts add`), by name or address: lodge and deliver.")
@click.option("--court", default="", help="Name of a court that is not registered, such as 泉州市丰泽区人民法院.")
@click.option("--court-address", default="", help="That court's own address on the chain (0x and 40 digits).")
@click.option(
    "--at-once", default=AT_ONCE, show_default=True, type=click.IntRange(1, 16), help="Uploads at the same time."
)
@json_option
@click.pass_context
@refusals_exit_1
def file_command(
    context: click.Context, path: Path, *, to: str, court: str, court_address: str, at_once: int, as_json: bool
) -> None:
    """File PATH, a package or a folder of packages, with a court: lodge each digest on the chain, and deliver.

    A court that is registered takes packages over HTTP and gives a signed receipt; for any other they lie in the
    outbox. Only a package that this instance built is filed, no draft, and none with a failed check. A case has one
    open filing at a time. When chain or court are away or the program is killed, run the same command again: it finds
    out what happened and finishes, and files nothing twice. A folder is lodged in rows and brought to the court by
    several connections; one refused package never stops the rest, and what was filed before is not filed again.
    Exit 0 when everything is filed (and received, where the court takes filings over HTTP), 1 otherwise.
    """
    if bool(to) == bool(court or court_address) or bool(court) != bool(court_address):
        raise click.UsageError("Name the court: --to COURT, or --court NAME with --court-address 0x….")
    delivery = open_for(context)
    where = court_of(court, court_address) if court else _where(delivery.book.find(to))
    if path.is_dir():
        _file_folder(delivery, sorted(path.glob("*.zip")), where, at_once, as_json)
        return
    filing, note = file_and_deliver(delivery, path.read_bytes(), where)
    emit(as_json, _filed_json(filing, note.at if note else None), _filed_lines(filing, note))


def file_and_deliver(delivery: DeliveryService, package: bytes, where: Court) -> tuple[Filing, CourtNote | None]:
    """Lodge a package and bring it to its court; one that was lodged before is brought there now."""
    try:
        filing = delivery.filings.file(package, where)
    except DuplicateFilingError:
        known = delivery.filings.store.of_package(digest_of(package), where.address)
        if known is None or known not in delivery.undelivered():
            raise
        filing = known
    return filing, delivery.deliver(filing)


def _file_folder(delivery: DeliveryService, paths: list[Path], where: Court, at_once: int, as_json: bool) -> None:
    if not paths:
        raise click.UsageError("The folder holds no package (*.zip).")
    with progress("filing:") as show:
        found = file_folder(delivery, paths, where, lambda state: show(_progress_line(state)), at_once)
    received = {one.filing_id: one.at for one in delivery.receipts()}
    answer = {
        "filed": len(found.filed),
        "already": len(found.already),
        "received": found.received,
        "awaited": found.awaited,
        "seconds": round(found.seconds, 1),
        "refused": [_problem_json(one) for one in found.refused],
        "waiting": [_problem_json(one) for one in found.waiting],
        "filings": [_filed_json(one, received.get(one.filing_id)) for one in [*found.already, *found.filed]],
    }
    lines = [
        f"{len(found.filed)} filed with {where.name}, {found.received} received, {len(found.refused)} refused"
        + (f", {len(found.already)} were filed before" if found.already else "")
        + (f", {found.awaited} handed over without a receipt yet" if found.awaited else "")
        + (f", {len(found.waiting)} wait for the court" if found.waiting else "")
    ]
    lines += [f"  {one.package}: {one.reason}" for one in [*found.refused, *found.waiting]]
    emit(as_json, answer, lines)
    if found.refused or found.waiting:
        raise click.exceptions.Exit(1)


def _progress_line(state: FolderFiled) -> str:
    """How far a run is, and how long it may still take at its present pace."""
    left = state.total - state.done
    rest = f", about {state.seconds / state.done * left:.0f} s left" if left and state.done else ""
    return f"{state.done} of {state.total} lodged, {state.received} received, {len(state.refused)} refused{rest}"


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {"package": problem.package, "code": problem.code, "reason": problem.reason}


def _filed_json(filing: Filing, received_at: datetime | None) -> dict[str, Any]:
    return {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "package_sha256": filing.package_sha256,
        "filing_id": filing.filing_id,
        "tx": filing.tx,
        "block": filing.block,
        "state": filing.state.value,
        "outbox": filing.outbox,
        "received_at": format_instant(received_at) if received_at else None,
    }


def _filed_lines(filing: Filing, note: CourtNote | None) -> list[str]:
    received = f"{note.at:%Y-%m-%d %H:%M:%S} UTC, signed by the court" if note else "not over HTTP; see outbox"
    return [
        f"{filing.our_reference}: {filing.state.value} to {filing.court} in block {filing.block}",
        f"  filing   {filing.filing_id}",
        f"  tx       {filing.tx}",
        f"  package  {filing.package_sha256}",
        f"  outbox   {filing.outbox}",
        f"  received {received}",
        "The filing is an event in the log now; `proofdocket publish` and `proofdocket anchor` make it provable.",
    ]


def _where(court: RegisteredCourt) -> Court:
    return court_of(court.name, court.address)


def open_for(context: click.Context) -> DeliveryService:
    """Filing and delivery of the instance that a command works on."""
    service = open_delivery(home_of(context))
    require_initialised(service.filings.evidence)
    return service
