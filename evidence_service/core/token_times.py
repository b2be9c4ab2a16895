"""The independent times that timestamp tokens give to a checkpoint, under the authorities that a reader pins.

Spec: docs/spec/timestamp.md, docs/spec/verify.md (9). A token over another checkpoint, or one that is not whole, is a
finding; a token of somebody whom nobody pinned is only not counted: it harms nobody and helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from evidence_service.core.checks.subject import Subject
from evidence_service.core.independent_time import TimeSource, TimeStatement
from evidence_service.core.note import parse_note
from evidence_service.core.timestamp import check_authority, check_imprint
from evidence_service.core.timestamp_token import TimestampError, TimestampToken
from evidence_service.core.trust import PinnedAuthority, TrustFile


def token_times(subject: Subject, trust: TrustFile | None, now: datetime) -> tuple[TimeStatement, ...]:
    """Every time that pinned authorities give to the checkpoint, earliest first. `trust` is in force, or None."""
    if trust is None:
        return ()
    found = []
    for token in _about_checkpoint(subject):
        if token.at > now:
            continue
        at = latest(token, now)
        found += [
            TimeStatement(at, TimeSource.AUTHORITY, authority.name, revoked_at=authority.revoked_at)
            for authority in authorities_of(token, trust)
        ]
    return tuple(sorted(found, key=lambda one: (one.time, one.name)))


def latest(token: TimestampToken, now: datetime) -> datetime:
    """The latest moment that a token allows: genTime and its accuracy; never after the reader's clock."""
    return now if now - token.at < token.accuracy else token.at + token.accuracy  # nothing overflows at year 9999


def authorities_of(token: TimestampToken, trust: TrustFile) -> Iterator[PinnedAuthority]:
    """The pinned authorities that made this token within their windows. Revocation is the caller's to judge."""
    for authority in trust.authorities:
        if not _in_window(authority, token.at):
            continue
        try:
            check_authority(token, authority.certificate)
        except TimestampError:
            continue
        yield authority


def tokens_of(subject: Subject) -> tuple[TimestampToken, ...]:
    """The tokens that travel with the subject."""
    held = subject.material.timestamps
    return () if held is None else held.tokens


def checkpoint_texts(subject: Subject) -> list[bytes]:
    """The text of the checkpoint that the package stands under, or of a bare proof's one."""
    return [parse_note(note.encode()).text.encode() for note in list(subject.checkpoints())[:1]]


def is_about(token: TimestampToken, text: bytes) -> bool:
    """The token's imprint is the SHA-256 of the text."""
    try:
        check_imprint(token, text)
    except TimestampError:
        return False
    return token.hash == "sha256"


def _about_checkpoint(subject: Subject) -> Iterator[TimestampToken]:
    texts = checkpoint_texts(subject)
    return (token for token in tokens_of(subject) if any(is_about(token, text) for text in texts))


def _in_window(authority: PinnedAuthority, at: datetime) -> bool:
    return (authority.not_before is None or at >= authority.not_before) and (
        authority.not_after is None or at < authority.not_after
    )
