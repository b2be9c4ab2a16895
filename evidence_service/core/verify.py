"""The ten checks: what a stranger can know of a package, a PDF's evidence or a bare proof, without trusting the lender.

Spec: docs/spec/verify.md; the numbers are those of the spec, the certificate and the page. Time, trust and the chain
arrive as arguments; nothing here reads a clock, a disk or a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evidence_service.core.anchor_view import ChainReader
from evidence_service.core.checks import anchor, completeness, entries, files, log, times, witness
from evidence_service.core.checks.since import seen_by_keepers, since, time_statements
from evidence_service.core.checks.subject import Subject, read_package, read_proof, read_twin
from evidence_service.core.container import Limits
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import ALL_CHECKS, Check, Finding, Report, Where, result_of, settle
from evidence_service.core.trust import ALWAYS_REQUIRED, PinnedLog, TrustFile


def verify_package(
    raw: bytes, trust: TrustFile | None, chain: ChainReader | None, now: datetime, *, limits: Limits | None = None
) -> Report:
    """Verify a package ZIP."""
    return _verify(read_package(raw, limits), trust, chain, now)


def verify_twin(
    twin: bytes, trust: TrustFile | None, chain: ChainReader | None, now: datetime, *, pdf_sha256: str = ""
) -> Report:
    """Verify the evidence.json of a PDF. `pdf_sha256` is shown so that the reader can compare the PDF itself."""
    return _verify(read_twin(twin), trust, chain, now, pdf_sha256)


def verify_proof(
    proof: bytes,
    leaf: bytes,
    trust: TrustFile | None,
    chain: ChainReader | None,
    now: datetime,
    *,
    disclosures: bytes | None = None,
    material: bytes | None = None,
    stem: str = "proof",
) -> Report:
    """Verify a bare tlog-proof with its log entry, and the JSON of its disclosures and material if there are any."""
    return _verify(read_proof(proof, leaf, disclosures, stem, material), trust, chain, now)


def unreadable(finding: Finding, trust: TrustFile | None, now: datetime) -> Report:
    """The report of something that check (1) could not even open; nothing else was reached."""
    return _verify(Subject("twin", (), (finding,)), trust, None, now)


def _verify(
    subject: Subject, trust: TrustFile | None, chain: ChainReader | None, now: datetime, pdf_sha256: str = ""
) -> Report:
    valid = trust if trust is not None and not trust.in_force(now) else None
    pinned = _pinned(subject, valid)
    anchored = anchor.check_anchor(subject, trust, chain, now)
    statements = time_statements(subject, valid, anchored, now)
    proven = since(statements, valid)
    steps: tuple[tuple[list[Finding], Finding], ...] = (
        # (1) the container and proof parse, versions known
        (list(subject.found), Finding("parsed", params={"count": str(len(subject.evidence))})),
        # (2) file <-> digest
        files.check_files(subject, pinned, pdf_sha256, files.Moments(now, statements)),
        # (3) canonical bytes
        entries.check_canonical(subject),
        # (4) disclosures open the commitments
        entries.check_disclosures(subject),
        # (5) inclusion
        log.check_inclusion_of_all(subject),
        # (6) log signature by a pinned key
        log.check_log_signature(subject, trust, now, proven),
        # (7) witness quorum
        witness.check_witnesses(subject, trust, now, seen_by_keepers(statements, valid)),
        # (8) the pinned contract on the pinned chain holds this size and root, deep enough
        ([], anchored.finding),
        # (9) times in order, and the gap shown
        times.check_times(subject, anchored.anchored_at, statements, proven),
        # (10) completeness
        completeness.check_completeness(subject, valid, now),
    )
    checks: list[Check] = []
    where: list[Where] = []
    for n, (found, otherwise) in zip(ALL_CHECKS, steps, strict=True):
        check, places = settle(n, found, otherwise)
        checks.append(check)
        where += places
    since_then = proven if _holds(checks) else None
    return Report(
        result_of(checks, ALL_CHECKS if valid is None else valid.required),
        tuple(checks),
        tuple(where),
        unaltered_since=since_then,
        trust=valid,
        times=times.event_times(subject, since_then, anchored.anchored_at),
    )


def _holds(checks: Sequence[Check]) -> bool:
    """A time is worth saying only of entries that lie in a log of a known party, and where nothing failed."""
    good = {CheckState.PASSED, CheckState.ERASED}
    if any(check.state is CheckState.FAILED for check in checks):
        return False  # "unaltered since" beside something that was altered would be read as its contrary
    return all(check.state in good for check in checks if check.n in ALWAYS_REQUIRED)


def _pinned(subject: Subject, trust: TrustFile | None) -> PinnedLog | None:
    if trust is None or subject.metadata is None:
        return None
    return trust.log(subject.metadata.origin)
