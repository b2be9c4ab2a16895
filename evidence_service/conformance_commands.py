"""The command `audit rules`: every loan against the duties of lending, by declarative rules.

Spec: docs/spec/conformance.md. Exit 0 also where breaches were found: they are the answer, not a failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.clock import now as clock_now
from evidence_service.conformance.answer import answer_of, finding_json, table
from evidence_service.conformance.core.engine import Evaluation, Tally, evaluate
from evidence_service.conformance.core.rule import RuleSet
from evidence_service.conformance.reading import FileHistories, read_histories
from evidence_service.conformance.rule_nodes import RuleFileError
from evidence_service.conformance.rulebook import load_rules
from evidence_service.conformance_service import ConformanceService, ShownFinding
from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.importing.profile import load_profile
from evidence_service.importing.reading import read_events
from evidence_service.service import require_initialised

rules_option = click.option(
    "--rules", "rules_name", default="lending", show_default=True, help="A shipped rule set, or a .yaml file."
)
institution_option = click.option("--institution", help="Which log, where the instance has several.")
language_option = click.option("--lang", "language", type=click.Choice(["zh", "en"]), default="en", show_default=True)
SHOWN = 20


@click.command("rules")
@rules_option
@institution_option
@click.option("--events", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file instead.")
@click.option("--profile", "profile_name", help="Mapping profile of that file (CSV, XES).")
@click.option("--rule", "rule_id", help="Only this rule.")
@click.option("--show", is_flag=True, help="Each finding with its events, who did them, and their proofs (on record).")
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 1_000_000), help="So many findings.")
@click.option("--as-declared", is_flag=True, help="Leave corrections out: what was declared first.")
@language_option
@json_option
@click.pass_context
@refusals_exit_1
def audit_rules_command(
    context: click.Context,
    rules_name: str,
    institution: str | None,
    file: Path | None,
    profile_name: str | None,
    rule_id: str | None,
    show: bool,
    limit: int,
    as_declared: bool,
    language: str,
    as_json: bool,
) -> None:
    """Judge every loan by the rules of lending: population, breaches, unordered, unknown.

    Equal times are never a breach but unordered; a missing actor is unknown.
    """
    rules = chosen(load_rules(rules_name), rule_id)
    if file is not None:
        found = read_file(file, profile_name, rules)
        result = evaluate(rules, found.histories(as_declared=as_declared), clock_now())
        answer = answer_of(result) | {"file": file.name, "rejected": found.rejected, "reasons": found.reasons}
        lines = [*told(result, language), *_set_aside(found)]
        if show:
            lines += [line for tally in result.tallies for line in _listed(tally, limit)]
        emit(as_json, answer, lines)
        return
    service = open_home(home_of(context))
    require_initialised(service)
    name = service.log(institution).institution
    door = ConformanceService(service, operator())
    looked = door.evaluate(name, rules, as_declared=as_declared)
    answer = answer_of(looked.result) | {"institution": name, "restricted_loans": looked.restricted_loans}
    lines = told(looked.result, language)
    if looked.restricted_loans:
        lines.append(f"{looked.restricted_loans} loan(s) left out: restricted to storage")
    if show:
        shown = door.show(name, [one for tally in looked.result.tallies for one in tally.findings[:limit]])
        answer["shown"] = [shown_json(one) for one in shown]
        lines += [line for one in shown for line in shown_lines(one, language)]
    emit(as_json, answer, lines)


def chosen(rules: RuleSet, rule_id: str | None) -> RuleSet:
    """The rule set, or only one rule of it."""
    if rule_id is None:
        return rules
    mine = tuple(rule for rule in rules.rules if rule.id == rule_id)
    if not mine:
        raise RuleFileError(f"no rule {rule_id[:60]} in {rules.name}; it has {', '.join(r.id for r in rules.rules)}")
    return RuleSet(rules.name, rules.version, rules.title, rules.zone, mine, rules.digest)


def read_file(file: Path, profile_name: str | None, rules: RuleSet) -> FileHistories:
    """The loans of a file, through a mapping profile where it is no NDJSON."""
    profile = load_profile(profile_name) if profile_name else None
    return read_histories(read_events(file, profile), rules.fields)


def told(result: Evaluation, language: str) -> list[str]:
    """The table, with what was looked at before and what the words mean after."""
    title = result.rules.title[language]
    lines = [f"{title}: {result.loans:,} loans, {result.events:,} events", *table(result, language)]
    if any(tally.rule.per_event for tally in result.tallies):
        lines.append("* counts events, not loans")
    if result.erased:
        lines.append(f"{result.erased:,} event(s) were erased: what they said is unknown")
    return lines


def _set_aside(found: FileHistories) -> list[str]:
    return [f"{found.rejected:,} row(s) set aside", *found.reasons] if found.rejected else []


def _listed(tally: Tally, limit: int) -> list[str]:
    lines = []
    for one in tally.findings[:limit]:
        events = ", ".join(f"[{event.entry}] {event.id}" for event in one.events)
        lines.append(f"{one.rule.id} {one.verdict}: {events}")
    return lines


def shown_json(shown: ShownFinding) -> dict[str, Any]:
    """A finding with its events, opened, and how each is proven."""
    told = finding_json(shown.finding) | {"rule": shown.finding.rule.id}
    told["events"] = [
        {
            "index": one.event.index,
            "id": one.event.event_id,
            "type": one.event.type,
            "occurred_at": format_instant(one.event.occurred_at),
            "captured_at": format_instant(one.event.captured_at),
            "actor": one.actor,
            "role": one.role,
            "leaf_hash": one.event.leaf_hash.hex(),
            "checkpoint": one.checkpoint,
            "anchored": one.anchored,
        }
        for one in shown.events
    ]
    return told


def shown_lines(shown: ShownFinding, language: str) -> list[str]:
    """The same for a person; the command that writes the proof stands below each finding."""
    finding = shown.finding
    lines = [
        "",
        f"{finding.rule.id} v{finding.rule.version}  {finding.verdict.value}  loan {finding.loan}",
        f"  {finding.rule.title[language]} ({finding.rule.source}); answers: {finding.rule.duty[language]}",
        f"  finding {finding.digest}",
    ]
    for one in shown.events:
        who = one.actor or "unknown"
        proof = f"checkpoint {one.checkpoint}" if one.checkpoint else "not published yet"
        proof += f", anchored at {one.anchored}" if one.anchored else ", not anchored"
        lines.append(f"  [{one.event.index}] {one.event.event_id}  {one.event.type}")
        lines.append(f"      {format_instant(one.event.occurred_at)}  {who} ({one.role or 'erased'})  {proof}")
    last = shown.events[-1].event.event_id
    lines.append(f"  proof: proofdocket prove {last} -o {last.replace(':', '-')}.tlog-proof")
    return lines
