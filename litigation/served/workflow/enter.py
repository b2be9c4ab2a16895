"""Exchange link and code for a session: counted, compared, counted again, logged, begun, in this order.

Spec: docs/spec/served.md section 3. Unknown, expired, locked, used up, withdrawn and wrong all end in None, after the
same work.
"""

from __future__ import annotations

from dataclasses import dataclass

from litigation.served.core import events
from litigation.served.core.invitation import (
    COOKIE_BYTES,
    SESSION,
    TOKEN,
    Invitation,
    Session,
    read_code,
    read_token,
    secret_digest,
    token_of,
)
from litigation.served.workflow.doors import ServedDoors


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that began, and the cookie that stands for it."""

    cookie: str
    session: Session


@dataclass(frozen=True, slots=True)
class Visit:
    """Who reads: an invitation, within a session."""

    invitation: Invitation
    session: Session


def enter(link: str, code: str, doors: ServedDoors) -> Entered | None:
    """Begin a session with a link (or its token) and a code; None for every refusal."""
    now = doors.now()
    invitation = doors.store.take_attempt(secret_digest(read_token(link)), now)
    # Crash here: one attempt is lost; guesses that arrive together are counted before any of them is compared.
    right = doors.codes.matches(invitation.code_hash if invitation else None, read_code(code))
    if invitation is None or not right:
        doors.store.lock(invitation.id if invitation else "", now)
        return None
    doors.store.forgive(invitation.id)
    subject = doors.party(invitation).subject  # restricted or erased: nothing opens, nothing is counted
    opening = doors.store.open(invitation.id, now)
    if opening is None:
        return None  # the last opening went to another request at this moment
    # Crash here: counted, not logged; `served list` logs it, and the party opens again.
    doors.journal.write(events.opened(invitation, subject, opening))
    # Crash here: logged, no session; the party opens again.
    cookie = token_of(doors.randomness(COOKIE_BYTES))
    session = Session(invitation.id, now, min(now + SESSION, invitation.expires_at))
    doors.store.begin(secret_digest(cookie), session)
    return Entered(cookie, session)


def visit(cookie: str, doors: ServedDoors) -> Visit | None:
    """The running session of a cookie; None where there is none."""
    session = doors.store.session(secret_digest(cookie)) if TOKEN.match(cookie) else None
    if session is None or doors.now() >= session.ends_at:
        return None
    invitation = doors.store.find(session.invitation)
    if invitation is None or not invitation.readable(doors.now()):
        return None
    return Visit(invitation, session)
