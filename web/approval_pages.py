"""Four eyes as pages: what waits, exactly what it is, approve or refuse; and the proposal of rules and templates."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from unicodedata import category

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.errors import ProofDocketError
from web.access import Permission, may, permit
from web.account_admin import places_wanted
from web.approval_acts import carry_out
from web.approvals import ASKING, DECIDING, Approval, ApprovalKind, ApprovalState, same_person
from web.current import identity, instance, institutions, now, whole

FILES = frozenset({ApprovalKind.RULES, ApprovalKind.TEMPLATES})
MAX_FILE = 1_000_000
HIDDEN = frozenset({"Cc", "Cf"})


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/approvals", "approvals", approvals)
    app.add_url_rule("/approvals/propose", "approval_propose", approval_propose, methods=["POST"])
    app.add_url_rule("/approvals/<request_id>", "approval", approval)
    app.add_url_rule("/approvals/<request_id>/decide", "approval_decide", approval_decide, methods=["POST"])
    app.add_url_rule("/approvals/<request_id>/again", "approval_again", approval_again, methods=["POST"])


@permit(Permission.APPROVALS_READ)
def approvals() -> ResponseReturnValue:
    """The newest requests of one's institutions."""
    return _list()


@permit(Permission.RULES_PROPOSE)
def approval_propose() -> ResponseReturnValue:
    """Propose a file of rules or a template: it is checked as it would stand in force, and waits."""
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    institution, reason = request.form.get("institution", ""), request.form.get("reason", "")
    if kind not in FILES or institution not in institutions():
        abort(400)
    content, name = (sent.read(), sent.filename or "") if sent else (b"", "")
    if not content or len(content) > MAX_FILE:
        return _list("approval.file_help"), 400
    chosen = ApprovalKind(kind)
    try:
        whole().propose(chosen, institution, name, content, current_user.name)
        kept = identity().approvals.ask(
            chosen, institution, name, content, reason=reason, asked_by=current_user.name, now=now()
        )
    except ProofDocketError as error:
        return _list("approval.refused", str(error)), 400
    return redirect(url_for("approval", request_id=kept.id), 303)


@permit(Permission.APPROVALS_READ)
def approval(request_id: str) -> ResponseReturnValue:
    """One request: who asked what, its exact bytes, and the way to decide."""
    return _page(identity().approvals.find(request_id))


@permit(Permission.APPROVALS_READ)
def approval_decide(request_id: str) -> ResponseReturnValue:
    """Approve or refuse as a second person; what is approved is carried out at once."""
    people = identity()
    found = people.approvals.find(request_id)
    said = request.form.get("decision", "")
    if not _decides(found):
        abort(403)
    if said not in ("approve", "refuse"):
        abort(400)
    try:
        decided = people.approvals.decide(
            request_id,
            decided_by=current_user.name,
            digest=request.form.get("digest", ""),
            approved=said == "approve",
            reason=request.form.get("reason", ""),
            now=now(),
        )
    except ProofDocketError as error:
        return _page(people.approvals.find(request_id), "approval.refused", str(error)), 409
    # Crash here: the decision stands, nothing was done; the page offers to carry it out.
    if said == "approve":
        carry_out(people, whole, decided, current_user.name, now())
    return redirect(url_for("approval", request_id=request_id), 303)


@permit(Permission.APPROVALS_READ)
def approval_again(request_id: str) -> ResponseReturnValue:
    """Carry out again what was approved and did not succeed."""
    people = identity()
    found = people.approvals.find(request_id)
    if not may(DECIDING[found.request.kind]) and not may(ASKING[found.request.kind]):
        abort(403)
    if found.decision is None or found.state(now()) not in (ApprovalState.APPROVED, ApprovalState.FAILED):
        abort(409)
    carry_out(people, whole, found, found.decision.decided_by, now())
    return redirect(url_for("approval", request_id=request_id), 303)


def _decides(row: Approval) -> bool:
    """Whether it is this person's to decide: the right, and every institution where somebody would belong by it."""
    if not may(DECIDING[row.request.kind]):
        return False
    return row.request.kind is not ApprovalKind.ROLE or places_wanted(row.request) <= institutions()


def _list(problem: str = "", detail: str = "") -> str:
    return render_template(
        "account/approvals.html",
        rows=identity().approvals.newest(institutions()),
        logs=list(instance().logs()),
        now=now(),
        problem=problem,
        detail=detail,
    )


def _page(row: Approval, problem: str = "", detail: str = "") -> str:
    state, mine = row.state(now()), same_person(row.request.asked_by, current_user.name)
    text = visible(row.request.content)
    decides = _decides(row)
    return render_template(
        "account/approval.html",
        row=row,
        state=state.value,
        names={log.institution: log.name for log in instance().logs()},
        text=text,
        before=_difference(row, text, state),
        can_decide=state is ApprovalState.WAITING and decides and not mine,
        can_retry=state in (ApprovalState.APPROVED, ApprovalState.FAILED)
        and (decides or may(ASKING[row.request.kind])),
        mine=mine,
        problem=problem,
        detail=detail,
    )


def visible(content: bytes) -> str:
    """What is approved, as text that hides nothing: signs that turn the reading direction or are not seen are named."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(f"[U+{ord(one):04X}]" if one not in "\n\t" and category(one) in HIDDEN else one for one in text)


def _difference(row: Approval, text: str, state: ApprovalState) -> Sequence[tuple[str, str]] | None:
    """What changes against the file in force, line by line; None where there is nothing to compare with."""
    if row.request.kind not in FILES or state is not ApprovalState.WAITING:
        return None
    old = whole().file_in_force(row.request.kind, row.request.object)
    if old is None:
        return None
    marks = {"+": "added", "-": "gone", "@": "place"}
    lines = list(difflib.unified_diff(visible(old).splitlines(), text.splitlines(), lineterm="", n=2))
    return [(marks.get(line[:1], "same"), line) for line in lines[2:]]
