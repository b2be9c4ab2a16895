"""What an auditor of a loan map remembers, in one file of his own: replaced as a whole, synced, never half written.

First line: what it is. Second: JSON of the log's name, size and tree. Then one line for every loan, in order:
reference, entries, last leaf hash. It holds no personal data; a reader of it can link the entries of one loan.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evidence_service.core import shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.event import INSTITUTION, format_instant, parse_instant
from evidence_service.core.leaf import LOAN_REFERENCE
from evidence_service.core.loan_map import LoanState
from evidence_service.core.map_replay import ReplayState
from evidence_service.errors import MalformedInputError
from evidence_service.workflow.audit_map import AuditMemory

HEADER = b"proofdocket.map-auditor/v1\n"
NAMES = frozenset({"origin", "size", "peaks", "institution", "captured_at", "map_root", "loans"})


class AuditFileError(MalformedInputError):
    """The file is not the memory of a map auditor."""

    code = "map-audit-state"


def load_memory(path: Path) -> AuditMemory | None:
    """What the auditor remembers; None where there is no file yet."""
    try:
        with path.open("rb") as handle:
            if handle.readline() != HEADER:
                raise AuditFileError(f"{path} is not the state of a map auditor; name the right file")
            try:
                return _memory(handle.readline().removesuffix(b"\n"), handle)
            except MalformedInputError as error:
                raise AuditFileError(f"{path}: {error}; restore it from a backup, or begin anew without it") from None
    except FileNotFoundError:
        return None


def save_memory(path: Path, memory: AuditMemory) -> None:
    """Replace the file; after this returns it is on disk."""
    state = memory.replay
    value: dict[str, Any] = {
        "origin": memory.origin,
        "size": state.size,
        "peaks": [peak.hex() for peak in state.peaks],
        "institution": state.institution,
        "captured_at": format_instant(state.captured_at),
        "map_root": state.map_root.hex(),
        "loans": len(state.loans),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(HEADER + canonical_bytes(value) + b"\n")
            for reference, one in sorted(state.loans.items()):
                handle.write(f"{reference} {one.count} {one.last.hex()}\n".encode())
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _memory(head: bytes, lines: Iterable[bytes]) -> AuditMemory:
    parts = shape.members_of(parse_canonical(head), NAMES, "state")
    rows = [_loan(line) for line in lines]
    loans = dict(rows)
    if not len(rows) == len(loans) == shape.whole(parts["loans"], "state.loans", least=1):
        raise AuditFileError("the file ends early, or names a loan twice")
    peaks = [bytes.fromhex(shape.text(one, "peak", shape.HEX_32)) for one in shape.items(parts["peaks"], "peaks")]
    state = ReplayState(
        size=shape.whole(parts["size"], "state.size", least=1),
        peaks=tuple(peaks),
        institution=shape.text(parts["institution"], "state.institution", INSTITUTION),
        captured_at=parse_instant(shape.text(parts["captured_at"], "captured_at"), "captured_at"),
        map_root=bytes.fromhex(shape.text(parts["map_root"], "state.map_root", shape.HEX_32)),
        loans=loans,
    )
    return AuditMemory(shape.text(parts["origin"], "state.origin", shape.LINE), state)


def _loan(line: bytes) -> tuple[str, LoanState]:
    try:
        reference, count, last = line.decode("ascii").removesuffix("\n").split(" ")
    except ValueError:
        raise AuditFileError("a line is not a loan") from None
    if not LOAN_REFERENCE.match(reference) or not count.isdigit() or int(count) < 1 or not shape.HEX_32.match(last):
        raise AuditFileError("a line is not a loan")
    return reference, LoanState(int(count), bytes.fromhex(last))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
