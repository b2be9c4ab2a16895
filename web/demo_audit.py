"""The demo's map auditor: the whole way of an auditor, played on one machine. It is not independent, and says so.

Spec: docs/spec/log.md (Auditor's note). He reads static tiles, keeps key and memory of his own, and hands over a note.
"""

from __future__ import annotations

from pathlib import Path

from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.adapters.map_audit_file import load_memory, save_memory
from evidence_service.adapters.tile_folder import TileFiles
from evidence_service.adapters.tile_reader import open_tiles
from evidence_service.console import say
from evidence_service.core.note import parse_vkey
from evidence_service.service import EvidenceService
from evidence_service.workflow.audit_map import audit_map
from evidence_service.workflow.export_tiles import export_tiles

NAME = "demo-auditor.example"


def audit_in_the_demo(service: EvidenceService, folder: Path) -> str:
    """Export the log, replay it with the demo's own auditor key, keep the note; returns the auditor's verifier key."""
    log, tiles, auditor = service.log(), folder / "tiles", folder / "auditor"
    export_tiles(service.store, log.institution, TileFiles(tiles), lambda _: None)
    signer = KeyFileSigner(auditor / "key.pem", NAME)
    state = auditor / "state"
    found = audit_map(
        open_tiles(str(tiles)),
        [parse_vkey(log.vkey)],
        load_memory(state),
        lambda memory: save_memory(state, memory),
        signer,
    )
    (auditor / "note").write_text(found.note, encoding="utf-8", newline="")
    service.import_audit_note(found.note, log.institution)
    say(f"    {found.read} entries replayed out of tiles; the map of {found.loans} loans is what they give")
    say("    this auditor is the demo's own: independent only when somebody else runs `proofdocket witness audit`")
    return signer.vkey
