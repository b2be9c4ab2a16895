"""The page of one case: what is next, the facts with their evidence, the package, its exhibits, its filing.

Read from the log as it stands now. A preview is the very PDF of the package, out of its ZIP.
"""

from __future__ import annotations

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.core.container import read
from evidence_service.errors import MalformedInputError
from litigation.adapters.evidence_door import history_of
from litigation.adapters.sql_case_store import CaseRow, PackageRow
from litigation.case_service import Decision
from litigation.core.exhibit_order import offered
from litigation.core.routing import Route
from web.access import Permission, permit
from web.case_view import facts_of, next_step
from web.current import MAX_INDEX, instance
from web.legal_desk import cases, desk
from web.loan_page import named_log
from web.portfolio_pages import PAPERS

PACKAGES = 20
PDF = "data/bundle.pdf"
MOST_REASON = 500
CASE = f"<int(max={MAX_INDEX}):case_id>"
SAME_ORIGIN = "frame-ancestors 'self'"


class DecisionFormError(MalformedInputError):
    """The form of a decision says something that makes no sense."""

    code = "decision-form"


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule(f"/cases/{CASE}", "case", case_page)
    app.add_url_rule(f"/cases/{CASE}/exhibits", "exhibits", order_exhibits, methods=["POST"])
    app.add_url_rule("/loans/<institution>/<loan>/decision", "decide", decide, methods=["POST"])
    app.add_url_rule(f"/packages/<int(max={MAX_INDEX}):package_id>/preview", "preview", preview)


@permit(Permission.CASE_READ)
def case_page(case_id: int) -> ResponseReturnValue:
    """The whole page."""
    row, service = case_row(case_id), cases()
    view = service.assess(row.institution, row.loan, service.today())
    events = service.evidence.store.events_of_loan(row.institution, row.loan)
    history = history_of(row.institution, row.loan, events)
    reader = desk().docket
    packages, filings = reader.packages_of(row.our_reference, PACKAGES), reader.filings_of(row.our_reference)
    newest = filings[0] if filings else None
    way = Route(view.checked.decision.route) if view.checked.decision else view.checked.routing.recommended
    return render_template(
        "legal/case.html",
        row=row,
        log=named_log(row.institution),
        view=view,
        checked=view.checked,
        claim=view.assessment.claim,
        step=next_step(view, packages, newest, events),
        facts=facts_of(view.facts, {event.event_id: event.index for event in events}),
        packages=packages,
        shown=_shown(packages),
        filings=filings,
        filing=newest,
        exhibits=offered(history),
        papers=PAPERS.get(way, "") if way else "",
        way=way,
        courts=desk().delivery.book.courts(),
        deadlines=view.deadlines,
        clocks=[one for one in desk().clocks(row.institution) if one.our_reference == row.our_reference],
        today=service.today(),
    )


@permit(Permission.CASE_DECIDE)
def decide(institution: str, loan: str) -> ResponseReturnValue:
    """Record a decision on the route; who decided is the account, not what somebody types."""
    log = named_log(institution)
    service = cases()
    reason, way = request.form.get("reason", "").strip(), request.form.get("route", "")
    if way not in set(Route) or not reason or len(reason) > MOST_REASON:
        raise DecisionFormError("a decision needs a route and a reason of at most 500 characters")
    accepted = tuple(request.form.getlist("accept"))
    chosen = Decision(Route(way), current_user.name, (reason,), accepted)
    service.decide(log.institution, loan, service.today(), chosen)
    known = desk().docket.case_of_loan(log.institution, loan)
    if known is None:
        return redirect(url_for("loan", institution=log.institution, loan=loan, _anchor="routes"))
    return redirect(url_for("case", case_id=known.id))


@permit(Permission.CASE_DECIDE)
def order_exhibits(case_id: int) -> ResponseReturnValue:
    """Record the order in which exhibits lie in the next package: one moved up or down, or the whole order."""
    row = case_row(case_id)
    order = request.form.getlist("exhibit")
    if move := request.form.get("move", ""):
        direction, _, sha256 = move.partition(":")
        order = _moved(order, sha256, -1 if direction == "up" else 1)
    desk().exhibits(current_user.name).order(row.institution, row.loan, order)
    return redirect(url_for("case", case_id=case_id, _anchor="exhibits"))


@permit(Permission.DOWNLOAD)
def preview(package_id: int) -> ResponseReturnValue:
    """The PDF of a package, for a frame on our own page."""
    _, path = instance().package_bytes(package_id)
    package_log(package_id)
    response = Response(read(path.read_bytes())[PDF], content_type="application/pdf")
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = f"default-src 'none'; {SAME_ORIGIN}"
    return response


def case_row(case_id: int) -> CaseRow:
    """A case of an institution that this person may see."""
    row = desk().docket.case(case_id)
    named_log(row.institution)
    return row


def package_log(package_id: int) -> None:
    """404 unless the package belongs to an institution that this person may see."""
    named_log(desk().litigation.cases.package(package_id).institution)


def _shown(packages: list[PackageRow]) -> PackageRow | None:
    """The package whose PDF is shown: the newest final one, else the newest."""
    return next((one for one in packages if not one.draft), packages[0] if packages else None)


def _moved(order: list[str], sha256: str, by: int) -> list[str]:
    if sha256 not in order:
        abort(400)
    at = order.index(sha256)
    to = min(len(order) - 1, max(0, at + by))
    order[at], order[to] = order[to], order[at]
    return order
