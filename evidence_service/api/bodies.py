"""What a request brings: read in pieces up to a limit, as the one strict JSON of the house, or as raw bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from evidence_service.api.limits import MAX_HEADER_VALUE, PIECE
from evidence_service.api.problems import Refusal
from evidence_service.core.canonical import parse_strict

VISIBLE = re.compile(r"[\x21-\x7e]+\Z")


def pieces(limit: int) -> Iterator[bytes]:
    """The body in pieces; 413 as soon as it is too large, at once where its length is declared."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refusal(415)
    if request.content_length is not None and request.content_length > limit:
        raise RequestEntityTooLarge
    if request.content_length is None and not request.environ.get("wsgi.input_terminated"):
        return
    request.max_content_length = None  # counted here
    seen = 0
    while piece := _next_piece():
        seen += len(piece)
        if seen > limit:
            raise RequestEntityTooLarge
        yield piece
    if request.content_length is not None and seen != request.content_length:
        raise Refusal(400, "The body ended before its Content-Length.")


def _next_piece() -> bytes:
    try:
        return request.stream.read(PIECE)
    except (ClientDisconnected, OSError):  # gone, or too slow (http_server.py)
        raise Refusal(408, headers={"Connection": "close"}) from None


def json_body(limit: int) -> tuple[bytes, Any]:
    """The body's bytes, and the value that they are in strict JSON. Anything else is a CanonicalError."""
    if request.mimetype != "application/json":
        raise Refusal(415)
    raw = b"".join(pieces(limit))
    return raw, parse_strict(raw)


def idempotency_key(*, required: bool) -> str | None:
    """The Idempotency-Key header."""
    sent = request.headers.getlist("Idempotency-Key")
    if not sent and not required:
        return None
    if len(sent) != 1 or len(sent[0]) > MAX_HEADER_VALUE or not VISIBLE.match(sent[0]):
        raise Refusal(428 if not sent else 400, OF_KEY, "idempotency-key-missing" if not sent else "bad-request")
    return sent[0]


OF_KEY = "Send one Idempotency-Key header of 1 to 255 visible ASCII characters, new for every new request."
