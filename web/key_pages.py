"""API keys of one's institutions: list, make (shown once), revoke. They are the API's own keys (docs/guide/api.md)."""

from __future__ import annotations

import re

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.core.api_key import ID_BYTES, SECRET_BYTES, ApiKey, Scope, new_key
from web.access import Permission, permit
from web.current import identity, instance, institutions, now

MAX_PURPOSE, MOST_PER_MINUTE = 100, 100_000


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/api-keys", "api_keys", api_keys)
    app.add_url_rule("/api-keys/new", "api_key_add", api_key_add, methods=["POST"])
    app.add_url_rule("/api-keys/<key_id>/revoke", "api_key_revoke", api_key_revoke, methods=["POST"])


@permit(Permission.API_KEY_ADMIN)
def api_keys() -> ResponseReturnValue:
    """The keys of one's institutions; revoked ones stay on the list."""
    return _page()


@permit(Permission.API_KEY_ADMIN)
def api_key_add() -> ResponseReturnValue:
    """Make a key and show it this once."""
    institution = request.form.get("institution", "")
    purpose, scopes = request.form.get("purpose", "").strip(), request.form.getlist("scope")
    per_minute = request.form.get("per_minute", "600")
    if institution not in {log.institution for log in instance().logs()}:
        abort(404)
    if not purpose or len(purpose) > MAX_PURPOSE or not purpose.isprintable():
        return _page("keys.purpose_help"), 400
    if not scopes or not set(scopes) <= set(Scope):
        return _page("keys.scopes_needed"), 400
    if not (re.fullmatch("[0-9]{1,6}", per_minute) and 1 <= int(per_minute) <= MOST_PER_MINUTE):
        return _page("keys.per_minute_wrong"), 400
    people = identity()
    key_id, text, digest = new_key(people.randomness(ID_BYTES + SECRET_BYTES))
    people.note(f"account:{current_user.name}", "api-key:add", f"key {key_id}", institution, "api keys")
    allowed = frozenset(Scope(name) for name in scopes)
    people.api_keys.add(ApiKey(key_id, institution, purpose, allowed, digest, int(per_minute), now()))
    # Crash here: the key is there and nobody has it; it is revoked and another made.
    return render_template(
        "account/shown_once.html",
        heading="keys.made",
        facts=[("col.institution", institution), ("keys.purpose", purpose), ("keys.scopes", ", ".join(sorted(scopes)))],
        secret=text,
        onward=url_for("api_keys"),
    )


@permit(Permission.API_KEY_ADMIN)
def api_key_revoke(key_id: str) -> ResponseReturnValue:
    """Close a key from now on."""
    people = identity()
    people.note(f"account:{current_user.name}", "api-key:revoke", f"key {key_id}", "", "api keys")
    people.api_keys.revoke(key_id, now())
    return redirect(url_for("api_keys"))


def _page(problem: str = "") -> str:
    logs = list(instance().logs())
    return render_template(
        "account/api_keys.html",
        keys=[key for key in reversed(identity().api_keys.keys()) if key.institution in institutions()],
        logs=logs,
        names={log.institution: log.name for log in logs},
        scopes=list(Scope),
        problem=problem,
    )
