"""(9) Times in order, and the gaps shown.

Spec: docs/spec/verify.md (9). Nobody can have stamped, witnessed or anchored a checkpoint before its entries were
captured: where an independent time lies before a capture, the time of capture is false.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from evidence_service.core.checks.subject import Evidence, Subject
from evidence_service.core.event import CLOCK_SKEW, format_instant
from evidence_service.core.event_times import EventTimes, gap_parts
from evidence_service.core.independent_time import TimeSource, TimeStatement
from evidence_service.core.leaf import Leaf
from evidence_service.core.report import Finding
from evidence_service.core.timestamp import check_signed, holds_signer
from evidence_service.core.timestamp_token import TimestampError
from evidence_service.core.token_times import checkpoint_texts, is_about, tokens_of

CONTRADICTED = {
    TimeSource.AUTHORITY: "captured-after-token",
    TimeSource.WITNESS: "captured-after-witness",
    TimeSource.CHAIN: "captured-after-anchor",
}


def check_times(
    subject: Subject,
    anchored_at: datetime | None,
    statements: Sequence[TimeStatement] = (),
    logged: TimeStatement | None = None,
) -> tuple[list[Finding], Finding]:
    """(9) What happened was captured afterwards, in the order of the log, before anybody else saw it.

    `statements` is what pinned parties say of the checkpoint's time, `logged` the earliest that they prove together.
    """
    known = [(one, one.leaf) for one in subject.evidence if one.leaf is not None]
    found: list[Finding] = []
    for one, leaf in known:
        found += _of_one(one, leaf, anchored_at, statements)
    placed = sorted(((one.index, one, leaf) for one, leaf in known if one.index is not None), key=lambda item: item[0])
    for (_, _, before), (_, one, leaf) in pairwise(placed):
        if leaf.captured_at < before.captured_at:
            found.append(Finding("captured-out-of-order", one.leaf_name, one.seq, one.index))
    found += _tokens(subject)
    if len(placed) < len(subject.evidence) or not placed:
        return found, Finding("not-reached")
    return found, _gaps(event_times(subject, logged, anchored_at))


def event_times(subject: Subject, logged: TimeStatement | None, anchored_at: datetime | None) -> tuple[EventTimes, ...]:
    """The times of every entry that could be read, in the order of the subject."""
    return tuple(
        EventTimes(one.seq, one.index, one.leaf.occurred_at, one.leaf.captured_at, logged, anchored_at)
        for one in subject.evidence
        if one.leaf is not None
    )


def _of_one(
    one: Evidence, leaf: Leaf, anchored_at: datetime | None, statements: Sequence[TimeStatement]
) -> Iterator[Finding]:
    if leaf.occurred_at - leaf.captured_at > CLOCK_SKEW:  # a difference cannot overflow at year 9999
        yield Finding("occurred-after-capture", one.leaf_name, one.seq, one.index)
    if anchored_at is not None and leaf.captured_at - anchored_at > CLOCK_SKEW:
        yield Finding("captured-after-anchor", one.leaf_name, one.seq, one.index)
    for statement in statements:
        # A revoked key may lie about its time, and a chain's time was compared above.
        if statement.source is TimeSource.CHAIN or statement.revoked_at is not None:
            continue
        if leaf.captured_at - statement.time > CLOCK_SKEW:
            params = {"name": statement.name, "time": format_instant(statement.time)}
            yield Finding(CONTRADICTED[statement.source], one.leaf_name, one.seq, one.index, params=params)


def _tokens(subject: Subject) -> Iterator[Finding]:
    """What is wrong with the timestamp tokens themselves, whoever made them."""
    texts = checkpoint_texts(subject)
    for position, token in enumerate(tokens_of(subject)):
        params = {"position": str(position + 1)}
        if not any(is_about(token, text) for text in texts):
            yield Finding("token-of-another-checkpoint", params=params)
            continue
        try:
            if holds_signer(token):  # without its certificate only a pinned authority can say whose it is
                check_signed(token)
        except TimestampError as error:
            yield Finding("token-invalid", params=params | {"detail": str(error)})


def _gaps(times: Sequence[EventTimes]) -> Finding:
    """The largest gaps, and who else knows; late evidence is marked."""
    late = sum(one.late for one in times)
    params = {**gap_parts(max(one.capture_gap for one in times)), "count": str(late)}
    gaps = [(one.logging_gap, one.logged) for one in times if one.logging_gap is not None]
    if not gaps:
        return Finding("late" if late else "in-time", params=params)
    longest, logged = max(gaps, key=lambda item: item[0])
    if logged is not None:
        params |= {**gap_parts(longest, "logged_"), "name": logged.name, "time": format_instant(logged.time)}
    return Finding("late-confirmed" if late else "in-time-confirmed", params=params)
