"""Pages of the litigation room: cases, packages, the download of a package."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from litigation.core.overview import CASE_STATES
from web.access import Permission, permit
from web.current import MAX_INDEX, instance, number_argument
from web.ports import CaseRow

PAGE = 50


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/cases", "cases", cases)
    app.add_url_rule("/packages", "packages", packages)
    app.add_url_rule(f"/packages/<int(max={MAX_INDEX}):package_id>/download", "download", download)


@permit(Permission.CASE_READ)
def cases() -> ResponseReturnValue:
    """Cases, newest first; with a state, only those that stand there."""
    before, state = number_argument("before"), request.args.get("state", "")
    if state and state not in CASE_STATES:
        abort(400)
    rows = _cases(before, state)
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "cases.html",
        rows=rows[:PAGE],
        older=older,
        newest=before is None,
        names=_names(),
        total=instance().counts().cases,
        state=state,
        states=CASE_STATES,
        linked=instance().legal is not None,
    )


@permit(Permission.CASE_READ)
def packages() -> ResponseReturnValue:
    """Packages, newest first."""
    before = number_argument("before")
    rows = instance().packages(PAGE + 1, before)
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "packages.html",
        rows=rows[:PAGE],
        older=older,
        newest=before is None,
        names=_names(),
        total=instance().counts().packages,
    )


@permit(Permission.DOWNLOAD)
def download(package_id: int) -> ResponseReturnValue:
    """A package's ZIP, byte for byte as it was built; it holds personal data, so not every role gets it."""
    name, path = instance().package_bytes(package_id)
    if not path.is_file():
        abort(404)
    response = send_file(path, mimetype="application/zip", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _cases(before: int | None, state: str) -> Sequence[CaseRow]:
    """A page of cases and one more; only the lender's desk can ask for those in one state."""
    here = instance()
    if here.legal is None:
        return here.cases(PAGE + 1, before)
    found = here.legal.docket.cases(here.institutions, state, before, PAGE + 1)
    return [CaseRow(one.id, one.our_reference, one.institution, one.loan, one.state, one.opened_at) for one in found]


def _names() -> dict[str, str]:
    return {log.institution: log.name for log in instance().logs()}
