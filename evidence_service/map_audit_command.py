"""Commands around the audit of the loan map: what an auditor runs, and how a lender keeps the auditor's note.

`witness audit` is for somebody who is not the lender: it reads the log as a stranger does, and needs no instance.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.adapters.map_audit_file import load_memory, save_memory
from evidence_service.adapters.tile_reader import open_tiles
from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.map_audit import parse_map_audit
from evidence_service.core.note import parse_note, parse_vkey
from evidence_service.errors import NotFoundError
from evidence_service.service import require_initialised
from evidence_service.workflow.audit_map import audit_map


@click.command("audit")
@click.option("--log-vkey", "log_vkeys", multiple=True, required=True, help="Verifier key of the log; more than once.")
@click.option("--from", "source", required=True, help="Folder or http(s) address of the log's tiles.")
@click.option("--key", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The auditor's own key.")
@click.option("--name", required=True, help="Name of the auditor's key, such as audit-office.example.")
@click.option("--state", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The auditor's memory.")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The signed note.")
@json_option
@refusals_exit_1
def map_audit_command(
    log_vkeys: tuple[str, ...], source: str, key: Path, name: str, state: Path, out: Path, as_json: bool
) -> None:
    """Replay a log entry by entry, rebuild its loan map, and sign that they agree. For somebody who is not the lender.

    The key is made on first use. Whoever runs this vouches for it: the lender's own audit convinces nobody.
    """
    signer = KeyFileSigner(key, name, os.environ.get("PROOFDOCKET_KEY_PASSPHRASE", "").encode() or None)
    keys = [parse_vkey(one) for one in log_vkeys]
    found = audit_map(open_tiles(source), keys, load_memory(state), lambda memory: save_memory(state, memory), signer)
    out.write_text(found.note, encoding="utf-8", newline="")
    checkpoint = found.audit.checkpoint
    answer = {
        "origin": checkpoint.origin,
        "tree_size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "map_root": found.audit.map_root.hex(),
        "loans": found.loans,
        "read": found.read,
        "auditor": signer.vkey,
        "note": str(out),
    }
    lines = [
        f"{checkpoint.origin}: {checkpoint.size} entries and {found.loans} loans agree with the map ({found.read} new)",
        f"note    {out}",
        f"auditor {signer.vkey}",
    ]
    emit(as_json, answer, lines)


@click.command("import-note")
@click.argument("note", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
@refusals_exit_1
def import_note_command(context: click.Context, note: Path, as_json: bool) -> None:
    """Keep a map auditor's NOTE, so that packages of its checkpoint carry it."""
    service = open_home(home_of(context))
    require_initialised(service)
    text = note.read_bytes().decode("utf-8", errors="replace")
    audit = parse_map_audit(parse_note(text.encode()).text)
    origin = audit.checkpoint.origin
    log = next((one for one in service.logs() if one.origin == origin), None)
    if log is None:
        raise NotFoundError(f"the note is about the log {origin}, which this instance does not have")
    published = service.import_audit_note(text, log.institution)
    say("Who signed the note is for readers to judge: their trust files pin the auditors that they believe.")
    answer = {"institution": log.institution, "tree_size": published.checkpoint.size, "map_root": audit.map_root.hex()}
    emit(as_json, answer, [f"{log.institution}: note kept for size {published.checkpoint.size}"])
