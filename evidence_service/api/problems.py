"""Errors become HTTP here and nowhere else: problem documents (RFC 9457) with our error codes, and nothing inside.

Spec: docs/guide/api.md (Problems). `type` is a tag URI (RFC 4151) that ends in the code, `instance` the request's id.
What goes wrong unforeseen is written to the log by kind and place only: messages of libraries may hold personal data.
"""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
import traceback
from http import HTTPStatus

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from evidence_service.errors import ChainError, ConflictError, NotFoundError, ProofDocketError, StoreError
from evidence_service.workflow.prove import NotPublishedError

TYPE = "tag:proofdocket.example,2026:problem/"
MEDIA_TYPE = "application/problem+json"
RETRY_LATER = 5
DRAIN_AT_MOST = 4 * 1024 * 1024
STATUS: tuple[tuple[type[ProofDocketError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (NotPublishedError, 409),
    (StoreError, 503),
    (ChainError, 503),
)
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
OF_STATUS = {
    400: ("bad-request", "The request cannot be read."),
    401: ("unauthorised", "Send a valid API key: Authorization: Bearer pd_…"),
    403: ("scope-missing", "This API key does not have the scope that the route asks for."),
    404: ("not-found", "There is nothing here for this API key."),
    405: ("method-not-allowed", "This route has other methods; see Allow."),
    406: ("not-acceptable", "This route answers with another media type."),
    408: ("too-slow", "The request took too long to arrive; send it again."),
    411: ("length-required", "Send Content-Length, or chunked transfer coding."),
    413: ("too-large", "The body is larger than this route takes."),
    415: ("media-type", "This route takes another Content-Type, without content coding."),
    428: ("idempotency-key-missing", "Send an Idempotency-Key header of 1 to 255 visible ASCII characters."),
    429: ("too-many-requests", "This API key has asked too often; wait as Retry-After says."),
    431: ("header-too-large", "The headers are larger than this server takes."),
    500: ("internal", "Something unforeseen went wrong; tell the operator the instance of this problem."),
    503: ("unavailable", "Try again later."),
}
log = logging.getLogger("proofdocket.api")


class Refusal(HTTPException):
    """A refusal with a code and sentence of its own."""

    def __init__(self, status: int, detail: str = "", code: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code, self.problem, self.detail, self.extra = status, code, detail, headers or {}


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """One problem document."""
    value = {
        "type": f"{TYPE}{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": g.get("request_id", ""),
        "code": code,
    }
    answer = Response(json.dumps(value, ensure_ascii=False), status, headers, content_type=MEDIA_TYPE)
    if status in {503, 507}:
        answer.headers.setdefault("Retry-After", str(RETRY_LATER))
    return answer


def register(app: Flask) -> None:
    """Answer every error with its problem."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ProofDocketError, _house)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unforeseen)


def status_of(error: ProofDocketError) -> int:
    """The HTTP status of an error of the house."""
    if _is_full(error):
        return 507
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def code_of(error: Exception) -> str:
    """The code of any error, as problems and the access log name it."""
    if isinstance(error, ProofDocketError):
        return error.code
    if isinstance(error, Refusal) and error.problem:
        return error.problem
    if isinstance(error, HTTPException):
        return _of_status(error.code or 500)[0]
    return "disk" if isinstance(error, OSError) else "internal"


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        status = 404  # a redirect to another spelling of the address: there is one spelling
    if isinstance(error, RequestEntityTooLarge):
        _drain()
    headers = dict(error.extra) if isinstance(error, Refusal) else {}
    headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    text = (error.detail if isinstance(error, Refusal) else "") or _of_status(status)[1]
    return problem(status, code_of(error) if status == error.code else _of_status(status)[0], str(text), headers)


def _house(error: ProofDocketError) -> ResponseReturnValue:
    status = status_of(error)
    if status >= 500:
        log.error("%s %s at %s: %s", g.get("request_id", "-"), error.code, request.endpoint, type(error).__name__)
        return problem(status, error.code, "The store cannot do this now; nothing was written. Try again later.")
    return problem(status, error.code, str(error))


def _disk(error: OSError) -> ResponseReturnValue:
    log.error("%s disk at %s: %s", g.get("request_id", "-"), request.endpoint, errno.errorcode.get(error.errno or 0))
    status = 507 if error.errno in NO_SPACE else 503
    return problem(status, "disk", "The disk cannot take this now; nothing was written. Try again later.")


def _unforeseen(error: Exception) -> ResponseReturnValue:
    # The outermost edge: whatever it was, the sender gets a problem and the operator a trace without values.
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s unforeseen %s at %s\n%s", g.get("request_id", "-"), type(error).__name__, request.endpoint, trace)
    return problem(500, *OF_STATUS[500])


def _of_status(status: int) -> tuple[str, str]:
    return OF_STATUS.get(status, OF_STATUS[400 if status < 500 else 500])


def _is_full(error: BaseException | None) -> bool:
    """Whether a full disk is what is behind an error: SQLITE_FULL, SQLSTATE 53100, or the system's own word."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            return True
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return True
        if getattr(error, "sqlstate", None) == "53100":
            return True
        error = error.__cause__
    return False


def _drain() -> None:
    """Read a little of what still comes: a sender that is cut off at once often never sees the answer."""
    left = min(request.content_length or DRAIN_AT_MOST, DRAIN_AT_MOST)
    body = request.environ["wsgi.input"]
    while left > 0:
        piece = body.read(min(left, 64 * 1024))
        if not piece:
            return
        left -= len(piece)
