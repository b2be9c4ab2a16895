"""Objections and proposals as the commands show them: one line each, and as JSON.

Spec: docs/spec/served.md section 6. A party's own words are shown only where somebody asks for this very one.
"""

from __future__ import annotations

from typing import Any

from evidence_service.core.event import format_instant
from litigation.core.submissions import OBJECTED, Submission

WHOM = frozenset({"our_reference", "recipient", "package_digest", "invitation"})


def said_line(said: Submission) -> str:
    """One objection or proposal for a list; one that waits is an ALERT and says how to answer it."""
    what = str(said.payload["ground"]) if said.kind == OBJECTED else plan_of(said)
    state = (
        f"answered: {said.answer.result}" if said.answer else f"answer it: proofdocket served answer {said.event_id}"
    )
    mark = "ALERT" if said.open else "alert"
    return f"{mark}  {said.our_reference}  {said.recipient}  {said.at:%Y-%m-%d}  {said.kind} ({what}); {state}"


def said_json(said: Submission, *, words: bool = False) -> dict[str, Any]:
    """One objection or proposal."""
    hidden = WHOM if words else WHOM | {"text"}
    return {
        "event": said.event_id,
        "kind": said.kind,
        "our_reference": said.our_reference,
        "recipient": said.recipient,
        "at": format_instant(said.at),
        "said": {name: value for name, value in said.payload.items() if name not in hidden},
        "answer": {"at": format_instant(said.answer.at), "result": said.answer.result} if said.answer else None,
    }


def plan_of(said: Submission) -> str:
    """A proposal in short."""
    plan = said.payload
    return f"{plan['instalments']} × {plan['amount']} {plan['currency']} from {plan['first_due']}"
