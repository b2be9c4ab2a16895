"""C2SP tlog-witness `add-checkpoint`: the request that a log sends, and the lines that a witness answers.

Spec: docs/spec/witness.md, https://c2sp.org/tlog-witness. A request is: the size that the witness saw last, a
consistency proof from there, an empty line, the signed checkpoint.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from evidence_service.core.checkpoint import Checkpoint, parse_checkpoint
from evidence_service.core.merkle import HASH_SIZE
from evidence_service.core.note import NoteError, NoteSignature, SignedNote, parse_note

MAX_PROOF = 63
MAX_REQUEST = 256 * 1024
"""Sixteen post-quantum signatures and a full proof need half of it."""
SIZE_TYPE = "text/x.tlog.size"


class WitnessRequestError(NoteError):
    """An add-checkpoint request or its answer does not follow tlog-witness."""

    code = "witness-request-malformed"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """One add-checkpoint request, read but not yet believed. `note` is the signed checkpoint, byte for byte."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str
    signed: SignedNote
    checkpoint: Checkpoint


def request_text(old_size: int, proof: tuple[bytes, ...], note: str) -> str:
    """Write an add-checkpoint request."""
    lines = "".join(f"{base64.b64encode(node).decode()}\n" for node in proof)
    return f"old {old_size}\n{lines}\n{note}"


def parse_request(raw: bytes) -> AddCheckpoint:
    """Read an add-checkpoint request strictly."""
    if len(raw) > MAX_REQUEST:
        raise WitnessRequestError("the request is too large")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise WitnessRequestError("the request is not UTF-8") from None
    head, separator, note = text.partition("\n\n")
    if not separator:
        raise WitnessRequestError("the request has no empty line before its checkpoint")
    first, *nodes = head.split("\n")
    if not first.startswith("old "):
        raise WitnessRequestError("the request does not begin with the old size")
    if len(nodes) > MAX_PROOF:
        raise WitnessRequestError("the proof has too many nodes")
    signed = parse_note(note.encode())
    return AddCheckpoint(
        old_size=parse_size(first[4:]),
        proof=tuple(_node(node) for node in nodes),
        note=note,
        signed=signed,
        checkpoint=parse_checkpoint(signed.text),
    )


def parse_size(text: str) -> int:
    """A tree size: decimal, without leading zeros."""
    if not (text.isascii() and text.isdigit()) or (text != "0" and text.startswith("0")) or len(text) > 19:
        raise WitnessRequestError("a tree size is a decimal number without leading zeros")
    return int(text)


def parse_size_answer(raw: bytes) -> int:
    """The body of a 409 answer: the size that the witness saw last, and a newline."""
    text = raw.decode("ascii", "replace")
    if not text.endswith("\n"):
        raise WitnessRequestError("the witness's answer is not a tree size")
    return parse_size(text[:-1])


def parse_cosignature_lines(raw: bytes) -> tuple[NoteSignature, ...]:
    """The body of a 200 answer: one or more signature lines."""
    return parse_note(b"answer\n\n" + raw).signatures


def _node(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WitnessRequestError("a proof node is not base64") from None
    if len(raw) != HASH_SIZE or base64.b64encode(raw).decode() != text:
        raise WitnessRequestError("a proof node is not 32 bytes of canonical base64")
    return raw
