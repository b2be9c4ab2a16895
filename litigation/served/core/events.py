"""The events of served papers: what is logged when a party is invited, opens, says something, is answered.

Spec: docs/spec/served.md section 6. Each id is made of what it is about, so that repeating a step logs nothing twice.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from evidence_service.core.event import format_instant
from litigation.core.submissions import ANSWERED, Submission
from litigation.served.core.forms import Form
from litigation.served.core.invitation import Invitation, Opening

SYSTEM_VERSION = "0.1.0"
OFFERED, OPENED, WITHDRAWN = "statement.offered", "statement.opened", "statement.withdrawn"
STAFF = "legal_staff"


def offered(invitation: Invitation, subject: str) -> dict[str, Any]:
    """A party was invited."""
    payload = _whom(invitation) | {
        "expires_at": format_instant(invitation.expires_at),
        "openings": invitation.max_openings,
    }
    return _event(invitation, subject, OFFERED, f"{OFFERED}:{invitation.id}", payload, invitation.made_at, STAFF)


def opened(invitation: Invitation, subject: str, opening: Opening) -> dict[str, Any]:
    """A party opened the papers."""
    payload = _whom(invitation) | {"opening": opening.n}
    return _event(
        invitation, subject, OPENED, opened_id(opening), payload, opening.at, _party(invitation), by_hand=False
    )


def withdrawn(invitation: Invitation, subject: str, reason: str, at: datetime) -> dict[str, Any]:
    """The papers cannot be opened any more."""
    payload = _whom(invitation) | {"reason": reason}
    return _event(invitation, subject, WITHDRAWN, withdrawn_id(invitation), payload, at, STAFF)


def said(invitation: Invitation, subject: str, form: Form, at: datetime) -> dict[str, Any]:
    """A party objected, or proposed instalments."""
    payload = _whom(invitation) | form.said()
    name = submission_id(invitation, form.kind, form.once)
    return _event(invitation, subject, form.kind, name, payload, at, _party(invitation))


def answered(
    submission: Submission, invitation: Invitation, subject: str, result: str, text: str, at: datetime
) -> dict[str, Any]:
    """The institution answered."""
    payload = {
        "our_reference": submission.our_reference,
        "recipient": submission.recipient,
        "answers": submission.event_id,
        "result": result,
        "text": text,
    }
    return _event(invitation, subject, ANSWERED, answer_id(submission.event_id), payload, at, STAFF)


def opened_id(opening: Opening) -> str:
    """Each opening of an invitation is one event."""
    return f"{OPENED}:{opening.invitation}:{opening.n}"


def withdrawn_id(invitation: Invitation) -> str:
    """An invitation is withdrawn once."""
    return f"{WITHDRAWN}:{invitation.id}"


def submission_id(invitation: Invitation, kind: str, once: str) -> str:
    """One form, one event: sent twice, it has the same id."""
    return f"{kind}:{invitation.id}:{once}"


def answer_id(event_id: str) -> str:
    """One answer to one submission."""
    return f"{ANSWERED}:{sha256(event_id.encode()).hexdigest()[:32]}"


def _whom(invitation: Invitation) -> dict[str, Any]:
    return {
        "our_reference": invitation.our_reference,
        "recipient": invitation.recipient,
        "package_digest": invitation.package_sha256,
        "invitation": invitation.id,
    }


def _party(invitation: Invitation) -> str:
    return invitation.recipient.partition(":")[0]


def _event(
    invitation: Invitation,
    subject: str,
    kind: str,
    name: str,
    payload: dict[str, Any],
    at: datetime,
    role: str,
    *,
    by_hand: bool = True,
) -> dict[str, Any]:
    return {
        "id": name,
        "institution": invitation.institution,
        "loan": invitation.loan,
        "type": kind,
        "type_version": 1,
        "occurred_at": format_instant(at),
        "actor": {"role": role, "org": invitation.institution},
        "source": {
            "system": "proofdocket",
            "mechanism": "manual" if by_hand else "automatic",
            "version": SYSTEM_VERSION,
        },
        "subjects": [subject],
        "payload": payload,
    }
