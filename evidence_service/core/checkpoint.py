"""C2SP tlog checkpoint: origin, tree size, root hash, in three lines of a signed note.

Spec: docs/spec/checkpoint.md, https://c2sp.org/tlog-checkpoint. We write no extension lines and refuse them:
not every cosignature covers them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from evidence_service.core.merkle import HASH_SIZE
from evidence_service.core.note import NoteError

MAX_SIZE = (1 << 63) - 1


class CheckpointError(NoteError):
    """A checkpoint's text does not follow its format."""

    code = "checkpoint-malformed"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one log: `origin` names it, `size` counts its leaves, `root` is the 32-byte root hash."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; sizes have no leading zero, roots are 32 bytes of canonical base64."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise CheckpointError("a checkpoint has exactly three lines")
    origin, size, encoded = lines[0], lines[1], lines[2]
    if not origin:
        raise CheckpointError("checkpoint has no origin")
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")) or len(size) > 19:
        raise CheckpointError("checkpoint size is not a decimal number")
    if int(size) > MAX_SIZE:
        raise CheckpointError("checkpoint size is 2^63 or more")
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise CheckpointError("root hash is not base64") from None
    if len(root) != HASH_SIZE or base64.b64encode(root).decode() != encoded:
        raise CheckpointError("root hash is not 32 bytes of canonical base64")
    return Checkpoint(origin, int(size), root)
