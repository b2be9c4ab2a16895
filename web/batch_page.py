"""Batches: start one with one button, watch it, pause, go on, cancel, build the failed cases again.

Spec: docs/spec/batch.md. A page asks for a batch in the tables; workers build it, whoever closes the page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evidence_service.errors import MalformedInputError
from litigation.batch_service import Order
from litigation.core.batch import Batch, BatchProgress, BatchState, ItemState
from litigation.core.paper_kinds import papers_for
from litigation.core.routing import Route
from litigation.workflow.case_source import our_reference
from web.access import Permission, permit
from web.current import instance, number_argument
from web.legal_desk import cases, desk
from web.loan_page import named_log
from web.portfolio_form import choice_of
from web.portfolio_pages import PAPERS, can_be_built, chosen_lines, groups_of

REASON = "named by a person"
SHOWN_FAILURES = 100
SHOWN_BATCHES = 50
MOVES = {"pause", "resume", "cancel", "retry"}
FIX = {
    "missing-fact": "loan",
    "loan-erased": "loan",
    "duplicate-suit": "loan",
    "stale-checkpoint": "checkpoints",
    "batch-pins": "portfolio",
}
"""Where a failure of that code is mended: the loan's page, or another one; elsewhere the hint says what to do."""


class BatchFormError(MalformedInputError):
    """Nothing among the chosen loans can be built."""

    code = "batch-form"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch of the list with where it stands."""

    batch: Batch
    now: BatchProgress


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/batches", "batches", batches)
    app.add_url_rule("/batches/new", "batch_start", start, methods=["POST"])
    app.add_url_rule("/batches/<batch>", "batch", batch_page)
    app.add_url_rule("/batches/<batch>/progress", "batch_progress", batch_progress)
    app.add_url_rule("/batches/<batch>/<move>", "batch_move", batch_move, methods=["POST"])


@permit(Permission.CASE_READ)
def batches() -> ResponseReturnValue:
    """The newest batches of the institutions that this person may see."""
    seen = {log.institution for log in instance().logs()}
    service = desk().batches
    found = [one for one in service.store.batches() if one.institution in seen][:SHOWN_BATCHES]
    lines = [BatchLine(one, service.progress(one.id)) for one in found]
    return render_template("legal/batches.html", lines=lines, names=_names(), limit=SHOWN_BATCHES)


@permit(Permission.BATCH_RUN)
def start() -> ResponseReturnValue:
    """Build what can be built of the chosen loans on one route: pinned now, built by workers."""
    log = named_log(request.form.get("institution", ""))
    way = request.form.get("way", "")
    if way not in set(Route) or Route(way) not in PAPERS:
        raise BatchFormError("choose a route that papers are built for")
    service, route = desk().batches, Route(way)
    group = next((one for one in groups_of(chosen_lines(log.institution, request.form, choice_of(request.form)))
                  if one.route is route), None)  # fmt: skip
    loans = [line.overview.loan for line in group.lines if can_be_built(line)] if group else []
    if not loans:
        raise BatchFormError("none of the chosen loans on this route can be built now")
    sealed = bool(request.form.get("seal"))
    if sealed:
        service.litigation.require_seal()
    source = service.litigation.pin(
        log.institution, service.litigation.today(), draft=False, papers=papers_for(PAPERS[route])
    )
    size = source.published.checkpoint.size
    folder = service.litigation.evidence.settings.home / "packages" / f"{source.as_of}-{size}-{PAPERS[route]}"
    folder.mkdir(parents=True, exist_ok=True)
    references = [our_reference(log.institution, loan) for loan in loans]
    cases().on_record(log.institution, references, "batch")
    made = service.start(source, Order(loans, folder, REASON, sealed=sealed))
    # Crash here: the batch is kept; its page goes on with it.
    desk().hands.lend()
    return redirect(url_for("batch", batch=made.id))


@permit(Permission.CASE_READ)
def batch_page(batch: str) -> ResponseReturnValue:
    """One batch."""
    found = _batch(batch)
    return render_template("legal/batch.html", **_state(found))


@permit(Permission.CASE_READ)
def batch_progress(batch: str) -> ResponseReturnValue:
    """Where a batch stands: the live part of its page, asked for every two seconds while something happens."""
    return render_template("legal/batch_progress.html", **_state(_batch(batch)))


@permit(Permission.BATCH_RUN)
def batch_move(batch: str, move: str) -> ResponseReturnValue:
    """Pause, go on, cancel, or build the failed cases again."""
    if move not in MOVES:
        abort(404)
    service, found = desk().batches, _batch(batch)
    match move:
        case "pause":
            service.pause(found.id)
        case "resume":
            service.resume(found.id)
        case "cancel":
            service.cancel(found.id)
        case _:
            service.retry(found.id)
    if move in ("resume", "retry"):
        desk().hands.lend()
    return redirect(url_for("batch", batch=found.id))


def _batch(name: str) -> Batch:
    found = desk().batches.store.batch(name)
    if found.id != name:
        abort(404)
    named_log(found.institution)
    return found


def _state(batch: Batch) -> dict[str, object]:
    service = desk().batches
    now = service.progress(batch.id)
    failed = service.store.items(batch.id, state=ItemState.FAILED) if now.failed else []
    after = number_argument("after") or 0
    built = service.store.items(batch.id, state=ItemState.BUILT)[:SHOWN_FAILURES] if now.over else []
    shown = [item for item in failed if item.position >= after][: SHOWN_FAILURES + 1]
    return {
        "batch": batch,
        "now": now,
        "failures": shown[:SHOWN_FAILURES],
        "next_failure": shown[SHOWN_FAILURES].position if len(shown) > SHOWN_FAILURES else None,
        "codes": Counter(item.code for item in failed).most_common(),
        "built": built,
        "fix": FIX,
        "stuck": is_stuck(now),
        "live": not now.over,
        "reference": our_reference,
        "done": now.built + now.failed,
        "case_ids": desk().docket.case_ids(batch.institution, [item.loan for item in built]),
    }


def is_stuck(now: BatchProgress) -> bool:
    """Something waits, and nobody works on it."""
    return now.state is BatchState.RUNNING and bool(now.waiting) and not now.workers


def _names() -> dict[str, str]:
    return {log.institution: log.name for log in instance().logs()}
