"""The command `file`: lodge packages with courts, and deliver them where a court takes filings over HTTP.

Spec: docs/spec/file.md, docs/spec/filing.md.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.errors import ProofDocketError
from evidence_service.service import require_initialised
from litigation.bootstrap import open_delivery
from litigation.core.filing import Court, DuplicateFilingError, Filing, court_of, digest_of
from litigation.core.registered_court import RegisteredCourt
from litigation.delivery_ports import CourtNote
from litigation.delivery_service import DeliveryService


@click.command("file")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--to", default="", help="A registered court (`courts add`), by name or address: lodge and deliver.")
@click.option("--court", default="", help="Name of a court that is not registered, such as 泉州市丰泽区人民法院.")
@click.option("--court-address", default="", help="That court's own address on the chain (0x and 40 digits).")
@json_option
@click.pass_context
@refusals_exit_1
def file_command(context: click.Context, path: Path, *, to: str, court: str, court_address: str, as_json: bool) -> None:
    """File PATH, a package or a folder of packages, with a court: lodge each digest on the chain, and deliver.

    A court that is registered takes packages over HTTP and gives a signed receipt; for any other they lie in the
    outbox. Only a package that this instance built is filed, no draft, and none with a failed check. A case has one
    open filing at a time. When chain or court are away or the program is killed, run the same command again: it finds
    out what happened and finishes, and files nothing twice. Of a folder, one refused package never stops the rest.
    Exit 0 when everything is filed (and received, where the court takes filings over HTTP), 1 otherwise.
    """
    if bool(to) == bool(court or court_address) or bool(court) != bool(court_address):
        raise click.UsageError("Name the court: --to COURT, or --court NAME with --court-address 0x….")
    delivery = open_for(context)
    where = court_of(court, court_address) if court else _where(delivery.book.find(to))
    if path.is_dir():
        _file_folder(delivery, sorted(path.glob("*.zip")), where, as_json)
        return
    filing, note = file_and_deliver(delivery, path.read_bytes(), where)
    emit(as_json, _filed_json(filing, note), _filed_lines(filing, note))


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


def _file_folder(delivery: DeliveryService, paths: list[Path], where: Court, as_json: bool) -> None:
    if not paths:
        raise click.UsageError("The folder holds no package (*.zip).")
    filed: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    progress = click.progressbar(paths, label="filing", file=sys.stderr, show_pos=True)
    with progress as rows:
        for path in rows:
            try:
                filing, note = file_and_deliver(delivery, path.read_bytes(), where)
                filed.append(_filed_json(filing, note))
            except ProofDocketError as error:
                refused.append({"package": path.name, "code": error.code, "reason": str(error)})
    received = sum(1 for one in filed if one["received_at"])
    answer = {"filed": len(filed), "received": received, "refused": refused, "filings": filed}
    lines = [f"{len(filed)} filed with {where.name}, {received} received, {len(refused)} refused"]
    emit(as_json, answer, lines + [f"  {one['package']}: {one['reason']}" for one in refused])
    if refused:
        raise click.exceptions.Exit(1)


def _filed_json(filing: Filing, note: CourtNote | None) -> dict[str, Any]:
    return {
        "our_reference": filing.our_reference,
        "court": filing.court,
        "package_sha256": filing.package_sha256,
        "filing_id": filing.filing_id,
        "tx": filing.tx,
        "block": filing.block,
        "state": filing.state.value,
        "outbox": filing.outbox,
        "received_at": format_instant(note.at) if note else None,
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
