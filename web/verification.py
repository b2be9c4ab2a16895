"""From an uploaded file to its report: which kind it is, which of the verifier's doors it goes through.

Spec: docs/spec/verify.md. All rules are in evidence_service.core; this file only chooses, and never touches a disk.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from evidence_service.core.proof import HEADER
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import NOT_PROVEN, Language, Report
from evidence_service.core.trust import TrustFile
from evidence_service.core.trust_note import read_trust
from evidence_service.core.verify import verify_proof
from evidence_service.errors import MalformedInputError
from evidence_service.verifier.inputs import InputError, verify_bytes


class UploadRefusedError(MalformedInputError):
    """Nothing was checked. `problem` is the key of the text that says why."""

    code = "upload-refused"

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(detail or problem)
        self.problem, self.detail = problem, detail


class Kind(StrEnum):
    """What was sent."""

    PACKAGE = "package"
    PDF = "pdf"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Upload:
    """What the reader sent. Empty bytes where nothing was chosen; `name` helps only where the beginning is damaged."""

    file: bytes
    name: str = ""
    leaf: bytes = b""
    trust: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report with what the page says around it."""

    kind: Kind
    size: int
    sha256: str
    trust: TrustFile | None
    checked_at: datetime
    report: Report

    @property
    def tally(self) -> list[tuple[str, int]]:
        """How many checks stand in each state, in a fixed order, without zeros."""
        states = Counter(check.state for check in self.report.checks)
        return [(state.value, states[state]) for state in CheckState if states[state]]

    @property
    def not_proven(self) -> dict[Language, tuple[str, ...]]:
        """What no verification ever proves."""
        return NOT_PROVEN


def verify_upload(upload: Upload, now: datetime) -> Outcome:
    """Run the ten checks. The server asks no chain on behalf of a stranger, so check 8 stays *not checked*."""
    trust = _trust(upload.trust)
    if upload.file.startswith(HEADER.encode()) or upload.name.endswith(".tlog-proof"):
        kind, report = Kind.PROOF, _proof(upload, trust, now)
    else:
        kind = Kind.PDF if upload.file.startswith(b"%PDF-") else Kind.PACKAGE
        try:
            report = verify_bytes(upload.file, trust, None, now, name=upload.name)
        except InputError:
            raise UploadRefusedError("verify.unknown_kind") from None
    return Outcome(kind, len(upload.file), sha256(upload.file).hexdigest(), trust, now, report)


def _proof(upload: Upload, trust: TrustFile | None, now: datetime) -> Report:
    if not upload.leaf:
        raise UploadRefusedError("verify.leaf_missing")
    return verify_proof(upload.file, upload.leaf, trust, None, now)


def _trust(raw: bytes) -> TrustFile | None:
    if not raw:
        return None
    try:
        return read_trust(raw)
    except MalformedInputError as error:
        raise UploadRefusedError("verify.trust_refused", str(error)) from None
