"""One filing: its ten checks side by side with its papers, what stands against it, what may be entered, its history.

Spec: docs/spec/filing.md. The page reads the sheet of the examination, never the package; the papers come from the
re-hashed package when the frame asks for them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask, Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from litigation.core.court_detail import members_of
from litigation.core.court_entry import DECIDING, EntryKind, kept_entry
from litigation.court_side.core.board import Column, Wanted
from litigation.court_side.core.defects import REASONS
from litigation.court_side.core.sheet import Sheet, SheetDocument, papers
from litigation.court_side.core.submission import ENDED, FOLLOWS, WAITING, Submission, SubmissionState
from litigation.court_side.ports import StoredAnswer, StoredAttempt
from web.access import Permission, may, permit
from web.clerk_board import DueChip, due_of
from web.clerk_current import clerk, court, filing_of, today
from web.current import now

OF_PAPERS = "; ".join(
    ("default-src 'none'", "object-src 'self'", "style-src 'unsafe-inline'", "img-src 'self'", "frame-ancestors 'self'")
)
"""The browser's own viewer draws the papers; nothing in them may fetch, run or be framed by others."""
CURE_DAYS = 15
GLANCE = (
    "defendant.name",
    "defendant.id_no",
    "contract.number",
    "contract.principal",
    "claim.total",
    "claim.cutoff",
)
AMOUNTS = frozenset({"contract.principal", "claim.total"})
AMOUNT = re.compile(r"\d{1,15}\.\d{2}", re.ASCII)
RULE = "<filing_id>"
NOT_TYPED = frozenset({"note"})
OF_THE_MACHINE = frozenset({EntryKind.RECEIVED, EntryKind.EXAMINED, EntryKind.CURED})
"""Entries that no clerk makes."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry as it is shown."""

    n: int
    kind: str
    at: datetime
    by: str
    note: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MoveLine:
    """What the filer sent."""

    kind: str
    received_at: datetime
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step that may be entered now, with its members as (name, form, required)."""

    kind: str
    members: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of the papers; `state` is *stated* unless check (4) held it against the log."""

    key: str
    value: str
    state: str


@dataclass(frozen=True, slots=True)
class FilingPage:
    """Everything on the page of one filing."""

    filing: Submission
    filer: str
    due: DueChip | None
    waited: timedelta
    sheet: Sheet | None
    documents: tuple[SheetDocument, ...]
    facts: tuple[FactLine, ...]
    findings: tuple[dict[str, Any], ...]
    others: tuple[Submission, ...]
    history: tuple[HistoryLine, ...]
    moves: tuple[MoveLine, ...]
    answer: StoredAnswer | None
    attempt: StoredAttempt | None
    steps: tuple[StepForm, ...]
    next_id: str

    @property
    def waits(self) -> bool:
        """Whether a decision is open."""
        return self.filing.state in WAITING

    @property
    def set_aside(self) -> bool:
        """Whether examinations came to no end and a person has to ask for the next one."""
        return self.filing.state is SubmissionState.RECEIVED and self.attempt is not None and self.attempt.attempts > 0


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule(f"/filings/{RULE}", "clerk_filing", filing)
    app.add_url_rule(f"/filings/{RULE}/papers.pdf", "clerk_papers", pdf)
    app.add_url_rule(f"/filings/{RULE}/package.zip", "clerk_package", package)


@permit(Permission.COURT_QUEUE_READ)
def filing(filing_id: str) -> ResponseReturnValue:
    """The page."""
    return show(filing_of(filing_id))


def show(found: Submission, problem: str = "", opened: str = "") -> Response:
    """Render a filing; `problem` is what was wrong with what was sent, `opened` the part that it belongs to."""
    body = render_template(
        "clerk/filing.html",
        page=page_of(found),
        reasons=REASONS,
        proposed=court().proposed_number(),
        cure_by=today() + timedelta(days=CURE_DAYS),
        first_day=today(),
        mine=found.assigned_to == clerk(),
        may_decide=may(Permission.COURT_DECIDE),
        on_chain=court().doors.court.on_chain,
        depth=court().doors.depth() if court().doors.court.on_chain else 0,
        problem=problem,
        opened=opened,
        now=now(),
    )
    return make_response(body, 400 if problem else 200)


@permit(Permission.COURT_QUEUE_READ)
def pdf(filing_id: str) -> ResponseReturnValue:
    """The papers, for the frame beside the checks; from this origin only."""
    found = filing_of(filing_id)
    response = Response(court().pdf(found), content_type="application/pdf")
    response.headers["Content-Security-Policy"] = OF_PAPERS
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Disposition"] = f'inline; filename="{found.package_sha256[:16]}.pdf"'
    return response


@permit(Permission.COURT_QUEUE_READ)
def package(filing_id: str) -> ResponseReturnValue:
    """The package as it arrived, for the offline verifier."""
    found = filing_of(filing_id)
    response = Response(court().package(found), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.package_sha256[:16]}.zip"'
    return response


def page_of(found: Submission) -> FilingPage:
    """Gather what the page shows."""
    here = court()
    entries = here.entries(found.filing_id)
    history = tuple(
        HistoryLine(one.n, one.kind, one.at, one.by, one.note, kept_entry(one.note).detail) for one in entries
    )
    examined = next((line.detail for line in history if line.kind == EntryKind.EXAMINED), {})
    sheet = here.sheet(found.filing_id)
    filers = {filer.id: filer.name for filer in here.filers()}
    of_loan = here.doors.store.of_loan(found.institution, found.loan) if found.loan else []
    return FilingPage(
        filing=found,
        filer=filers.get(found.filer, found.institution),
        due=due_of(found),
        waited=now() - found.received_at,
        sheet=sheet,
        documents=papers(sheet.documents) if sheet else (),
        facts=facts_of(sheet) if sheet else (),
        findings=tuple(examined.get("findings", ())),
        others=tuple(one for one in of_loan if one.filing_id != found.filing_id),
        history=history,
        moves=tuple(MoveLine(one.kind, one.received_at, json.loads(one.body)) for one in here.moves(found.filing_id)),
        answer=here.answer_of(found.filing_id),
        attempt=here.attempt(found.filing_id),
        steps=steps_of(found),
        next_id=_next(found),
    )


def facts_of(sheet: Sheet) -> tuple[FactLine, ...]:
    """The facts at a glance. What the package says of its own facts counts only where check (4) passed."""
    held = any(check["n"] == 4 and check["state"] == "passed" for check in sheet.checks)
    found = []
    for key in GLANCE:
        if key in sheet.facts:
            value, state = sheet.facts[key]
            amount = key in AMOUNTS and AMOUNT.fullmatch(value)
            shown = f"{Decimal(value):,.2f}" if amount else value
            found.append(FactLine(key, shown, state if held else "stated"))
    return tuple(found)


def steps_of(found: Submission) -> tuple[StepForm, ...]:
    """Steps that may follow now, decisions and those of the machine left out."""
    left_out = DECIDING | OF_THE_MACHINE
    kinds = [kind for kind, (states, _after) in FOLLOWS.items() if found.state in states and kind not in left_out]
    return tuple(StepForm(kind.value, shown_members(kind.value)) for kind in kinds)


def shown_members(kind: str) -> tuple[tuple[str, str, bool], ...]:
    """The members of a step that a clerk fills in; the case number comes by itself."""
    return tuple(one for one in members_of(kind) if one[0] != "case_number" and one[0] not in NOT_TYPED)


def open_suit(one: Submission) -> bool:
    """Whether another filing of the loan is open."""
    return one.state not in ENDED


def decidable(found: Submission) -> Submission:
    """The filing where a decision is open; 409 where it was decided meanwhile."""
    if found.state not in WAITING:
        abort(409)
    return found


def _next(found: Submission) -> str:
    """Another filing that waits, the first of the board."""
    waiting = court().board(Wanted(column=Column.WAITING), 2)
    return next((one.filing_id for one in waiting if one.filing_id != found.filing_id), "")
