"""Since when a checkpoint is unaltered, by the word of somebody other than the lender.

Spec: docs/spec/trust.md (Independent time). Gathers what checks (7), (8) and (9) can prove of time: cosignatures of
pinned witnesses, tokens of pinned authorities, and an anchor on a chain that the lender does not run alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from evidence_service.core.checks.anchor import AnchorFinding
from evidence_service.core.checks.subject import Subject
from evidence_service.core.independent_time import TimeSource, TimeStatement, independent_time
from evidence_service.core.token_times import token_times
from evidence_service.core.trust import ChainGrade, TrustFile
from evidence_service.core.witness_times import witness_times


def time_statements(
    subject: Subject, trust: TrustFile | None, anchored: AnchorFinding, now: datetime
) -> tuple[TimeStatement, ...]:
    """Everything that pinned parties say of the checkpoint's time. `trust` is in force, else None.

    A time that lies ahead of the reader's clock says nothing about the past.
    """
    if trust is None:
        return ()
    found = [*witness_times(subject, trust), *token_times(subject, trust, now), *_anchor_time(anchored)]
    return tuple(_as_of(one, now) for one in found if one.time <= now)


def since(statements: tuple[TimeStatement, ...], trust: TrustFile | None) -> TimeStatement | None:
    """The earliest time that they prove together."""
    return None if trust is None else independent_time(statements, trust.quorum)


def seen_by_keepers(statements: tuple[TimeStatement, ...], trust: TrustFile | None) -> TimeStatement | None:
    """The earliest time proven by those who refuse a fork: witnesses and contracts. An authority stamps any text."""
    return since(tuple(one for one in statements if one.source is not TimeSource.AUTHORITY), trust)


def _as_of(one: TimeStatement, now: datetime) -> TimeStatement:
    """A revocation that lies ahead is none yet."""
    return replace(one, revoked_at=None) if one.revoked_at is not None and one.revoked_at > now else one


def _anchor_time(anchored: AnchorFinding) -> tuple[TimeStatement, ...]:
    grade = anchored.finding.params.get("grade", ChainGrade.SELF_RUN)
    if anchored.anchored_at is None or grade == ChainGrade.SELF_RUN:
        return ()  # the lender sets the clock of a chain that it runs alone
    name = f"chain {anchored.finding.params.get('chain_id', '')}"
    return (TimeStatement(anchored.anchored_at, TimeSource.CHAIN, name, str(grade)),)
