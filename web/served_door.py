"""The door of the case pages: link and code are exchanged once for a short session in a cookie of its own.

Spec: docs/spec/served.md sections 3 and 7. These pages are public to the sign-in of the staff and check for themselves:
without a running session every one of them leads back here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evidence_service.workflow.privacy import RestrictedError
from litigation.served.core.invitation import read_token
from litigation.served.errors import PapersClosedError
from litigation.served.workflow.enter import Entered, Visit
from web.access import Permission, permit
from web.current import KEY
from web.served_ports import ServedDoor, ServesPapers
from web.throttle import Gate, Window

COOKIE, PATH = "proofdocket_served", "/served"
ATTEMPTS_PER_MINUTE, PAGES_PER_MINUTE = 30, 120
ATTEMPTS, PAGES, GATE = "proofdocket_served_attempts", "proofdocket_served_pages", "proofdocket_served_gate"
READER = "served_reader"
View = Callable[..., ResponseReturnValue]


def register(app: Flask) -> None:
    """Add the door and its limits, and keep search engines out."""
    app.extensions[ATTEMPTS] = Window(ATTEMPTS_PER_MINUTE, 60)
    app.extensions[PAGES] = Window(PAGES_PER_MINUTE, 60)
    app.extensions[GATE] = Gate(slots=2, patience=20)
    app.add_url_rule("/served", "served_door", served_door, methods=["GET", "POST"])
    app.add_url_rule("/served/leave", "served_leave", served_leave, methods=["POST"])

    @app.after_request
    def keep_private(response: Response) -> Response:
        if request.path == PATH or request.path.startswith(f"{PATH}/"):
            response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
            response.headers["Cache-Control"] = "no-store"
        return response


@permit(Permission.PUBLIC)
def served_door() -> ResponseReturnValue:
    """Ask for link and code; exchange them. Every refusal is the same page."""
    if request.method == "GET":
        return render_template(
            "served/door.html", refused=False, ended="ended" in request.args, here=reader() is not None
        )
    current_app.extensions[ATTEMPTS].count(request.remote_addr or "")
    door = door_of()
    with current_app.extensions[GATE].passing():
        try:
            entered = door.enter(request.form.get("link", ""), request.form.get("code", "")) if door else None
        except (RestrictedError, PapersClosedError):
            return closed()
    if entered is None:
        # The link stays in the form: whoever mistyped the code need not look for it again.
        link = read_token(request.form.get("link", ""))
        return render_template("served/door.html", refused=True, ended=False, here=False, link=link), 403
    return _let_in(entered)


@permit(Permission.PUBLIC)
def served_leave() -> ResponseReturnValue:
    """End the session."""
    door = door_of()
    if door is not None:
        door.leave(request.cookies.get(COOKIE, ""))
    answer = make_response(redirect(url_for("served_door"), 303))
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def for_reader(page: str) -> Callable[[View], View]:
    """A page for whoever has a running session: limited, on record before it is shown, closed where the loan is."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: object) -> ResponseReturnValue:
            found = reader()
            if found is None:
                return redirect(url_for("served_door", ended=1), 303)
            current_app.extensions[PAGES].count(found.invitation.id)
            try:
                door().record(found, page)
                return view(*args, **kwargs)
            except (RestrictedError, PapersClosedError):
                return closed()

        return permit(Permission.PUBLIC)(guarded)

    return wrap


def reader() -> Visit | None:
    """The running session of this request."""
    if READER not in g:
        served, cookie = door_of(), request.cookies.get(COOKIE, "")
        setattr(g, READER, served.visit(cookie) if served is not None and cookie else None)
    found = getattr(g, READER)
    assert found is None or isinstance(found, Visit)
    return found


def present() -> Visit:
    """The same, inside a page that has one."""
    return reader() or abort(403)


def door() -> ServedDoor:
    """The served papers of this instance; 404 where it serves none."""
    return door_of() or abort(404)


def door_of() -> ServedDoor | None:
    """The served papers of this instance, if it serves any."""
    here = current_app.extensions[KEY]
    return here.served if isinstance(here, ServesPapers) else None


def closed() -> tuple[str, int]:
    """The papers cannot be shown: whoever proved to be the party is told so, and whom to ask."""
    return render_template("served/closed.html"), 409


def _let_in(entered: Entered) -> Response:
    answer = make_response(redirect(url_for("served_case"), 303))
    answer.set_cookie(
        COOKIE,
        entered.cookie,
        expires=entered.session.ends_at,
        path=PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"] or request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return answer
