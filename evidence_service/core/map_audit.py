"""What an independent auditor of the loan map signs: this log, at this size and root, has this map.

Spec: docs/spec/log.md (Auditor's note). A C2SP signed note of five lines by the auditor's own key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.note import NoteError

HEADER = "proofdocket.map-audit/v1"
MAP_ROOT = re.compile(r"[0-9a-f]{64}\Z")


class MapAuditError(NoteError):
    """A note does not say what the note of a map auditor says."""

    code = "map-audit-malformed"


@dataclass(frozen=True, slots=True)
class MapAudit:
    """The statement: the checkpoint that the auditor replayed, and the root of the map that he built from it."""

    checkpoint: Checkpoint
    map_root: bytes

    def text(self) -> str:
        """The five lines that are signed."""
        return f"{HEADER}\n{self.checkpoint.text()}{self.map_root.hex()}\n"


def parse_map_audit(text: str) -> MapAudit:
    """Read the text of an auditor's note strictly."""
    lines = text.split("\n")
    if len(lines) != 6 or lines[0] != HEADER or lines[5] or not MAP_ROOT.match(lines[4]):
        raise MapAuditError(f"a map auditor's note has five lines, from {HEADER} to the map root in hex")
    checkpoint = parse_checkpoint("\n".join(lines[1:4]) + "\n")
    return MapAudit(checkpoint, bytes.fromhex(lines[4]))
