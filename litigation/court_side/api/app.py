"""The HTTP intake of a court: packages, letters, moves, docket entries. `create_intake` puts the routes together.

Spec: docs/spec/filing.md. Mounted by `serve --role court` under /api/court/v1. No cookies, no sessions; every route but
the court's description asks for a filer's key, and shows that filer's filings only.
"""

from __future__ import annotations

import json
import re
import secrets
import uuid
from typing import Any

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from evidence_service.api import headers, problems
from evidence_service.api.bodies import pieces
from evidence_service.api.problems import Refusal
from litigation.court_side.api.window import RequestWindow
from litigation.court_side.core.filer import Filer
from litigation.court_side.core.quota import QuotaError
from litigation.court_side.core.submission import Submission
from litigation.court_side.ports import StoredEntry
from litigation.court_side.service import CourtService
from litigation.court_side.workflow.receive import quota_of

PREFIX = "/api/court/v1"
KEY = "proofdocket_court"
WINDOW = "proofdocket_court_window"
BEARER = re.compile(r"Bearer +(\S+)\Z", re.IGNORECASE)
DIGEST = re.compile(r"[0-9a-f]{64}\Z")
FILING = re.compile(r"0x[0-9a-f]{64}\Z")
MAX_LETTER = 64 * 1024
MAX_MOVE = 256 * 1024
MAX_ENTRIES = 500
MAX_PAGE = 2 * 1024 * 1024
PUBLIC = frozenset({"get_court"})
ROUTES = (
    ("GET", "/court", "get_court"),
    ("PUT", "/packages/<digest>", "put_package"),
    ("PUT", "/filings/<filing_id>", "put_filing"),
    ("GET", "/filings/<filing_id>", "get_filing"),
    ("PUT", "/filings/<filing_id>/moves/<digest>", "put_move"),
    ("GET", "/entries", "get_entries"),
)


def create_intake(service: CourtService, *, testing: bool = False) -> Flask:
    """Make the application."""
    app = Flask("proofdocket-court", static_folder=None)
    app.config.update(TESTING=testing, PROPAGATE_EXCEPTIONS=False, MAX_CONTENT_LENGTH=None)
    app.extensions[KEY] = service
    app.extensions[WINDOW] = RequestWindow()
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    views = {name: value for name, value in globals().items() if callable(value)}
    for method, rule, name in ROUTES:
        app.add_url_rule(rule, name, views[name], methods=[method], provide_automatic_options=False)
    app.before_request(_admit)
    headers.register(app)
    problems.register(app)
    app.register_error_handler(QuotaError, _over_quota)
    return app


def get_court() -> Response:
    """Who this court is: name, code, address, key, registry, the largest package that it takes."""
    return _json(_court().describe())


def put_package(digest: str) -> Response:
    """Keep a package under its SHA-256; 201 the first time, 200 when it is here already."""
    limit = _court().doors.court.largest_package
    announced = request.content_length
    if announced is not None and announced > limit:
        raise RequestEntityTooLarge
    size, new = _court().take_package(_digest(digest), pieces(limit), announced, _filer())
    return _json({"sha256": digest, "size": size}, 201 if new else 200)


def put_filing(filing_id: str) -> Response:
    """Take a letter whose package is here; the answer is the signed receipt, the same for the same letter.

    The examination follows in a program of its own (`court examine --watch`): nobody waits for it here.
    """
    filer = _filer()
    receipt = _court().take_filing(_filing(filing_id), b"".join(pieces(MAX_LETTER)), filer)
    # Crash here: received, and the filer does not know it; the same request gets the same receipt.
    found = _court().submission(filing_id)
    return _json({"receipt": receipt.note, **_standing(found)}, 201 if receipt.created else 200)


def get_filing(filing_id: str) -> Response:
    """Where a filing is, and all its entries as signed notes."""
    found = _court().of_filer(_filing(filing_id), _filer())
    notes = [entry.note for entry in _court().entries(filing_id)]
    return _json({**_standing(found), "entries": notes})


def put_move(filing_id: str, digest: str) -> Response:
    """Take what a filer sends about a filing: withdrawal, payment, amendment, fee."""
    body = b"".join(pieces(MAX_MOVE))
    new = _court().take_move(_filing(filing_id), _digest(digest), body, _filer())
    return _json({"sha256": digest}, 201 if new else 200)


def get_entries() -> Response:
    """Entries of the filer's filings behind a place: ?after=N&limit=M."""
    after, limit = _whole("after", 0), min(_whole("limit", MAX_ENTRIES), MAX_ENTRIES)
    found = _fitting(_court().entries_after(_filer(), after, limit))
    return _json({"entries": [_entry(one) for one in found], "after": found[-1].id if found else after})


def _admit() -> None:
    """Every request has an id; every route but the public ones asks for a key."""
    g.request_id = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    if request.endpoint is None or request.endpoint in PUBLIC:
        return
    sent = BEARER.match(request.headers.get("Authorization", ""))
    filer = _court().recognise(sent[1]) if sent else None
    if filer is None:
        raise Refusal(401, headers={"WWW-Authenticate": 'Bearer realm="proofdocket-court"'})
    g.filer = filer
    window: RequestWindow = current_app.extensions[WINDOW]
    seconds = window.must_wait(filer.id, quota_of(filer).requests_per_minute)
    if seconds:
        raise Refusal(429, headers={"Retry-After": str(seconds)})


def _over_quota(error: QuotaError) -> Response:
    """A quota that was reached is 429, with the time after which the same request is taken."""
    return problems.problem(429, error.code, str(error), {"Retry-After": str(error.retry_after)})


def _court() -> CourtService:
    found: CourtService = current_app.extensions[KEY]
    return found


def _filer() -> Filer:
    found: Filer = g.filer
    return found


def _standing(found: Submission) -> dict[str, Any]:
    return {
        "filing_id": found.filing_id,
        "state": found.state.value,
        "case_number": found.case_number,
        "result": found.result,
    }


def _entry(one: StoredEntry) -> dict[str, Any]:
    return {"id": one.id, "filing_id": one.filing_id, "n": one.n, "note": one.note}


def _fitting(entries: list[StoredEntry]) -> list[StoredEntry]:
    """As many as an answer holds, one at least; the rest come with the next question."""
    size = 0
    kept: list[StoredEntry] = []
    for one in entries:
        size += len(one.note)
        if kept and size > MAX_PAGE:
            break
        kept.append(one)
    return kept


def _digest(text: str) -> str:
    if not DIGEST.match(text):
        raise Refusal(404)
    return text


def _filing(text: str) -> str:
    if not FILING.match(text):
        raise Refusal(404)
    return text


def _whole(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refusal(400, f"{name}: a whole number")
    return int(text)


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, content_type="application/json")
