"""The case pages of a party: the debt in plain words, the evidence disclosed to it, the ten checks, downloads.

Spec: docs/spec/served.md section 4. Everything comes from the one package of the session's invitation.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from io import BytesIO
from typing import Any

from flask import Flask, abort, current_app, render_template, send_file
from flask.typing import ResponseReturnValue

from evidence_service.core.event import parse_instant
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import NOT_PROVEN
from evidence_service.errors import MalformedInputError
from litigation.served.core.papers import Field, PaperEvent, Papers
from web.current import now
from web.language import Texts, current
from web.present import instant
from web.served_door import GATE, door, for_reader, present

FILES = ("package.zip", "papers.pdf", "verify.html")
ZIP, PDF, HTML = "application/zip", "application/pdf", "text/html"
ORIGINAL_TYPES = {"pdf": PDF, "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "txt": "text/plain"}


def register(app: Flask) -> None:
    """Add the routes and what their templates need."""
    app.add_url_rule("/served/case", "served_case", served_case)
    app.add_url_rule("/served/evidence", "served_evidence", served_evidence)
    app.add_url_rule("/served/checks", "served_checks", served_checks)
    app.add_url_rule("/served/files/<name>", "served_file", served_file)
    app.add_url_rule("/served/originals/<digest>", "served_original", served_original)
    app.add_template_filter(percent, "percent")
    app.add_template_global(lambda field: field_value(field, current()), "field_value")


@for_reader("case")
def served_case() -> ResponseReturnValue:
    """What is owed, line by line, as of the cut-off, and what changed since."""
    reader = present()
    papers = door().papers(reader)
    changes = door().changes(reader, papers)
    return render_template(
        "served/case.html",
        papers=papers,
        debt=papers.statement.debt,
        stated=papers.statement.stated,
        changes=changes,
        openings=door().openings(reader),
        reader=reader,
    )


@for_reader("evidence")
def served_evidence() -> ResponseReturnValue:
    """The evidence that is disclosed to this party, by stage."""
    papers = door().papers(present())
    return render_template("served/evidence.html", papers=papers, stages=_by_stage(papers), reader=present())


@for_reader("checks")
def served_checks() -> ResponseReturnValue:
    """The ten checks, run now on exactly the bytes that can be downloaded."""
    papers = door().papers(present())
    with current_app.extensions[GATE].passing():
        report = door().report(papers)
    states = Counter(check.state for check in report.checks)
    return render_template(
        "served/checks.html",
        papers=papers,
        report=report,
        tally=[(state.value, states[state]) for state in CheckState if states[state]],
        not_proven=NOT_PROVEN,
        checked_at=now(),
        reader=present(),
    )


@for_reader("file")
def served_file(name: str) -> ResponseReturnValue:
    """The package, its papers, or the page that checks it without us."""
    if name not in FILES:
        abort(404)
    papers = door().papers(present())
    content, kind = {
        "package.zip": (papers.content, ZIP),
        "papers.pdf": (papers.pdf, PDF),
        "verify.html": (papers.verifier, HTML),
    }[name]
    return _download(content, kind, name) if content else abort(404)


@for_reader("original")
def served_original(digest: str) -> ResponseReturnValue:
    """One original of the package, to be saved: never shown inside this site."""
    held = door().papers(present()).originals.get(digest)
    if held is None:
        abort(404)
    extension, content = held
    return _download(content, ORIGINAL_TYPES.get(extension, "application/octet-stream"), f"{digest[:16]}.{extension}")


def percent(rate: Decimal) -> str:
    """A yearly rate as people say it: 0.1440 is 14.4%."""
    return f"{(rate * 100).normalize():f}%"


def field_value(field: Field, texts: Texts) -> Any:
    """A disclosed value as people read it; what is not of its kind is shown as it is."""
    value = field.value
    try:
        match field.kind:
            case "rate":
                return percent(Decimal(value))
            case "amount":
                return f"{Decimal(value):,.2f}"
            case "instant":
                return instant(parse_instant(value, field.name))
    except (MalformedInputError, ArithmeticError, TypeError):
        return str(value)
    if isinstance(value, bool):
        return texts("served.yes") if value else texts("served.no")
    if isinstance(value, list):
        return "；".join(str(item) for item in value)
    if isinstance(value, dict):
        return "\n".join(f"{texts.word('field', str(name))}：{item}" for name, item in value.items())
    return texts.word("value", str(value))


def _by_stage(papers: Papers) -> list[tuple[str, list[PaperEvent]]]:
    """Events by stage in the order of the first of each; within one, in the order of the log."""
    found: dict[str, list[PaperEvent]] = {}
    for event in papers.events:
        found.setdefault(event.stage, []).append(event)
    return list(found.items())


def _download(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    answer = send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
