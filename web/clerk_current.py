"""What the clerk's pages work on: the court of this instance, and small readers of addresses and forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import abort, current_app, request
from flask_login import current_user

from litigation.court_side.core.due import COURT_TIME
from litigation.court_side.core.submission import Submission
from litigation.court_side.service import CourtService
from web.current import now

COURT = "proofdocket_court"
MAX_TEXT = 4000


def court() -> CourtService:
    """The court of this instance."""
    found: CourtService = current_app.extensions[COURT]
    return found


def clerk() -> str:
    """The signed-in clerk: the name that entries keep. Nobody types it."""
    name: str = current_user.name
    return name


def filing_of(filing_id: str) -> Submission:
    """The filing of an address; by its id only."""
    if len(filing_id) != 66:
        abort(404)
    return court().submission(filing_id)


def today() -> date:
    """The court's day."""
    return now().astimezone(COURT_TIME).date()


def field(name: str, most: int = MAX_TEXT) -> str:
    """A text of the form, without spaces at its ends."""
    return request.form.get(name, "").strip()[:most]


def local_day(at: datetime) -> date:
    """The court's day of an instant."""
    return at.astimezone(COURT_TIME).date()


def choice(values: Any, said: str, otherwise: Any) -> Any:
    """One of the members of an enum, by its value."""
    return next((one for one in values if one.value == said), otherwise)
