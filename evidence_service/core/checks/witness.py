"""(7) Witness quorum: who else saw this checkpoint as the one continuation of the log.

Spec: docs/spec/verify.md (7), docs/spec/witness.md. Only witnesses that the reader pins count. The package's own policy
of the day counts for nothing, except against the package: a cosignature that it names must not be false.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from evidence_service.core.checks.log import trust_missing
from evidence_service.core.checks.subject import Subject
from evidence_service.core.cosignature import CosignatureError, cosignatures_by
from evidence_service.core.event import CLOCK_SKEW, format_instant
from evidence_service.core.independent_time import TimeStatement
from evidence_service.core.note import SignedNote, VerifierKey, parse_note
from evidence_service.core.policy import Policy
from evidence_service.core.report import Finding
from evidence_service.core.trust import TrustFile
from evidence_service.core.witness_times import WitnessSeen, pinned_witnesses, seen_by, witness_name


def check_witnesses(
    subject: Subject, trust: TrustFile | None, now: datetime, proven: TimeStatement | None = None
) -> tuple[list[Finding], Finding]:
    """(7) A quorum of pinned witnesses cosigned every checkpoint that is used.

    `proven` is the earliest time proven by unrevoked witnesses or a contract, who refuse forks: it decides over revoked
    keys. A timestamp authority does not count here, for it stamps any text, a fork's too.
    """
    checkpoints = subject.checkpoints()
    notes = [parse_note(text.encode()) for text in checkpoints]
    if not notes or (subject.kind != "proof" and subject.metadata is None):
        return [], Finding("not-reached")
    valid = trust if trust is not None and not trust.in_force(now) else None
    found = list(_false_ones(notes, subject.material.policy, valid))
    if trust is None or valid is None:
        return found, trust_missing(trust, now)
    origin = next(iter(checkpoints.values())).origin
    known = {witness_name(pin) for pin in pinned_witnesses(valid, origin)}
    if not known or not valid.quorum:
        return found, Finding("no-witness-pinned")
    answers = [_quorum(note, valid, now, proven, len(known)) for note in notes]
    return found, next((one for one in answers if one.code != "witness-quorum"), answers[0])


def _quorum(note: SignedNote, trust: TrustFile, now: datetime, proven: TimeStatement | None, pinned: int) -> Finding:
    """How many of the pinned witnesses saw one checkpoint, and since when the quorum is complete."""
    first: dict[str, datetime] = {}
    for one in sorted(seen_by(note, trust), key=lambda seen: seen.at):
        if _counts(one, now, proven):
            first.setdefault(one.name, one.at)
    params = {"cosigned": str(len(first)), "pinned": str(pinned), "wanted": str(trust.quorum)}
    if len(first) < trust.quorum:
        return Finding("witness-quorum-missing", params=params)
    times = list(first.values())
    moments = {"first": format_instant(times[0]), "time": format_instant(times[trust.quorum - 1])}
    return Finding("witness-quorum", params={**params, **moments, "names": ", ".join(sorted(first))})


def _counts(one: WitnessSeen, now: datetime, proven: TimeStatement | None) -> bool:
    """Not from the future; by a revoked key only if it and the checkpoint are from before the revocation."""
    if one.at - now > CLOCK_SKEW:
        return False
    revoked = one.pin.revoked_at
    return revoked is None or (one.at < revoked and proven is not None and proven.time < revoked)


def _false_ones(notes: list[SignedNote], policy: Policy | None, trust: TrustFile | None) -> Iterator[Finding]:
    """Cosignatures that do not hold: by pinned witnesses, and by those of the package's own policy."""
    keys: dict[tuple[str, bytes], VerifierKey] = {}
    for witness in policy.witnesses if policy else ():
        keys[witness.key.name, witness.key.key_id] = witness.key
    for pin in trust.witnesses if trust else ():
        keys[pin.key.name, pin.key.key_id] = pin.key
    for note in notes:
        for key in keys.values():
            try:
                cosignatures_by(note, key)
            except CosignatureError:
                yield Finding("cosignature-invalid", params={"name": key.name})
