"""Filings and docket: what lies with courts, which clocks run, where the books differ; filing a package.

Spec: docs/spec/file.md, docs/spec/filing.md, docs/spec/docket.md. Lists ask no chain; `sync` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.errors import MalformedInputError, NotFoundError, ProofDocketError
from litigation.core.clocks import Clock
from litigation.core.docket import Difference
from litigation.core.filing import FilingState
from web.access import Permission, permit
from web.approvals import ApprovalKind
from web.case_page import CASE, case_row
from web.current import chosen_log, identity, instance, now, number_argument
from web.filing_act import FilingWish, wish_bytes
from web.legal_desk import desk
from web.loan_page import named_log
from web.ports import LogRow

PAGE = 50
WAITING = ("prepared", "sent", "submitted")


class FilingFormError(MalformedInputError):
    """The form of a filing names no package of this case, or no registered court."""

    code = "filing-form"


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/filings", "filings", filings)
    app.add_url_rule("/filings/sync", "docket_sync", sync, methods=["POST"])
    app.add_url_rule("/filings/<filing_id>", "filing", filing_page)
    app.add_url_rule(f"/cases/{CASE}/file", "file_case", file_case, methods=["POST"])


@permit(Permission.CASE_READ)
def filings() -> ResponseReturnValue:
    """Filings, newest first, and the clocks that run."""
    logs = list(instance().logs())
    log = chosen_log(logs)
    if log is None:
        return render_template("legal/filings.html", logs=logs, log=None, rows=[], clocks=[], counts={}, state="")
    return render_template("legal/filings.html", **_list(logs, log), outcome=None)


@permit(Permission.FILING_SUBMIT)
def sync() -> ResponseReturnValue:
    """Ask courts and chain what happened, and show what is new and where the books differ."""
    log = named_log(request.form.get("institution", ""))
    delivery = desk().delivery
    followed = delivery.follow()
    differences: list[Difference] = [*followed.differences, *delivery.deliver_waiting()]
    try:
        synced = delivery.filings.sync(followed.details)
    except ProofDocketError as error:
        differences.append(Difference(error.code, "", str(error)))
        new = 0
    else:
        differences += synced.differences
        new = sum(ours(log.institution, one.filing_id) for one in synced.new)
    entered = sum(ours(log.institution, one.filing_id) for one in followed.entries)
    shown = [one for one in differences if not one.filing_id or ours(log.institution, one.filing_id)]
    outcome = {"entered": entered, "new": new, "differences": shown}
    return render_template("legal/filings.html", **_list(list(instance().logs()), log), outcome=outcome)


@permit(Permission.CASE_READ)
def filing_page(filing_id: str) -> ResponseReturnValue:
    """One filing: what the court entered with its signature, what the registry says, which clocks run."""
    one = desk().docket.filing(filing_id)
    log = named_log(one.institution)
    return render_template(
        "legal/filing.html",
        log=log,
        filing=one,
        case=desk().docket.case_of(one.our_reference),
        entries=desk().delivery.entries(one),
        answers=desk().docket.answers(filing_id),
        clocks=[clock for clock in desk().clocks(log.institution) if clock.filing_id == filing_id],
        number=desk().docket.numbers([filing_id]).get(filing_id, ""),
        today=desk().litigation.today(),
    )


@permit(Permission.FILING_SUBMIT)
def file_case(case_id: int) -> ResponseReturnValue:
    """Ask for a package of a case to be filed; nothing leaves the house before a second person approved just this."""
    row = case_row(case_id)
    wanted = request.form.get("package", "")
    package = next((one for one in desk().docket.packages_of(row.our_reference, PAGE) if one.sha256 == wanted), None)
    court = desk().delivery.book.by_address(request.form.get("court", ""))
    if package is None or package.draft or court is None:
        raise FilingFormError("choose a final package of this case and a registered court")
    wish = FilingWish(row.our_reference, package.sha256, court.name, court.address)
    asked = identity().approvals.ask(
        ApprovalKind.FILING,
        row.institution,
        row.our_reference,
        wish_bytes(wish),
        reason=request.form.get("reason", ""),
        asked_by=current_user.name,
        now=now(),
    )
    return redirect(url_for("approval", request_id=asked.id), 303)


def ours(institution: str, filing_id: str) -> bool:
    """Whether a filing is this institution's. One that nobody here knows, such as a stranger's on the chain, is
    everybody's to see; one of another institution is not there."""
    try:
        return desk().docket.filing(filing_id).institution == institution
    except NotFoundError:
        return True


def _list(logs: Sequence[LogRow], log: LogRow) -> dict[str, object]:
    state = request.args.get("state", "")
    if state and state not in set(FilingState):
        abort(400)
    before = number_argument("before")
    reader = desk().docket
    rows = reader.filings(log.institution, (state,) if state else (), before, PAGE + 1)
    clocks = desk().clocks(log.institution)
    return {
        "logs": logs,
        "log": log,
        "rows": rows[:PAGE],
        "older": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "newest": before is None,
        "numbers": reader.numbers([one.filing_id for one in rows]),
        "next_clock": _next(clocks),
        "clocks": clocks[:10],
        "running": len(clocks),
        "counts": reader.filing_states(log.institution),
        "state": state,
        "today": desk().litigation.today(),
        "states": list(FilingState),
    }


def _next(clocks: Sequence[Clock]) -> dict[str, Clock]:
    """The nearest clock of each filing."""
    found: dict[str, Clock] = {}
    for clock in clocks:
        found.setdefault(clock.filing_id, clock)
    return found
