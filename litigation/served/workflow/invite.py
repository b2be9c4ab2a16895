"""Invite a party to read a package; withdraw an invitation; log what a crash kept from the log.

Spec: docs/spec/served.md section 2. The store comes first, the log second: each step may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from evidence_service.workflow.privacy import RestrictedError
from litigation.served.core import events
from litigation.served.core.invitation import (
    CODE_DIGITS,
    MAX_DAYS,
    MAX_OPENINGS,
    TOKEN_BYTES,
    Invitation,
    Standing,
    code_of,
    invitation_id,
    link_of,
    secret_digest,
    token_of,
)
from litigation.served.errors import InvitationError, PapersClosedError
from litigation.served.workflow.doors import ServedDoors

SUPERSEDED = "a newer invitation of the same party took its place"


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom to invite to which package, for how long, how often, by whom, at which address."""

    our_reference: str
    institution: str
    loan: str
    recipient: str
    package_sha256: str
    days: int
    openings: int
    by: str
    site: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation with its two secrets: nobody can show them again."""

    invitation: Invitation
    link: str
    code: str


def invite(terms: Terms, doors: ServedDoors) -> Invited:
    """Make link and code for a party; an earlier invitation of the same party ends."""
    if not 1 <= terms.days <= MAX_DAYS or not 1 <= terms.openings <= MAX_OPENINGS:
        raise InvitationError(f"1 to {MAX_DAYS} days and 1 to {MAX_OPENINGS} openings")
    now = doors.now()
    token = token_of(doors.randomness(TOKEN_BYTES))
    link = link_of(terms.site, token)
    code = code_of(_below(10**CODE_DIGITS, doors))
    made = Invitation(
        id=invitation_id(doors.randomness(5)),
        token_digest=secret_digest(token),
        code_hash=doors.codes.make(code),
        our_reference=terms.our_reference,
        institution=terms.institution,
        loan=terms.loan,
        recipient=terms.recipient,
        package_sha256=terms.package_sha256,
        made_by=terms.by,
        made_at=now,
        expires_at=now.replace(microsecond=0) + timedelta(days=terms.days),
        openings=0,
        max_openings=terms.openings,
        failed=0,
        locked_at=None,
        withdrawn_at=None,
    )
    subject = doors.party(made).subject  # refused here where the loan may not be shown
    for earlier in doors.store.all(terms.our_reference):
        if earlier.recipient == terms.recipient and earlier.standing(now) is not Standing.WITHDRAWN:
            withdraw(earlier.id, SUPERSEDED, doors)
    doors.store.add(made)
    # Crash here: stored, not logged, and nobody has the link: the next invitation of this party withdraws it.
    doors.journal.write(events.offered(made, subject))
    return Invited(made, link, code)


def withdraw(invitation: str, reason: str, doors: ServedDoors) -> Invitation:
    """Withdraw an invitation: nothing opens any more, and a session that runs ends. Safe to repeat."""
    now = doors.now()
    gone = doors.store.withdraw(invitation, now)
    if gone is None:
        raise InvitationError(f"no invitation {invitation[:40]!r} here; see `served list`")
    # Crash here: closed, not logged; repeat the command, or `recover` logs it.
    doors.journal.write(events.withdrawn(gone, doors.party(gone).subject, reason, gone.withdrawn_at or now))
    return gone


def recover(invitation: Invitation, doors: ServedDoors) -> None:
    """Log openings and withdrawals that were counted and, after a crash, not logged."""
    openings = [
        one for one in doors.store.openings(invitation.id) if not _logged(events.opened_id(one), invitation, doors)
    ]
    gone = invitation.withdrawn_at
    if gone is not None and _logged(events.withdrawn_id(invitation), invitation, doors):
        gone = None
    if not openings and gone is None:
        return
    subject = doors.party(invitation).subject
    for opening in openings:
        doors.journal.write(events.opened(invitation, subject, opening))
    if gone is not None:
        doors.journal.write(events.withdrawn(invitation, subject, "withdrawn", gone))


def recover_all(doors: ServedDoors) -> list[str]:
    """The same for every invitation; ids of those whose loan cannot be read any more (restricted, erased)."""
    left = []
    for invitation in doors.store.all():
        try:
            recover(invitation, doors)
        except (RestrictedError, PapersClosedError):
            left.append(invitation.id)
    return left


def _logged(event_id: str, invitation: Invitation, doors: ServedDoors) -> bool:
    return doors.journal.holds(invitation.institution, event_id)


def _below(limit: int, doors: ServedDoors) -> int:
    """A random number below a limit, each as likely as the other."""
    room = 1 << 64
    while (drawn := int.from_bytes(doors.randomness(8))) >= room - room % limit:
        pass
    return drawn % limit
