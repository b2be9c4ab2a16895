"""The portfolio: overdue loans by filter, a page at a time, and what is proposed for those that somebody chose.

Lists come from the overview (docs/spec/portfolio.md); what is started from here is computed from the log again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from litigation.core.money import total_of
from litigation.core.overview import AT_COURT, Bucket, Choice, LoanLine, Order, Readiness
from litigation.core.route_reasons import REASONS, Question
from litigation.core.routing import Route
from web.access import Permission, permit
from web.current import chosen_log, instance
from web.legal_desk import desk
from web.portfolio_form import (
    STATES,
    arguments_of,
    bucket_query,
    choice_of,
    place_of,
    place_text,
    query_of,
)
from web.ports import LogRow

PAGE = 50
MOST = 5000
"""Loans that are acted upon at a time."""
STEP = 2000
"""Entries that a page reads to bring the overview up to date."""
PAPERS = {
    Route.MEDIATION: "mediation",
    Route.PAYMENT_ORDER: "payment_order",
    Route.SMALL_CLAIM: "litigation",
    Route.SUMMARY: "litigation",
    Route.ORDINARY: "litigation",
}
"""Which papers a route takes; a reminder and new terms take none."""


@dataclass(frozen=True, slots=True)
class Group:
    """The chosen loans of one proposed route: why, what they owe, what can be built and what stands in the way."""

    route: Route | None
    lines: tuple[LoanLine, ...]
    reasons: tuple[tuple[Question, int], ...]
    ready: int
    at_court: int
    owed: Decimal
    defects: tuple[tuple[str, int], ...]
    papers: str


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/portfolio", "portfolio", portfolio)
    app.add_url_rule("/portfolio/proposal", "proposal", proposal)
    app.add_url_rule("/portfolio/refresh", "portfolio_refresh", refresh, methods=["POST"])
    app.add_url_rule("/portfolio/filters", "filter_save", save_filter, methods=["POST"])
    app.add_url_rule("/portfolio/filters/forget", "filter_forget", forget_filter, methods=["POST"])


@permit(Permission.PORTFOLIO_READ)
def portfolio() -> ResponseReturnValue:
    """The list."""
    at, logs = desk(), list(instance().logs())
    log = chosen_log(logs)
    if log is None:
        return render_template("legal/portfolio.html", log=None, logs=logs)
    service, choice = at.portfolio, choice_of(request.args)
    today, name = service.today(), log.institution
    buckets = service.sums.buckets(name, today)
    page = service.store.page(name, choice, today, place_of(request.args), PAGE)
    mark = service.store.mark(name)
    return render_template(
        "legal/portfolio.html",
        logs=logs,
        log=log,
        choice=choice,
        today=today,
        lines=page.lines,
        earlier=place_text(page.earlier),
        later=place_text(page.later),
        total=service.store.total(name, choice, today),
        most=MOST,
        buckets=[(one, buckets.get(one), bucket_query(one)) for one in Bucket],
        words=service.store.words(name),
        mark=mark,
        behind=log.size - (mark.size if mark else 0),
        filters=at.filters.of(current_user.name, "portfolio"),
        saved=query_of(request.args),
        filtered=arguments_of(request.args),
        routes=list(Route),
        states=STATES,
        orders=list(Order),
        readinesses=list(Readiness),
    )


@permit(Permission.PORTFOLIO_READ)
def proposal() -> ResponseReturnValue:
    """What is proposed for the chosen loans: by route, with reasons, what can be built, what stands in the way."""
    log = _log()
    choice = choice_of(request.args)
    lines = chosen_lines(log.institution, request.args, choice)
    if not lines:
        back = {**arguments_of(request.args), "institution": log.institution, "none": "1"}
        return redirect(f"{url_for('portfolio')}?{urlencode(back)}")
    return render_template(
        "legal/proposal.html",
        log=log,
        groups=groups_of(lines),
        chosen=len(lines),
        owed=total_of(line.overview.claim for line in lines if line.overview.claim),
        cut=bool(request.args.get("all")) and len(lines) == MOST,
        everything=bool(request.args.get("all")),
        filtered=arguments_of(request.args),
        loans=request.args.getlist("loan_no"),
        today=desk().portfolio.today(),
        drawn=max(line.overview.as_of for line in lines),
        oldest=min(line.overview.as_of for line in lines),
    )


@permit(Permission.PORTFOLIO_READ)
def refresh() -> ResponseReturnValue:
    """Bring the overview up to date, a bounded part at a time."""
    log = _log(request.form.get("institution", ""))
    desk().portfolio.refresh(log.institution, STEP)
    return redirect(url_for("portfolio", institution=log.institution))


@permit(Permission.PORTFOLIO_READ)
def save_filter() -> ResponseReturnValue:
    """Keep a filter under a name."""
    given = dict(parse_qsl(request.form.get("query", "")))
    choice_of(given)  # a filter that makes no sense is refused now, not each time that it is used
    query = query_of(given)
    desk().filters.save(current_user.name, "portfolio", request.form.get("name", ""), query)
    return redirect(f"{url_for('portfolio')}?{query}")


@permit(Permission.PORTFOLIO_READ)
def forget_filter() -> ResponseReturnValue:
    """Delete a saved filter."""
    desk().filters.forget(current_user.name, "portfolio", request.form.get("name", ""))
    return redirect(url_for("portfolio"))


def chosen_lines(institution: str, given: MultiDict[str, str], choice: Choice) -> list[LoanLine]:
    """The loans that somebody ticked, or all that match the filter."""
    service = desk().portfolio
    if given.get("all"):
        return service.store.chosen(institution, choice, service.today(), MOST)
    return service.store.named(institution, list(dict.fromkeys(given.getlist("loan_no")))[:MOST])


def groups_of(lines: Sequence[LoanLine]) -> list[Group]:
    """The lines by the route that was decided, else recommended, in the order from light to heavy."""
    found: dict[str, list[LoanLine]] = {}
    for line in lines:
        found.setdefault(line.overview.decided or line.overview.recommended, []).append(line)
    ways: list[Route | None] = [*Route, None]
    return [_group(way, found[way.value if way else ""]) for way in ways if (way.value if way else "") in found]


def can_be_built(line: LoanLine) -> bool:
    """Nothing blocks it, and no court has it already."""
    return line.overview.readiness is Readiness.READY and not at_court(line)


def at_court(line: LoanLine) -> bool:
    """A second suit on one loan is refused: these are left out before that."""
    return line.case_state in AT_COURT


def _group(way: Route | None, lines: Sequence[LoanLine]) -> Group:
    questions = {one.code: one for one in REASONS[way.value]} if way else {}
    reasons = _counted(code for line in lines for code in line.overview.reasons if code in questions)
    blocked = [line for line in lines if line.overview.readiness is Readiness.BLOCKED]
    return Group(
        route=way,
        lines=tuple(lines),
        reasons=tuple((questions[code], number) for code, number in reasons),
        ready=sum(can_be_built(line) for line in lines),
        at_court=sum(at_court(line) for line in lines),
        owed=total_of(line.overview.claim for line in lines if line.overview.claim),
        defects=_counted(code for line in blocked for code in line.overview.defects[: line.overview.blocking]),
        papers=PAPERS.get(way, "") if way else "",
    )


def _counted(codes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each comes, the most frequent first."""
    return tuple(Counter(codes).most_common())


def _log(named: str = "") -> LogRow:
    logs = list(instance().logs())
    if named:
        return next((log for log in logs if log.institution == named), None) or abort(404)
    return chosen_log(logs) or abort(404)
