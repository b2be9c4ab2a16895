"""The commands `case assess`, `case list`, `case decide`: what a case has, lacks and may become; what a person decides.

Spec: docs/spec/readiness.md section 8.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1
from evidence_service.service import require_initialised
from litigation.bootstrap import open_rooms
from litigation.case_json import case_to_json, summary_to_json
from litigation.case_service import CaseService, CaseView, Decision
from litigation.case_table import Layout
from litigation.core.routing import NAMES, Route, probability_of

as_of_option = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the case is looked at [today in China]."
)
institution_option = click.option("--institution", help="Which log, where the instance has several.")
language_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Language of the tables."
)


@click.group("case")
def case_group() -> None:
    """Assess overdue loans: what is proven, what is missing, which way to go; record what was decided."""


@case_group.command("assess")
@click.argument("loan")
@as_of_option
@click.option(
    "--probability",
    "stated",
    multiple=True,
    help="ROUTE=P: your own estimate for the expected recovery of a route, such as ordinary=0.35 (may be repeated).",
)
@click.option("--facts", is_flag=True, help="Show the table of facts too (--json always holds it).")
@institution_option
@language_option
@json_option
@click.pass_context
@refusals_exit_1
def assess_command(context: click.Context, /, loan: str, as_json: bool, **options: Any) -> None:
    """Show one case: defects, completeness, jurisdiction, limitation, routes with reasons, deadlines, facts.

    Read from the log as it stands now. Exit 0 when nothing blocks the filing, 1 when something does.
    """
    service = _open(context)
    probabilities = _probabilities(options["stated"])
    view = service.assess(options["institution"], loan, _day(service, options["as_of"]), probabilities)
    emit(as_json, case_to_json(view), Layout(options["lang"]).case(view, facts=options["facts"]))
    if not view.checked.ready:
        raise click.exceptions.Exit(1)


@case_group.command("list")
@as_of_option
@click.option(
    "--min-days", default=1, show_default=True, type=click.IntRange(min=1), help="Overdue for at least N days."
)
@institution_option
@language_option
@json_option
@click.pass_context
@refusals_exit_1
def list_command(context: click.Context, /, as_json: bool, **options: Any) -> None:
    """List overdue loans with claim, limitation, defects and the recommended route, the longest overdue first."""
    service = _open(context)
    day = _day(service, options["as_of"])
    views = service.overdue(options["institution"], day, options["min_days"])
    answer = {"as_of": day.isoformat(), "cases": [summary_to_json(view) for view in views]}
    emit(as_json, answer, Layout(options["lang"]).listing(views))


@case_group.command("decide")
@click.argument("loan")
@click.option("--route", required=True, type=click.Choice([route.value for route in Route]), help="The route chosen.")
@click.option("--by", "person", required=True, help="Who decides.")
@click.option("--reason", "reasons", multiple=True, required=True, help="Why (may be repeated).")
@click.option("--accept", "accepted", multiple=True, help="Code of a defect that the person takes upon himself.")
@as_of_option
@institution_option
@language_option
@json_option
@click.pass_context
@refusals_exit_1
def decide_command(context: click.Context, /, loan: str, as_json: bool, **options: Any) -> None:
    """Record a person's decision on the route as an event; publish and anchor before `bundle` takes it into account."""
    service = _open(context)
    decision = Decision(Route(options["route"]), options["person"], options["reasons"], options["accepted"])
    day = _day(service, options["as_of"])
    view, event = service.decide(options["institution"], loan, day, decision)
    recommended = view.checked.routing.recommended
    answer = {
        "our_reference": view.our_reference,
        "route": decision.route.value,
        "recommended": recommended.value if recommended else None,
        "accepted": list(decision.accepted),
        "event": event,
    }
    emit(as_json, answer, _decided(view, decision, event, zh=options["lang"] == "zh"))


def _decided(view: CaseView, decision: Decision, event: str, *, zh: bool) -> list[str]:
    recommended = view.checked.routing.recommended
    name = NAMES[decision.route][0 if zh else 1]
    other = NAMES[recommended][0 if zh else 1] if recommended else "-"
    told = [one for one in view.checked.routing.option(decision.route).reasons if one.bars]
    line = f"{view.our_reference}: {name}（建议：{other}），事件 {event}" if zh else (
        f"{view.our_reference}: {name} (recommended: {other}), event {event}"
    )  # fmt: skip
    return [line, *(f"  − {one.zh if zh else one.en} · {one.article}" for one in told)]


def _open(context: click.Context) -> CaseService:
    litigation, _ = open_rooms(home_of(context))
    require_initialised(litigation.evidence)
    return CaseService(litigation, operator())


def _day(service: CaseService, asked: datetime | None) -> date:
    return asked.date() if asked else service.today()


def _probabilities(stated: tuple[str, ...]) -> dict[Route, Decimal]:
    """Read ROUTE=P pairs."""
    found = {}
    for pair in stated:
        name, _, value = pair.partition("=")
        if name not in set(Route):
            raise click.UsageError(f"--probability: ROUTE is one of {', '.join(Route)}")
        found[Route(name)] = probability_of(value)
    return found
