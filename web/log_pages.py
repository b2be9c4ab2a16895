"""Pages of the evidence log: events, one entry with its proof, checkpoints, anchors.

Lists are keyed by leaf index, not by page number: a log that grows meanwhile shifts nothing.
"""

from __future__ import annotations

from flask import Flask, Response, abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from web.access import Permission, permit
from web.current import MAX_INDEX, chosen_log, instance, now, number_argument
from web.ports import LogRow

PAGE = 50
NEWEST = 100


def register(app: Flask) -> None:
    """Add the routes."""
    entry = f"/entries/<institution>/<int(max={MAX_INDEX}):index>"
    app.add_url_rule("/events", "events", events)
    app.add_url_rule("/checkpoints", "checkpoints", checkpoints)
    app.add_url_rule("/anchors", "anchors", anchors)
    app.add_url_rule(entry, "entry", entry_page)
    app.add_url_rule(f"{entry}/leaf", "leaf", leaf)
    app.add_url_rule(f"{entry}/proof", "proof", proof)


@permit(Permission.READ)
def events() -> ResponseReturnValue:
    """The events of one log, newest first."""
    logs = list(instance().logs())
    log = chosen_log(logs)
    before = number_argument("before")
    rows = instance().entries(log.institution, before, PAGE) if log else ()
    return render_template(
        "events.html",
        logs=logs,
        log=log,
        rows=rows,
        older=rows[-1].index if rows and rows[-1].index > 0 else None,
        newer=rows[0].index + 1 + PAGE if log and rows and rows[0].index + 1 < log.size else None,
        newest=before is None,
    )


@permit(Permission.READ)
def entry_page(institution: str, index: int) -> ResponseReturnValue:
    """One entry: its leaf, its leaf hash, its proof."""
    log = _log(institution)
    return render_template(
        "entry.html", log=log, entry=instance().entry(log.institution, index), published=index < log.published_size
    )


@permit(Permission.READ)
def leaf(institution: str, index: int) -> ResponseReturnValue:
    """The exact leaf bytes as a file."""
    detail = instance().entry(_log(institution).institution, index)
    return _file(detail.leaf, f"{institution}-{index}.leaf.json", "application/json")


@permit(Permission.READ)
def proof(institution: str, index: int) -> ResponseReturnValue:
    """The tlog-proof as a file; 404 while no checkpoint covers the entry."""
    text = instance().proof(_log(institution).institution, index)
    return _file(text.encode(), f"{institution}-{index}.tlog-proof", "text/plain; charset=utf-8")


@permit(Permission.READ)
def checkpoints() -> ResponseReturnValue:
    """The newest checkpoints of one log."""
    logs = list(instance().logs())
    log = chosen_log(logs)
    rows = instance().checkpoints(log.institution, NEWEST) if log else ()
    return render_template("checkpoints.html", logs=logs, log=log, rows=rows, limit=NEWEST, now=now())


@permit(Permission.READ)
def anchors() -> ResponseReturnValue:
    """The newest anchors of one log."""
    logs = list(instance().logs())
    log = chosen_log(logs)
    rows = instance().anchors(log.institution, NEWEST) if log else ()
    return render_template("anchors.html", logs=logs, log=log, rows=rows, limit=NEWEST)


def _log(institution: str) -> LogRow:
    return next((log for log in instance().logs() if log.institution == institution), None) or abort(404)


def _file(content: bytes, name: str, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    return response
