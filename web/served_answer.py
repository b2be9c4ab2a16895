"""What a party says: an objection, or a proposal of instalments; sent once or twice, it is one event.

Spec: docs/spec/served.md section 5. A form carries a name of its own (`once`): the same form sent again is found.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evidence_service.errors import StoreError
from litigation.core.history import court_date
from litigation.core.ledger_state import ACCELERATED
from litigation.served.core.forms import (
    MAX_AHEAD,
    MAX_INSTALMENTS,
    MAX_TEXT,
    Form,
    Ground,
    read_objection,
    read_proposal,
)
from litigation.served.core.papers import Papers
from litigation.served.errors import FormRefusedError, FormUsedError
from web.current import now
from web.language import Texts, current
from web.present import money
from web.served_door import door, for_reader, present

OBJECTION, PROPOSAL = "objection", "proposal"
NAMES = ("ground", "text", "instalments", "amount", "first_due")


def register(app: Flask) -> None:
    """Add the route."""
    app.add_url_rule("/served/answer", "served_answer", served_answer, methods=["GET", "POST"])
    app.add_template_global(lambda item: item_name(item, current()), "item_name")
    app.add_template_global(lambda amount, currency: money(Decimal(amount), current(), currency), "plain_sum")


@for_reader("answer")
def served_answer() -> ResponseReturnValue:
    """Show the forms and what was said; take one of the forms."""
    papers = door().papers(present())
    if request.method == "GET":
        return _page(papers, sent="sent" in request.args), 200
    kind = PROPOSAL if request.form.get("kind") == PROPOSAL else OBJECTION
    try:
        door().speak(present(), _read(kind, papers))
    except FormRefusedError as refused:
        return _page(papers, kind, refused.problem, refused.field), 400
    except FormUsedError:
        return _page(papers, kind, "served.form.used", "once", again=False), 409
    except StoreError:
        # Not in the log: the same form, with the same words and the same name, can be sent again.
        return _page(papers, kind, "served.form.not_sent"), 503
    return redirect(url_for("served_answer", sent=1, _anchor="said"), 303)


def item_name(item: str, texts: Texts) -> str:
    """A line of the debt as a party knows it."""
    if item == ACCELERATED:
        return texts("served.line.accelerated")
    return texts("served.line.instalment", n=item) if item.isascii() and item.isdigit() else item


def _read(kind: str, papers: Papers) -> Form:
    if kind == PROPOSAL:
        return read_proposal(request.form, papers.statement.currency, court_date(now()))
    return read_objection(request.form, request.form.getlist("items")[:200], papers.statement.items)


def _page(
    papers: Papers, kind: str = "", problem: str = "", field: str = "", *, sent: bool = False, again: bool = True
) -> str:
    today = court_date(now())
    filled: Mapping[str, str] = {name: request.form.get(name, "")[: MAX_TEXT * 2] for name in NAMES} if kind else {}
    return render_template(
        "served/answer.html",
        papers=papers,
        debt=papers.statement.debt,
        reader=present(),
        said=door().said(present()),
        grounds=list(Ground),
        filled=filled,
        ticked=set(request.form.getlist("items")) if kind else set(),
        kind=kind,
        problem=problem,
        field=field,
        sent=sent,
        once={name: _once(kind == name and again) for name in (OBJECTION, PROPOSAL)},
        max_text=MAX_TEXT,
        max_instalments=MAX_INSTALMENTS,
        first_day=today + timedelta(days=1),
        last_day=today + MAX_AHEAD,
    )


def _once(keep: bool) -> str:
    """The name of a form: the one that was sent where it is shown again as it was, else a new one."""
    sent = request.form.get("once", "") if keep else ""
    return sent if sent.isascii() and sent.isalnum() and len(sent) == 32 else secrets.token_hex(16)
