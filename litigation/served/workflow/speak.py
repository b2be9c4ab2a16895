"""A party says something, and is answered: each becomes one event, however often it is sent.

Spec: docs/spec/served.md sections 5 and 6. The log is the only store of what a party said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evidence_service.errors import StoreError
from litigation.core.submissions import Result, Submission, submissions_of
from litigation.served.core import events
from litigation.served.core.forms import MAX_TEXT, Form
from litigation.served.core.invitation import Invitation
from litigation.served.core.party import PartyLoan
from litigation.served.errors import AnswerError, FormRefusedError, FormUsedError
from litigation.served.workflow.doors import ServedDoors

MAX_SUBMISSIONS = 20
"""So many objections and proposals by one invitation."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a party sent is in the log: under which id, since when."""

    event_id: str
    kind: str
    at: datetime


def speak(invitation: Invitation, form: Form, doors: ServedDoors) -> Received:
    """Log what a party said. The same form sent twice is one event; with other words it is refused."""
    name = events.submission_id(invitation, form.kind, form.once)
    party = doors.party(invitation)
    known = _find(name, party)
    if known is not None:
        return _same(known, form)
    mine = [one for one in submissions_of(party.history) if one.payload["invitation"] == invitation.id]
    if len(mine) >= MAX_SUBMISSIONS:
        raise FormRefusedError("once", "served.form.many")
    doors.journal.write(events.said(invitation, party.subject, form, doors.now()))
    # Crash here: logged, and the party was not told; the same form sent again finds it.
    logged = _find(name, doors.party(invitation))
    if logged is None:
        raise StoreError("what the party said is not in the log; send the form again")
    return _same(logged, form)


def answer(event_id: str, result: Result, text: str, invitation: Invitation, doors: ServedDoors) -> Submission:
    """Log the institution's answer to one submission; the party reads it on its page. Safe to repeat as it was."""
    text = text.strip()
    if not text or len(text) > MAX_TEXT or any(not char.isprintable() and char != "\n" for char in text):
        raise AnswerError(f"--text: what the party reads, 1 to {MAX_TEXT} printable characters")
    party = doors.party(invitation)
    known = _find(event_id, party)
    if known is None:
        raise AnswerError("no objection or proposal here has that id; see `served list`")
    if known.answer is None:
        event = events.answered(known, invitation, party.subject, result.value, text, doors.now())
        doors.journal.write(event)
        # Crash here: logged; the same command again finds it.
        known = _find(event_id, doors.party(invitation)) or known
    if known.answer is None or (known.answer.result, known.answer.text) != (result.value, text):
        raise AnswerError("it was answered with other words; an answer is corrected by an event, not by another answer")
    return known


def _same(known: Submission, form: Form) -> Received:
    said = {name: value for name, value in known.payload.items() if name in form.said() or name == "text"}
    if said != form.said():
        raise FormUsedError("this form was sent before with other words; open a new form to say more")
    return Received(known.event_id, known.kind, known.at)


def _find(event_id: str, party: PartyLoan) -> Submission | None:
    return next((one for one in submissions_of(party.history) if one.event_id == event_id), None)
