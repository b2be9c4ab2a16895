"""What a person points at: a proof, a package, a PDF, or a folder of them.

Spec: docs/spec/verify.md (Inputs). A proof F.tlog-proof has its log entry in F.leaf.json beside it, and perhaps its
disclosures in F.disclosures.json and its material in F.material.json. Files are read whole, up to the container's
limit; nothing is written.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from evidence_service.core.anchor_view import ChainReader
from evidence_service.core.container import Limits
from evidence_service.core.proof import HEADER
from evidence_service.core.report import Finding, Report
from evidence_service.core.trust import TrustFile
from evidence_service.core.verify import unreadable, verify_package, verify_proof, verify_twin
from evidence_service.errors import EvidenceError
from evidence_service.verifier.pdf_attachment import NoEvidenceError, embedded_evidence
from evidence_service.verifier.pdf_objects import PdfError

PROOF_SUFFIX, LEAF_SUFFIX, DISCLOSURES_SUFFIX = ".tlog-proof", ".leaf.json", ".disclosures.json"
MATERIAL_SUFFIX = ".material.json"
BEGINNINGS = {".zip": b"PK\x03\x04", ".pdf": b"%PDF-", PROOF_SUFFIX: HEADER.encode()}
SUFFIXES = tuple(BEGINNINGS)
MAX_SMALL = 16 << 20


class InputError(EvidenceError):
    """There is nothing here that can be verified; the message says what to do."""

    code = "nothing-to-verify"


class LeafMissingError(InputError):
    """A proof without the log entry that it is about."""

    code = "leaf-missing"


def shown_path(path: Path) -> str:
    """A path as a screen may print it: whoever sends a file chooses its name, and a terminal obeys what it is told."""
    return "".join(char if char.isprintable() else "?" for char in str(path))


def json_path(path: Path) -> str:
    """A path as JSON may hold it: bytes of a name that are no UTF-8 are replaced."""
    return str(path).encode("utf-8", "replace").decode()


def find_items(folder: Path) -> list[Path]:
    """Every proof, package and PDF in a folder and the folders in it, in order of their paths."""
    found = [path for path in folder.rglob("*") if path.name.lower().endswith(SUFFIXES) and path.is_file()]
    if not found:
        raise InputError(f"{shown_path(folder)}: holds no package (.zip), PDF (.pdf) or proof ({PROOF_SUFFIX})")
    return sorted(found)


def verify_file(path: Path, trust: TrustFile | None, chain: ChainReader | None, now: datetime) -> Report:
    """Verify one file by what it is. Raises InputError where it is none of the three."""
    raw = _read(path, Limits().total)
    if kind_of(raw, path.name) == PROOF_SUFFIX:
        return _verify_proof_file(path, raw, trust, chain, now)
    return verify_bytes(raw, trust, chain, now, name=shown_path(path))


def kind_of(raw: bytes, name: str) -> str:
    """What a file is, as the ending of its kind: its first bytes decide, and where they say nothing its name does."""
    for kind, beginning in BEGINNINGS.items():
        if raw.startswith(beginning):
            return kind
    return next((kind for kind in BEGINNINGS if name.lower().endswith(kind)), "")


def verify_bytes(
    raw: bytes, trust: TrustFile | None, chain: ChainReader | None, now: datetime, *, name: str = "file"
) -> Report:
    """Verify a package or a PDF by its bytes; a damaged beginning is told by the name's ending."""
    match kind_of(raw, name):
        case ".pdf":
            return verify_pdf(raw, trust, chain, now)
        case ".zip":
            return verify_package(raw, trust, chain, now)
    raise InputError(f"{name}: neither a package (.zip), nor a PDF, nor a proof ({PROOF_SUFFIX})")


def verify_pdf(raw: bytes, trust: TrustFile | None, chain: ChainReader | None, now: datetime) -> Report:
    """Verify the evidence inside a PDF. A PDF without it fails check (1)."""
    digest = sha256(raw).hexdigest()
    try:
        twin = embedded_evidence(raw)
    except NoEvidenceError:
        return unreadable(Finding("pdf-no-evidence"), trust, now)
    except PdfError as error:
        return unreadable(Finding("pdf-malformed", params={"detail": str(error)}), trust, now)
    return verify_twin(twin, trust, chain, now, pdf_sha256=digest)


def _verify_proof_file(
    path: Path, raw: bytes, trust: TrustFile | None, chain: ChainReader | None, now: datetime
) -> Report:
    stem = path.name[: -len(PROOF_SUFFIX)] if path.name.lower().endswith(PROOF_SUFFIX) else path.name
    leaf = path.with_name(stem + LEAF_SUFFIX)
    if not leaf.is_file():
        name = shown_path(Path(leaf.name))
        raise LeafMissingError(f"{shown_path(path)}: the log entry is missing; put {name} beside the proof")
    opened = path.with_name(stem + DISCLOSURES_SUFFIX)
    disclosures = _read(opened, MAX_SMALL) if opened.is_file() else None
    beside = path.with_name(stem + MATERIAL_SUFFIX)
    material = _read(beside, MAX_SMALL) if beside.is_file() else None
    entry = _read(leaf, MAX_SMALL)
    return verify_proof(raw, entry, trust, chain, now, disclosures=disclosures, material=material, stem=stem)


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise InputError(f"{shown_path(path)}: cannot be read ({error.strerror or type(error).__name__})") from None
    if len(raw) > limit:
        raise InputError(f"{shown_path(path)}: larger than {limit >> 20} MiB")
    return raw
