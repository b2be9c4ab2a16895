"""The commands `export-tiles` and `audit tiles`: a log as static files, and a stranger's audit of such files.

Spec: docs/spec/log.md (Tiles). The audit needs no instance: only the tiles and the log's verifier key.
"""

from __future__ import annotations

from pathlib import Path

import click

from evidence_service.adapters.tile_folder import TileFiles
from evidence_service.adapters.tile_reader import open_tiles
from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.core.note import parse_vkey
from evidence_service.core.tile_audit import audit_tiles
from evidence_service.service import require_initialised
from evidence_service.workflow.export_tiles import export_tiles


@click.command("export-tiles")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def export_tiles_command(context: click.Context, folder: Path, institution: str | None, *, as_json: bool) -> None:
    """Write a log as static tiles (C2SP tlog-tiles) into FOLDER; a second run adds what is new.

    A log shows how many events a loan has and when: serve the folder to authorised auditors only.
    """
    service = open_home(home_of(context))
    require_initialised(service)
    log = service.log(institution)
    with progress("wrote") as update:
        done = export_tiles(service.store, log.institution, TileFiles(folder), update)
    answer = {
        "institution": log.institution,
        "origin": log.origin,
        "tree_size": done.checkpoint.size,
        "root": done.checkpoint.root.hex(),
        "written": done.written,
        "kept": done.kept,
        "folder": str(folder),
    }
    emit(
        as_json, answer, [f"{log.origin}: size {done.checkpoint.size}, {done.written} files written, {done.kept} kept"]
    )


@click.command("tiles")
@click.argument("source")
@click.option("--vkey", "vkeys", required=True, multiple=True, help="Verifier key of the log; may be repeated.")
@json_option
@refusals_exit_1
def audit_tiles_command(source: str, vkeys: tuple[str, ...], *, as_json: bool) -> None:
    """Read every tile and entry at SOURCE (a folder or an http address) and recompute the root that was signed."""
    found = audit_tiles(open_tiles(source), [parse_vkey(one) for one in vkeys])
    checkpoint = found.state.checkpoint
    answer = {
        "origin": checkpoint.origin,
        "tree_size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "entries": found.entries,
        "tiles": found.tiles,
        "bundles": found.bundles,
    }
    line = (
        f"{checkpoint.origin}: {found.entries} entries in {found.bundles} bundles and {found.tiles} tiles give the root"
    )
    emit(as_json, answer, [f"{line} that was signed at size {checkpoint.size}"])
