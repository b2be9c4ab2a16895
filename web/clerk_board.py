"""The clerk's board: what waits, what was returned, what runs as a case; filters, and pages behind one another.

Spec: docs/spec/filing.md, "The clerk's board". Urgent first, then the nearest day. A page is one query by an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evidence_service.core.report import Result
from litigation.court_side.core.board import Column, Place, Wanted, read_place
from litigation.court_side.core.due import NEVER, DueWhat
from litigation.court_side.core.submission import Submission
from web.access import Permission, may, permit
from web.clerk_current import choice, clerk, court, today
from web.current import now
from web.language import Texts, current
from web.present import duration

PAGE = 50
CHOICES = {
    "judgment": ("judgment", "ruling", "mediation", "withdrawal", "payment_order"),
    "agreed": ("agreed", "failed"),
    "enforced": ("accepted", "terminated", "settled", "paid", "closed"),
}
"""Members of entries that are one of a few words (litigation/core/court_detail.py)."""
MAX_SEARCH = 100


@dataclass(frozen=True, slots=True)
class DueChip:
    """The next day of a filing as it is shown: what for, in how many days; `alarm` is overdue, soon or later."""

    what: str
    on: date
    days: int

    @property
    def alarm(self) -> str:
        """How much it presses."""
        return "overdue" if self.days < 0 else "soon" if self.days <= 2 else "later"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line."""

    filing: Submission
    due: DueChip | None
    waited: timedelta
    flags: tuple[str, ...]


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/", "overview", overview)
    app.add_url_rule("/filings", "clerk_board", board)

    @app.context_processor
    def hand_out() -> dict[str, Any]:
        texts = current()
        return {
            "span": lambda length: duration(length, texts),
            "hours": lambda number: _hours(number, texts),
            "choices": CHOICES,
        }


@permit(Permission.OWN)
def overview() -> ResponseReturnValue:
    """The first page of a court's instance: the board for clerks, the verify page for everybody else."""
    return redirect(url_for("clerk_board" if may(Permission.COURT_QUEUE_READ) else "verify"))


@permit(Permission.COURT_QUEUE_READ)
def board() -> ResponseReturnValue:
    """One page of one column."""
    wanted = read_wanted()
    found = court().board(wanted, PAGE + 1)
    shown, more = found[:PAGE], len(found) > PAGE
    last = shown[-1] if more else None
    return render_template(
        "clerk/board.html",
        wanted=wanted,
        columns=[(column, court().counts()[column]) for column in Column],
        rows=[row_of(one) for one in shown],
        behind=Place(last.urgent, last.due_on, last.filing_id).text() if last else None,
        names={filer.institution: filer.name for filer in court().filers()},
        results=[result.value for result in Result],
        first=wanted.behind is None,
        narrowed=narrowed(wanted),
    )


def read_wanted() -> Wanted:
    """What the address asks for; what it asks for wrongly is not asked for."""
    who = request.args.get("who", "")
    return Wanted(
        column=choice(Column, request.args.get("column", ""), Column.WAITING),
        clerk=clerk() if who == "me" else "",
        nobody=who == "nobody",
        institution=request.args.get("filer", "")[:MAX_SEARCH],
        result=getattr(choice(Result, request.args.get("result", ""), None), "value", ""),
        flagged=request.args.get("flagged", "") == "1",
        text=" ".join(request.args.get("q", "").split())[:MAX_SEARCH],
        behind=read_place(request.args.get("behind", "")),
    )


def narrowed(wanted: Wanted) -> bool:
    """Whether a filter hides filings of the column."""
    return any((wanted.clerk, wanted.nobody, wanted.institution, wanted.result, wanted.flagged, wanted.text))


def row_of(filing: Submission) -> BoardRow:
    """One filing as a line."""
    flags = tuple(flag for flag in filing.flags.split(",") if flag)
    return BoardRow(filing, due_of(filing), now() - filing.received_at, flags)


def _hours(number: float, texts: Texts) -> str:
    """Hours below two days, else days; one decimal."""
    if number < 48:
        return texts("reports.hours", n=f"{number:,.1f}")
    return texts("reports.days", n=f"{number / 24:,.1f}")


def due_of(filing: Submission) -> DueChip | None:
    """The next day, None where none is set."""
    on = date.fromisoformat(filing.due_on)
    if on == NEVER or filing.due_what == DueWhat.NOTHING:
        return None
    return DueChip(filing.due_what, on, (on - today()).days)
