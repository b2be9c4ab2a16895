"""The page that asks what somebody opens personal data for, before it is shown."""

from __future__ import annotations

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.access import Permission, permit
from web.current import identity, now
from web.purpose import BY_ROLE, Purpose, PurposeError, purpose_text
from web.sign_in import local_target
from web.sql_purposes import EVERYTHING

MAX_THING = 200


def register(app: Flask) -> None:
    """Add the route."""
    app.add_url_rule("/purpose", "purpose", purpose, methods=["GET", "POST"])


@permit(Permission.OWN)
def purpose() -> ResponseReturnValue:
    """Ask, remember until sign-out, and go on to the page."""
    target = local_target(request.values.get("next", ""))
    thing = request.values.get("thing", "")[:MAX_THING]
    people, session_id = identity(), current_user.session.digest
    if request.method == "GET":
        said = people.purposes.latest(session_id) or BY_ROLE[current_user.role].value
        word, _, reference = said.partition(" ")
        return _form(target, thing, word, reference)
    word, reference = request.form.get("purpose", ""), request.form.get("reference", "")
    try:
        text = purpose_text(word, reference)
    except PurposeError:
        return _form(target, thing, word, reference, "purpose.refused"), 400
    about = EVERYTHING if request.form.get("for") == "session" or not thing else thing
    people.purposes.state(session_id, about, text, now())
    return redirect(target, 303)


def _form(target: str, thing: str, word: str, reference: str, problem: str = "") -> str:
    return render_template(
        "account/purpose.html",
        next=target,
        thing=thing,
        word=word,
        reference=reference[:40],
        purposes=list(Purpose),
        problem=problem,
    )
