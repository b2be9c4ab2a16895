"""Errors become HTTP here and nowhere else: one page per status, in the reader's language, with nothing inside.

What goes wrong unforeseen is written to the log by kind and place only: messages of libraries may hold personal data.
"""

from __future__ import annotations

import logging
import secrets
import traceback

from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from evidence_service.errors import (
    ChainError,
    ConflictError,
    MalformedInputError,
    NotFoundError,
    ProofDocketError,
    StoreError,
)
from evidence_service.workflow.privacy import RestrictedError
from web.current import WITHOUT_ACCOUNT

KNOWN = (400, 403, 404, 405, 409, 413, 429, 500, 503)
STATUS: tuple[tuple[type[ProofDocketError], int], ...] = (
    (RestrictedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (MalformedInputError, 400),
    (StoreError, 503),
    (ChainError, 503),
)
DRAIN_AT_MOST = 256 * 1024 * 1024
RETRY_AFTER = "60"
log = logging.getLogger("proofdocket.web")


def register(app: Flask) -> None:
    """Answer every error with its page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ProofDocketError, _house)
    app.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    if status < 400:
        return error.get_response()  # a redirect, such as to the address with its final slash
    if isinstance(error, RequestEntityTooLarge):
        _drain()
    response = make_response(_page(status))
    if status == 429:
        response.headers["Retry-After"] = RETRY_AFTER
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _house(error: ProofDocketError) -> ResponseReturnValue:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        log.error("%s at %s: %s", error.code, request.endpoint, type(error).__name__)
    return _page(status, code=error.code)


def _unforeseen(error: Exception) -> ResponseReturnValue:
    # The outermost edge: whatever it was, the reader gets a page and the operator a trace without values.
    reference = secrets.token_hex(4)
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("unforeseen %s at %s, reference %s\n%s", type(error).__name__, request.endpoint, reference, trace)
    return _page(500, code=reference)


def _page(status: int, code: str = "") -> tuple[str, int]:
    if status >= 500:
        setattr(g, WITHOUT_ACCOUNT, True)  # the page must not ask the database who is signed in
    shown = status if status in KNOWN else (400 if status < 500 else 500)
    return render_template("error.html", status=status, key=f"error.{shown}", code=code), status


def _drain() -> None:
    """Read what the browser still sends, up to a limit: otherwise it shows a broken connection, not the page."""
    left = min(request.content_length or 0, DRAIN_AT_MOST)
    body = request.environ["wsgi.input"]
    while left > 0:
        piece = body.read(min(left, 1024 * 1024))
        if not piece:
            return
        left -= len(piece)
