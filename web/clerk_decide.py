"""What a clerk does with a filing: take it, decide, enter a step, ask for another examination.

Spec: docs/spec/filing.md. Every post has a CSRF token, records the signed-in clerk and calls the functions that the
commands call. A decision is shown as it will be entered before it is: it cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evidence_service.core.event import format_instant
from litigation.core.court_detail import CourtDetailError, check_detail
from litigation.core.court_entry import EntryKind
from litigation.court_side.core.defects import CODES, consolidated
from litigation.court_side.core.due import COURT_TIME
from litigation.court_side.core.sheet import papers
from litigation.court_side.core.submission import MoveRefusedError, Submission
from litigation.court_side.ports import StoredEntry
from web.access import Permission, permit
from web.clerk_current import clerk, court, field, filing_of, today
from web.clerk_filing import RULE, decidable, show, shown_members, steps_of
from web.current import now
from web.language import current

CONFIRM = "confirm"


def register(app: Flask) -> None:
    """Add the routes."""
    for name, view in (("assign", assign), ("decide", decide), ("enter", enter), ("examine", examine)):
        app.add_url_rule(f"/filings/{RULE}/{name}", f"clerk_{name}", view, methods=["POST"])


@permit(Permission.COURT_DECIDE)
def assign(filing_id: str) -> ResponseReturnValue:
    """Take a filing, give it back, or mark it urgent."""
    found = filing_of(filing_id)
    action = field("action", 20)
    texts = current()
    if action == "take":
        court().assign(found.filing_id, clerk())
        flash(texts("clerk.taken"))
    elif action == "release":
        court().assign(found.filing_id, "")
        flash(texts("clerk.released"))
    elif action in ("urgent", "calm"):
        court().assign(found.filing_id, found.assigned_to, urgent=action == "urgent")
        flash(texts("clerk.marked" if action == "urgent" else "clerk.unmarked"))
    else:
        abort(400)
    return _back(found)


@permit(Permission.COURT_DECIDE)
def decide(filing_id: str) -> ResponseReturnValue:
    """Show a decision as it will be entered; enter it when it is confirmed."""
    found = decidable(filing_of(filing_id))
    kind = field("decision", 20)
    if kind not in DETAILS:
        abort(400)
    try:
        detail = DETAILS[kind](found)
        check_detail(kind, _with_number(kind, detail))
        if request.form.get("step") != CONFIRM:
            return _preview(found, kind, detail)
        entry = court().record(found.filing_id, kind, detail, clerk())
    except (CourtDetailError, MoveRefusedError) as error:
        return show(found, str(error), kind)
    _tell(entry)
    return _back(found)


@permit(Permission.COURT_DECIDE)
def enter(filing_id: str) -> ResponseReturnValue:
    """Enter a step of a case: fee, hearing, service, judgment, mediation, enforcement."""
    found = filing_of(filing_id)
    kind = field("kind", 30)
    if kind not in {step.kind for step in steps_of(found)}:
        abort(409)
    try:
        entry = court().record(found.filing_id, kind, _members(kind), clerk())
    except (CourtDetailError, MoveRefusedError) as error:
        return show(found, str(error), kind)
    _tell(entry)
    return _back(found)


@permit(Permission.COURT_DECIDE)
def examine(filing_id: str) -> ResponseReturnValue:
    """Ask for another examination of a filing that was set aside; it is made in the background."""
    found = filing_of(filing_id)
    court().examine_again(found.filing_id)
    flash(current()("clerk.examine.asked"))
    return _back(found)


def _accepted(_found: Submission) -> dict[str, Any]:
    return _texts("case_number", "cause", "note")


def _in_part(found: Submission) -> dict[str, Any]:
    """Each paper of the package, accepted or not."""
    sheet = court().sheet(found.filing_id)
    kept = set(request.form.getlist("document"))
    listed = [
        {"name": one.title, "page": one.page, "accepted": str(place) in kept}
        for place, one in enumerate(papers(sheet.documents) if sheet else ())
    ]
    if len({one["accepted"] for one in listed}) != 2:
        raise CourtDetailError("accepted_in_part: tick the papers that are accepted, and leave at least one out")
    return {**_texts("case_number", "cause", "note"), "documents": listed}


def _returned(_found: Submission) -> dict[str, Any]:
    """One consolidated list, the codes that it was made of, and the last day."""
    codes = [code for code in request.form.getlist("reason") if code in CODES]
    detail: dict[str, Any] = {"defects": consolidated(codes, field("words").splitlines()), "cure_by": field("cure_by")}
    if codes:
        detail["reasons"] = codes
    return {**detail, **_texts("note")}


def _refused(_found: Submission) -> dict[str, Any]:
    return {"ruling": "refused", "reason": field("grounds"), **_texts("note")}


DETAILS: Mapping[str, Callable[[Submission], dict[str, Any]]] = {
    EntryKind.ACCEPTED.value: _accepted,
    EntryKind.ACCEPTED_IN_PART.value: _in_part,
    EntryKind.RETURNED.value: _returned,
    EntryKind.REFUSED.value: _refused,
}


def _with_number(kind: str, detail: dict[str, Any]) -> dict[str, Any]:
    """The detail with the number that it would get, so that it can be checked before."""
    numbered = kind in (EntryKind.ACCEPTED, EntryKind.ACCEPTED_IN_PART) and "case_number" not in detail
    return {**detail, "case_number": court().proposed_number()} if numbered else detail


def _preview(found: Submission, kind: str, detail: dict[str, Any]) -> ResponseReturnValue:
    again = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "step")]
    return render_template(
        "clerk/preview.html",
        filing=found,
        kind=kind,
        detail=_with_number(kind, detail),
        typed="case_number" in detail,
        again=again,
        court_name=court().doors.court.name,
        on_chain=court().doors.court.on_chain,
        clerk=clerk(),
        day=today(),
        now=now(),
    )


def _members(kind: str) -> dict[str, Any]:
    """The members of a step from its form; an empty one is left out."""
    detail: dict[str, Any] = {}
    for name, form, _required in shown_members(kind):
        said = field(f"{kind}.{name}")
        if said:
            detail[name] = _instant(name, said) if form == "instant" else said
    note = field(f"{kind}.note")
    return {**detail, "note": note} if note else detail


def _instant(name: str, said: str) -> str:
    """A date and time of the court's clock as an instant in UTC."""
    try:
        return format_instant(datetime.fromisoformat(said).replace(tzinfo=COURT_TIME))
    except ValueError:
        raise CourtDetailError(f"{name}: a day and time such as 2026-12-20T09:30") from None


def _texts(*names: str) -> dict[str, Any]:
    return {name: said for name in names if (said := field(name))}


def _tell(entry: StoredEntry) -> None:
    texts = current()
    number = court().submission(entry.filing_id).case_number
    if entry.kind in (EntryKind.ACCEPTED, EntryKind.ACCEPTED_IN_PART):
        flash(texts("clerk.entered.number", what=texts(f"entry.{entry.kind}"), number=number))
    else:
        flash(texts("clerk.entered", what=texts(f"entry.{entry.kind}")))


def _back(found: Submission) -> ResponseReturnValue:
    return redirect(url_for("clerk_filing", filing_id=found.filing_id), 303)
