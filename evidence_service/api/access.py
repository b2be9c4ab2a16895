"""Who may call which route. Every route names its scope or says that it is public; a test walks them all.

The order tells nobody anything: no valid key 401, no scope 403 wherever the address leads, another institution's
address 404 in the very words of an absent one. Whoever has a valid key leaves a record, also of what was refused.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from evidence_service.api.problems import Refusal, code_of
from evidence_service.api_door import ApiDoor, Caller
from evidence_service.core.api_key import Scope
from evidence_service.errors import ProofDocketError

KEY = "proofdocket_api_door"
MARK = "proofdocket_scope"
PUBLIC = "public"
BEARER = re.compile(r"Bearer +(\S+)\Z", re.IGNORECASE)
REQUEST_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\Z")
View = TypeVar("View", bound=Callable[..., Any])


def door() -> ApiDoor:
    """The instance that this application serves."""
    found: ApiDoor = current_app.extensions[KEY]
    return found


def caller() -> Caller:
    """Who makes this request."""
    found: Caller = g.caller
    return found


def public(view: View) -> View:
    """Declare that a route needs no key."""
    setattr(view, MARK, PUBLIC)
    return view


def reads(scope: Scope) -> Callable[[View], Callable[..., Response]]:
    """Declare a route that reads: the view runs in the transaction that records it."""

    def mark(view: View) -> Callable[..., Response]:
        @wraps(view)
        def guarded(institution: str, **arguments: Any) -> Response:
            _admit(scope, institution)

            def read() -> Response:
                with door().reading(caller(), scope, institution) as looked_at:
                    answer: Response = view(institution, looked_at, **arguments)
                return answer

            return _recorded(scope, institution, read)

        setattr(guarded, MARK, scope)
        return guarded

    return mark


def writes(scope: Scope) -> Callable[[View], Callable[..., Response]]:
    """Declare a route that writes: the door records it in the transaction of the write."""

    def mark(view: View) -> Callable[..., Response]:
        @wraps(view)
        def guarded(institution: str, **arguments: Any) -> Response:
            _admit(scope, institution)
            return _recorded(scope, institution, lambda: view(institution, **arguments))

        setattr(guarded, MARK, scope)
        return guarded

    return mark


def computes(scope: Scope) -> Callable[[View], Callable[..., Response]]:
    """Declare a route that looks at nothing of ours, only at what was sent; the answer leaves once it is recorded."""

    def mark(view: View) -> Callable[..., Response]:
        @wraps(view)
        def guarded(**arguments: Any) -> Response:
            _admit(scope, None)
            institution = caller().key.institution

            def work() -> Response:
                answer: Response = view(**arguments)
                with door().reading(caller(), scope, institution) as looked_at:
                    looked_at.append("what was sent")
                return answer

            return _recorded(scope, institution, work)

        setattr(guarded, MARK, scope)
        return guarded

    return mark


def scope_of(app: Flask, endpoint: str) -> Scope | str | None:
    """The declared scope of a route, `public`, or None where it forgot to declare one."""
    return getattr(app.view_functions[endpoint], MARK, None)


def register(app: Flask) -> None:
    """Give every request an id, and close every route that declares nothing."""

    @app.before_request
    def name_request() -> None:
        sent = request.headers.get("X-Request-Id", "")
        # Only a UUID is taken over: any other text could be about somebody, and would stay in the log.
        g.request_id = sent if REQUEST_ID.match(sent) else str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))

    @app.before_request
    def closed() -> None:
        if request.endpoint is not None and scope_of(app, request.endpoint) is None:
            raise Refusal(403)


def _admit(scope: Scope, institution: str | None) -> None:
    """Let the caller in, or refuse in the order that tells nothing."""
    sent = BEARER.match(request.headers.get("Authorization", ""))
    key = door().recognise(sent[1]) if sent else None
    if key is None:
        raise Refusal(401, headers={"WWW-Authenticate": 'Bearer realm="proofdocket"'})
    g.caller = Caller(key, g.request_id)
    seconds = door().must_wait(key)
    if seconds:
        raise Refusal(429, headers={"Retry-After": str(seconds)})  # not recorded: it would cost what it refuses
    if not key.allows(scope):
        door().refused(g.caller, scope, key.institution, "scope-missing")
        raise Refusal(403)
    if institution is not None and institution != key.institution:
        door().refused(g.caller, scope, key.institution, "not-found")
        raise Refusal(404)


def _recorded(scope: Scope, institution: str, work: Callable[[], Response]) -> Response:
    """Run a view; what it refuses is recorded, too, before the refusal leaves."""
    try:
        return work()
    except (ProofDocketError, HTTPException) as error:
        door().refused(caller(), scope, institution, code_of(error))
        raise
