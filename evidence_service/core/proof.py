"""C2SP tlog-proof: index, inclusion proof and signed checkpoint in one text file.

Spec: docs/spec/proof.md, https://c2sp.org/tlog-proof. The file ends in `.tlog-proof`; the leaf lies beside it.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.merkle import HASH_SIZE
from evidence_service.core.note import NoteError, SignedNote, parse_note

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
MAX_EXTRA = 64 * 1024


class TlogProofError(NoteError):
    """A tlog-proof does not follow its format."""

    code = "tlog-proof-malformed"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof of one leaf. `note` is the signed checkpoint text, byte for byte; `extra` is opaque, usually empty."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes = b""

    def signed_note(self) -> SignedNote:
        """The signed checkpoint, parsed."""
        return parse_note(self.note.encode())

    def checkpoint(self) -> Checkpoint:
        """The checkpoint's three lines, parsed (not yet verified)."""
        return parse_checkpoint(self.signed_note().text)

    def text(self) -> str:
        """The proof file."""
        extra = f"extra {base64.b64encode(self.extra).decode()}\n" if self.extra else ""
        path = "".join(f"{base64.b64encode(node).decode()}\n" for node in self.path)
        return f"{HEADER}\n{extra}index {self.index}\n{path}\n{self.note}"


def parse_tlog_proof(raw: bytes) -> TlogProof:
    """Read a proof file strictly; raises TlogProofError, or NoteError for the checkpoint inside."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise TlogProofError("proof is not UTF-8") from None
    head, separator, note = text.partition("\n\n")
    if not separator:
        raise TlogProofError("proof has no checkpoint")
    lines = head.split("\n")
    if lines[0] != HEADER:
        raise TlogProofError(f"proof does not start with {HEADER}")
    rest = lines[1:]
    extra = b""
    if rest and rest[0].startswith("extra "):
        extra = _base64(rest.pop(0)[6:], "extra data")
        if not extra:
            raise TlogProofError("extra data is empty; leave its line out")
        if len(extra) > MAX_EXTRA:
            raise TlogProofError("extra data is too large")
    if not rest or not rest[0].startswith("index "):
        raise TlogProofError("proof has no index line")
    index = _index(rest.pop(0)[6:])
    if len(rest) > MAX_PATH:
        raise TlogProofError("proof has too many nodes")
    path = tuple(_base64(line, "proof node") for line in rest)
    if any(len(node) != HASH_SIZE for node in path):
        raise TlogProofError("a proof node is not 32 bytes")
    proof = TlogProof(index, path, note, extra)
    if index >= proof.checkpoint().size:
        raise TlogProofError("index is outside the checkpoint's tree")
    return proof


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text != "0" and text.startswith("0")) or len(text) > 19:
        raise TlogProofError("index is not a decimal number")
    return int(text)


def _base64(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise TlogProofError(f"{what} is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise TlogProofError(f"{what} is not canonical base64")
    return raw
