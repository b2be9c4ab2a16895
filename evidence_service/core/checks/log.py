"""Checks against the log: (5) inclusion under one checkpoint, (6) its signature by a pinned key.

Spec: docs/spec/verify.md (5), (6), RFC 9162 2.1.3.2, https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.checks.log_keys import Moment, ended, log_signature
from evidence_service.core.checks.subject import Subject
from evidence_service.core.event import format_instant
from evidence_service.core.independent_time import TimeStatement
from evidence_service.core.merkle import ProofError, check_inclusion, leaf_hash
from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from evidence_service.core.package import METADATA
from evidence_service.core.report import Finding
from evidence_service.core.trust import PinnedKey, PinnedLog, TrustFile


def check_inclusion_of_all(subject: Subject) -> tuple[list[Finding], Finding]:
    """(5) Every entry lies in the tree of its checkpoint, and that is the package's checkpoint."""
    found: list[Finding] = []
    metadata = subject.metadata
    if metadata is not None:
        found += _tree(metadata, subject.checkpoints()[metadata.checkpoint])
    size = 0
    for one in subject.evidence:
        if one.proof is None or one.checkpoint is None or one.leaf_raw is None:
            continue
        size = one.checkpoint.size
        if metadata is not None and one.proof.note != metadata.checkpoint:
            found.append(Finding("checkpoint-differs", one.proof_name, one.seq, one.index))
        try:
            check_inclusion(leaf_hash(one.leaf_raw), one.proof.index, size, one.proof.path, one.checkpoint.root)
        except ProofError:
            found.append(Finding("inclusion-invalid", one.leaf_name, one.seq, one.index))
    unread = any(one.proof is None or one.leaf_raw is None for one in subject.evidence)
    if unread or not subject.evidence or (subject.kind != "proof" and metadata is None):
        return found, Finding("not-reached")
    return found, Finding("included", params={"count": str(len(subject.evidence)), "size": str(size)})


def check_log_signature(
    subject: Subject, trust: TrustFile | None, now: datetime, since: TimeStatement | None = None
) -> tuple[list[Finding], Finding]:
    """(6) The checkpoint is signed by a pinned key of this institution's log that was in force when it existed.

    `since` is the independent time of the checkpoint, if there is one.
    """
    notes = subject.checkpoints()
    if not notes:
        return [], Finding("not-reached")
    if trust is None or trust.in_force(now):
        # Without trust the package's own key can still show that something was altered, never that it is right.
        return list(_by_own_key(subject.metadata, notes)), trust_missing(trust, now)
    found: list[Finding] = []
    pinned = None
    valid = Finding("not-reached")
    for note, checkpoint in notes.items():
        pinned = trust.log(checkpoint.origin)
        if pinned is None:
            found.append(Finding("log-not-pinned"))
            continue
        found += _by_pinned_log(subject, pinned)
        signature = log_signature(note, pinned, Moment(now, since))
        if signature.finding is not None:
            found.append(signature.finding)
        elif signature.pin is not None:
            valid = _valid(pinned, signature.pin, now, since)
    if pinned is None or (subject.kind != "proof" and subject.metadata is None):
        return found, Finding("not-reached")
    if not pinned.credit_code:
        return found, Finding("credit-code-not-pinned")
    return found, valid


def trust_missing(trust: TrustFile | None, now: datetime) -> Finding:
    """Why there is no trust file in force."""
    if trust is None:
        return Finding("no-trust-file")
    code = trust.in_force(now)
    moment = trust.issued_at if code == "trust-not-yet-valid" else trust.expires_at
    return Finding(code, params={"date": format_instant(moment)})


def _tree(metadata: PackageMetadata, checkpoint: Checkpoint) -> Iterator[Finding]:
    for field, mine, theirs in (
        ("origin", metadata.origin, checkpoint.origin),
        ("tree_size", metadata.tree_size, checkpoint.size),
        ("root", metadata.root, checkpoint.root.hex()),
    ):
        if mine != theirs:
            yield Finding("tree-mismatch", METADATA, field=field)


def _by_own_key(metadata: PackageMetadata | None, notes: dict[str, Checkpoint]) -> Iterator[Finding]:
    if metadata is not None and not all(_signed(note, metadata.log_vkey) for note in notes):
        yield Finding("log-signature-invalid")


def _by_pinned_log(subject: Subject, pinned: PinnedLog) -> Iterator[Finding]:
    metadata = subject.metadata
    if metadata is not None:
        if metadata.log_vkey not in {pin.vkey for pin in pinned.keys}:
            yield Finding("log-key-not-pinned", METADATA, field="log_vkey")
        if metadata.institution != pinned.institution:
            yield Finding("institution-mismatch", METADATA, field="institution")
        if pinned.credit_code and metadata.credit_code != pinned.credit_code:
            yield Finding("credit-code-mismatch", METADATA, field="credit_code")
    for one in subject.evidence:
        if one.leaf is not None and one.leaf.institution != pinned.institution:
            yield Finding("institution-mismatch", one.leaf_name, one.seq, one.index, "institution")


def _valid(pinned: PinnedLog, pin: PinnedKey, now: datetime, since: TimeStatement | None) -> Finding:
    params = {"institution": pinned.institution, "credit_code": pinned.credit_code}
    end = ended(pin, now)
    if end is None or since is None:
        return Finding("log-signature-valid", params=params)
    params |= {"date": format_instant(end), "name": since.name, "time": format_instant(since.time)}
    return Finding("log-signature-valid-then", params=params)


def _signed(note: str, vkey: str) -> bool:
    return verify_ed25519(parse_note(note.encode()), parse_vkey(vkey))
