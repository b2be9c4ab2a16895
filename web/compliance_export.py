"""Files for auditors: each list as CSV or JSON, and the report as PDF, in the language of the page.

Spec: docs/guide/compliance.md (Exports). An export asks the right to export and the right to see what is in it; its
purpose is on record.
"""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Flask, Response, abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from evidence_service.core.event import format_instant
from web.access import Permission, may, permit
from web.compliance_access import start_of, wanted_of
from web.compliance_csv import csv_bytes
from web.compliance_desk import around, desk, here
from web.compliance_forms import day_argument, word_argument
from web.compliance_pdf import report_pdf
from web.compliance_report import gather
from web.compliance_rows import LISTS, MOST, OF_THE_ACCESS_LOG
from web.current import now
from web.language import current
from web.ports import LogRow
from web.present import SHANGHAI

FORMS = ("csv", "json")
USUAL = timedelta(days=90)


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/compliance/reports", "reports", reports)
    app.add_url_rule("/compliance/export", "compliance_export", export)
    app.add_url_rule("/compliance/report.pdf", "compliance_report", report)


@permit(Permission.EXPORT)
def reports() -> ResponseReturnValue:
    """What can be had as a file."""
    logs, log = here()
    _need(Permission.AUDIT_READ)
    today = now().astimezone(SHANGHAI).date()
    lists = [name for name in LISTS if name not in OF_THE_ACCESS_LOG or may(Permission.ACCESS_LOG_READ)]
    return render_template(
        "compliance/reports.html",
        lists=lists,
        most=MOST,
        since=today - USUAL,
        until=today,
        **around("reports", log, logs),
    )


@permit(Permission.EXPORT)
def export() -> ResponseReturnValue:
    """One list as a file."""
    what, form = word_argument("what", LISTS), word_argument("form", FORMS) or "csv"
    log = _log()
    if not what:
        abort(400)
    _need(Permission.ACCESS_LOG_READ if what in OF_THE_ACCESS_LOG else Permission.AUDIT_READ)
    at, wanted = desk(), wanted_of(log)
    rows = LISTS[what](at, log.institution, wanted)
    name = f"{log.institution}-{what}-{now():%Y%m%d}.{form}"
    if form == "csv":
        head = list(rows[0]) if rows else ["none"]
        return _file(csv_bytes(head, (list(row.values()) for row in rows)), name, "text/csv; charset=utf-8")
    kept = at.store.run(log.institution)
    answer = {
        "what": what,
        "institution": log.institution,
        "made_at": format_instant(now()),
        "log_size": log.size,
        "run_size": kept.size if kept else None,
        "rows": rows,
    }
    return _file(json.dumps(answer, ensure_ascii=False, indent=1).encode(), name, "application/json")


@permit(Permission.EXPORT)
def report() -> ResponseReturnValue:
    """The report of a time as PDF."""
    log = _log()
    _need(Permission.AUDIT_READ)
    _need(Permission.ACCESS_LOG_READ)
    today = now().astimezone(SHANGHAI).date()
    until = day_argument("until") or today
    since = day_argument("since") or until - USUAL
    if since > until:
        abort(400)
    found = gather(desk(), log, since, until, start_of(since), start_of(until + timedelta(days=1)), now())
    name = f"{log.institution}-compliance-{since:%Y%m%d}-{until:%Y%m%d}-{current().lang}.pdf"
    return _file(report_pdf(found, current()), name, "application/pdf")


def _log() -> LogRow:
    _, log = here()
    return log or abort(404)


def _need(permission: Permission) -> None:
    if not may(permission):
        abort(403)


def _file(content: bytes, name: str, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    return response
