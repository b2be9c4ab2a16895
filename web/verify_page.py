"""The verify page: anybody drops a package, PDF or proof, and reads the ten checks. No account, nothing kept.

Spec: docs/spec/verify.md. The upload stays in memory (web/app.py) and is gone with the answer.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from evidence_service.verifier.page import page_policy, public_page
from web.access import Permission, permit
from web.current import now
from web.throttle import Gate
from web.verification import Upload, UploadRefusedError, verify_upload

MAX_FILE = 64 * 1024 * 1024
MAX_TRUST = 1024 * 1024
MAX_REQUEST = MAX_FILE + MAX_TRUST + 64 * 1024  # and the form around them
GATE = "proofdocket_verify_gate"


def register(app: Flask) -> None:
    """Add the route. Two verifications at a time bound the memory."""
    app.extensions[GATE] = Gate(slots=2, patience=20)
    app.add_url_rule("/verify", "verify", verify, methods=["GET", "POST"])
    app.add_url_rule("/verify/offline", "verify_offline", verify_offline)


@permit(Permission.PUBLIC)
def verify() -> ResponseReturnValue:
    """Show the form; check what was sent and show what was found."""
    if request.method == "GET":
        return _form()
    with current_app.extensions[GATE].passing():
        upload = Upload(file=_read("file"), name=_name("file"), leaf=_read("leaf"), trust=_read("trust"))
        if not upload.file:
            return _form("verify.choose"), 400
        if len(upload.file) > MAX_FILE or len(upload.trust) > MAX_TRUST:
            abort(413)
        try:
            outcome = verify_upload(upload, now())
        except UploadRefusedError as refused:
            return _form(refused.problem, refused.detail), 400
    return render_template("verify_result.html", outcome=outcome, report=outcome.report)


@permit(Permission.PUBLIC)
def verify_offline() -> ResponseReturnValue:
    """The page that verifies in the reader's own browser, shown or (`?save`) saved: no file reaches this server."""
    headers = {"Content-Security-Policy": page_policy()}
    if "save" in request.args:
        headers["Content-Disposition"] = 'attachment; filename="verify.html"'
    return Response(public_page(), mimetype="text/html", headers=headers)


def _form(problem: str = "", detail: str = "") -> str:
    return render_template("verify.html", problem=problem, detail=detail, max_file=MAX_FILE)


def _read(field: str) -> bytes:
    sent = request.files.get(field)
    return sent.read() if sent else b""


def _name(field: str) -> str:
    sent = request.files.get(field)
    return (sent.filename or "") if sent else ""
