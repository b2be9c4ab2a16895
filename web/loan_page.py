"""The page of one loan: what happened, by stage and with proofs; what is missing; what it owes, line by line.

Read from the log as it stands now; who looked is on record before anything is read.
"""

from __future__ import annotations

from flask import Flask, Response, abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from evidence_service.core.catalogue import Stage
from evidence_service.errors import NotFoundError
from litigation.adapters.evidence_door import history_of
from litigation.core.completeness import MatrixRow, MatrixState
from litigation.core.history import LoanHistory
from web.access import Permission, permit
from web.current import instance
from web.legal_desk import cases, desk
from web.loan_view import originals, proven, timeline
from web.ports import LogRow

SHOWN = {"application/pdf", "image/png", "image/jpeg"}
"""What a browser shows without running anything of it."""


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/loans/<institution>/<loan>", "loan", loan_page)
    app.add_url_rule("/loans/<institution>/<loan>/originals/<sha256>", "original", original)


@permit(Permission.CASE_READ)
def loan_page(institution: str, loan: str) -> ResponseReturnValue:
    """The whole page."""
    log = named_log(institution)
    service = cases()
    view = service.assess(log.institution, loan, service.today())
    events = service.evidence.store.events_of_loan(log.institution, loan)
    history = history_of(log.institution, loan, events)
    portfolio = desk().portfolio
    portfolio.note(view, history)
    line = next(iter(portfolio.store.named(log.institution, [loan])), None)
    reached = proven(service.evidence, log.institution)
    return render_template(
        "legal/loan.html",
        log=log,
        view=view,
        claim=view.assessment.claim,
        checked=view.checked,
        stages=timeline(events, history, reached),
        reached=reached,
        matrix=by_stage(view.checked.matrix),
        originals=originals(history),
        line=line,
        today=service.today(),
        entries=len(events),
    )


@permit(Permission.DOWNLOAD)
def original(institution: str, loan: str, sha256: str) -> ResponseReturnValue:
    """One original of this loan, decrypted; nothing of another loan is handed out under this address."""
    log = named_log(institution)
    service = cases()
    service.evidence.refuse_restricted(log.institution, loan)
    history = _history(log.institution, loan)
    row = next((one for one in originals(history) if one.sha256 == sha256), None)
    if row is None:
        abort(404)
    shown = row.media_type in SHOWN
    response = Response(
        service.evidence.original(log.institution, sha256),
        content_type=row.media_type if shown else "application/octet-stream",
    )
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": row.name})
    return response


def by_stage(rows: tuple[MatrixRow, ...]) -> list[tuple[Stage, list[MatrixRow], int, int]]:
    """The completeness matrix by stage: its rows, how many are there, how many are expected by now."""
    found = []
    for stage in Stage:
        mine = [row for row in rows if row.expected.stage == stage.value]
        due = [row for row in mine if row.state is not MatrixState.NOT_EXPECTED]
        if mine:
            found.append((stage, mine, sum(row.state is MatrixState.PRESENT for row in due), len(due)))
    return found


def named_log(institution: str) -> LogRow:
    """The log of that name that this person may see; 404 for every other."""
    return next((log for log in instance().logs() if log.institution == institution), None) or abort(404)


def _history(institution: str, loan: str) -> LoanHistory:
    events = desk().litigation.evidence.store.events_of_loan(institution, loan)
    if not events:
        raise NotFoundError("this loan has no events in the log")
    return history_of(institution, loan, events)
