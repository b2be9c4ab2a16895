"""What the views of this request work on: the instance as this account sees it, the time, numbers of its address."""

from __future__ import annotations

from datetime import datetime

from flask import abort, current_app, request
from flask_login import current_user

from evidence_service.clock import now as clock_now
from web.identity import Identity
from web.ports import Instance, LogRow
from web.scope import Scoped

KEY = "proofdocket"
WITHOUT_ACCOUNT = "without_account"  # set on g where the database may be what failed
MAX_INDEX = 2**53 - 1


def whole() -> Instance:
    """The whole instance, over all institutions: for the guard and for pages without an account, never for a view
    that shows rows."""
    found: Instance = current_app.extensions[KEY]
    return found


def instance() -> Scoped:
    """The instance as the person of this request sees it: other institutions are not there."""
    return Scoped(whole(), institutions())


def identity() -> Identity:
    """Accounts, second factors, sessions, purposes, four-eyes requests."""
    return whole().identity


def institutions() -> frozenset[str]:
    """Where the person of this request belongs; nowhere without an account."""
    found: frozenset[str] = current_user.institutions if current_user.is_authenticated else frozenset()
    return found


def now() -> datetime:
    """The present instant in UTC."""
    return clock_now()


def number_argument(name: str) -> int | None:
    """A whole number from the query; 400 for anything else, None where it is absent."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > MAX_INDEX:
        abort(400)
    return int(text)


def chosen_log(logs: list[LogRow]) -> LogRow | None:
    """The log named by ?institution=, else the first that has entries; 404 for a name that is not there."""
    wish = request.args.get("institution", "")
    if wish:
        return next((log for log in logs if log.institution == wish), None) or abort(404)
    return next((log for log in logs if log.size), logs[0] if logs else None)
