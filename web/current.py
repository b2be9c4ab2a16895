"""What the views of this request work on: the instance, the time, the whole numbers in its address."""

from __future__ import annotations

from datetime import datetime

from flask import abort, current_app, request

from evidence_service.clock import now as clock_now
from web.ports import Instance, LogRow

KEY = "proofdocket"
WITHOUT_ACCOUNT = "without_account"  # set on g where the database may be what failed
MAX_INDEX = 2**53 - 1


def instance() -> Instance:
    """The instance that this application shows."""
    found: Instance = current_app.extensions[KEY]
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
