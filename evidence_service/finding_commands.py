"""The commands `audit findings list|assign|dismiss|close`: what becomes of what the rules found.

Spec: docs/spec/conformance.md (Findings, Decisions). Each decision is an event of the loan, logged like any other.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.conformance.answer import finding_json
from evidence_service.conformance.core.decision import Decision, State
from evidence_service.conformance.core.finding import Finding
from evidence_service.conformance.core.verdict import Verdict
from evidence_service.conformance.rulebook import load_rules
from evidence_service.conformance_commands import institution_option, language_option, rules_option
from evidence_service.conformance_service import ConformanceService, LogEvaluation
from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from evidence_service.workflow.decide_finding import Wish

by_option = click.option("--by", help="Who decides; by default who runs the command.")
SHOWN = 50


@click.group("findings")
def findings_group() -> None:
    """What the rules found, and what became of it."""


@findings_group.command("list")
@rules_option
@institution_option
@click.option("--state", type=click.Choice([one.value for one in State]), help="Only findings in this state.")
@click.option("--rule", "rule_id", help="Only findings of this rule.")
@click.option("--verdict", type=click.Choice(["breach", "unordered", "unknown", "all"]), default="breach")
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 1_000_000), help="Lines shown.")
@language_option
@json_option
@click.pass_context
@refusals_exit_1
def list_command(context: click.Context, /, rules_name: str, language: str, as_json: bool, **options: Any) -> None:
    """Findings with their state: open, assigned, dismissed, closed. --json lists all."""
    _, looked = _looked(context, rules_name, options["institution"])
    found = [one for one in _findings(looked, options["verdict"]) if options["rule_id"] in (None, one.rule.id)]
    rows = [_row(one, looked.decisions.get(one.digest)) for one in found]
    if options["state"]:
        rows = [row for row in rows if row["state"] == options["state"]]
    here = {one.digest for tally in looked.result.tallies for one in tally.findings}
    rules = {tally.rule.id for tally in looked.result.tallies}
    gone = [one for one in looked.decisions.values() if one.finding not in here and one.rule in rules]
    answer = {
        "institution": looked.institution,
        "count": len(rows),
        "findings": rows,
        "no_longer_found": [_decision_json(one) for one in gone],
    }
    titles = {tally.rule.id: tally.rule.title[language] for tally in looked.result.tallies}
    lines = [_line(row, titles[row["rule"]]) for row in rows[: options["limit"]]]
    if len(rows) > options["limit"]:
        lines.append(f"and {len(rows) - options['limit']} more; --limit or --json shows them")
    lines.append(f"{len(rows)} finding(s); {len(gone)} decided and no longer found")
    emit(as_json, answer, lines)


@findings_group.command("assign")
@click.argument("finding")
@click.option("--to", required=True, help="Who looks into it.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="By this day.")
@click.option("--reason", default="", help="One line; readers will see it: no personal data.")
@by_option
@rules_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def assign_command(context: click.Context, /, finding: str, to: str, due: datetime | None, **options: Any) -> None:
    """Give FINDING (its digest, or the first 8 characters and more) to somebody; a finished one is opened again."""
    _decide(context, finding, State.ASSIGNED, options, to=to, due_on=due.date() if due else None)


@findings_group.command("dismiss")
@click.argument("finding")
@click.option("--reason", required=True, help="Why it is none; one line, no personal data.")
@by_option
@rules_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def dismiss_command(context: click.Context, /, finding: str, **options: Any) -> None:
    """Say of FINDING that it is none, and why. It stays in the list as dismissed."""
    _decide(context, finding, State.DISMISSED, options)


@findings_group.command("close")
@click.argument("finding")
@click.option("--reason", required=True, help="What was done about it; one line, no personal data.")
@by_option
@rules_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def close_command(context: click.Context, /, finding: str, **options: Any) -> None:
    """Say what was done about FINDING. It stays in the list as closed."""
    _decide(context, finding, State.CLOSED, options)


def _looked(
    context: click.Context, rules_name: str, institution: str | None
) -> tuple[ConformanceService, LogEvaluation]:
    rules = load_rules(rules_name)
    service = open_home(home_of(context))
    require_initialised(service)
    door = ConformanceService(service, operator())
    return door, door.evaluate(service.log(institution).institution, rules)


def _findings(looked: LogEvaluation, verdict: str) -> list[Finding]:
    wanted = set(Verdict) if verdict == "all" else {Verdict(verdict)}
    return [one for tally in looked.result.tallies for one in tally.findings if one.verdict in wanted]


def _decide(
    context: click.Context,
    finding: str,
    state: State,
    options: dict[str, Any],
    *,
    to: str = "",
    due_on: date | None = None,
) -> None:
    door, looked = _looked(context, options["rules_name"], options["institution"])
    wish = Wish(state, options["by"] or operator(), options["reason"], to, due_on)
    found, event = door.decide(looked, finding, wish)
    answer = {"finding": found.digest, "rule": found.rule.id, "state": state.value, "event": event}
    said = f"event {event}" if event else "it was said already: nothing was added"
    emit(options["as_json"], answer, [f"{found.rule.id} {found.digest[:16]}: {state.value}; {said}"])


def _row(finding: Finding, decision: Decision | None) -> dict[str, Any]:
    told = finding_json(finding) | {
        "rule": finding.rule.id,
        "rule_version": finding.rule.version,
        "severity": finding.rule.severity.value,
        "state": (decision.state if decision else State.OPEN).value,
    }
    return told | ({"decision": _decision_json(decision)} if decision else {})


def _decision_json(one: Decision) -> dict[str, Any]:
    return {
        "finding": one.finding,
        "rule": one.rule,
        "loan": one.loan,
        "state": one.state.value,
        "person": one.person,
        "decided_by": one.decided_by,
        "reason": one.reason,
        "due_on": one.due_on,
        "at": format_instant(one.at),
        "event": one.event,
    }


def _line(row: dict[str, Any], title: str) -> str:
    decision = row.get("decision", {})
    more = f" -> {decision['person']}" if decision else ""
    more += f": {decision['reason']}" if decision.get("reason") else ""
    return f"{row['finding'][:16]}  {row['state']:<9} {row['severity']:<8} loan {row['loan']}  {title}{more}"
