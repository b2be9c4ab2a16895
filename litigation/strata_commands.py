"""The commands `strata …` and `warn`: layers of treatment by rules and signals, and what people say about a loan.

Spec: docs/spec/strata.md sections 10 to 13.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from litigation.bootstrap import open_strata
from litigation.core.strata.signals import Level
from litigation.core.strata.stratum import Stratum
from litigation.core.strata.treatment import Step
from litigation.strata_service import LoanStratum, Run

institution_option = click.option("--institution", help="Which log, where the instance has several.")
day_option = click.option(
    "--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="As the loans stood on this day (default: today)."
)
by_option = click.option("--by", "person", required=True, help="Who says so.")


@click.group("strata")
def strata_group() -> None:
    """Put each loan into its layer of treatment (S0 normal to S5 at court); every move is an event with its reasons."""


@strata_group.command("run")
@day_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def run_command(context: click.Context, /, day: datetime | None, institution: str | None, as_json: bool) -> None:
    """Look at every lent loan and log what moves. Running again writes nothing; a person's decision is kept."""
    service = open_strata(home_of(context))
    name = service.evidence.log(institution).institution
    with progress("loans looked at:") as update:
        done = service.run(name, _day(day) or service.today(), lambda count: update(f"{count:,}"))
    emit(as_json, _run_json(done), _run_lines(done))


@strata_group.command("show")
@click.argument("loan", required=False)
@day_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def show_command(
    context: click.Context, /, loan: str | None, day: datetime | None, institution: str | None, as_json: bool
) -> None:
    """Show how many loans lie in which stratum, or one LOAN: its stratum, signals, treatment and what was done."""
    service = open_strata(home_of(context))
    name = service.evidence.log(institution).institution
    if loan is None:
        counts, never = service.counts(name)
        lines = [f"{one} {one.words[0]} / {one.words[1]}: {counts.get(one.value, 0):,}" for one in Stratum]
        emit(as_json, {"strata": dict(sorted(counts.items())), "never": never}, [*lines, f"not stratified: {never:,}"])
        return
    seen = service.show(name, loan, _day(day) or service.today())
    emit(as_json, _loan_json(seen), _loan_lines(seen))


@strata_group.command("override")
@click.argument("loan")
@click.option("--to", "stratum", type=click.Choice([one.value for one in Stratum]), required=True, help="Where to.")
@click.option("--reason", required=True, help="Why a person decides otherwise than the rules.")
@by_option
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of it; without it, until decided anew.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def override_command(
    context: click.Context,
    /,
    loan: str,
    stratum: str,
    reason: str,
    person: str,
    until: datetime | None,
    institution: str | None,
    as_json: bool,
) -> None:
    """Put LOAN into a stratum by a person's decision; the rules leave it there until then."""
    service = open_strata(home_of(context))
    name = service.evidence.log(institution).institution
    before, new = service.override(name, loan, Stratum(stratum), person, reason, _day(until))
    was = before.stratum.value if before else "none"
    answer = {"loan": loan, "from": was, "to": stratum, "until": until and f"{until:%Y-%m-%d}", "new": new}
    state = f"from {was} to {stratum}" if new else f"was decided already: {stratum}"
    emit(as_json, answer, [f"{loan}: {state}"])


@click.command("warn")
@click.argument("loan")
@click.option("--rule", required=True, help="What was seen, in a few words that name it (such as employer-closed).")
@click.option("--level", type=click.Choice([one.value for one in Level]), required=True, help="How much it weighs.")
@click.option("--reason", required=True, help="What was seen, and where.")
@by_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def warn_command(
    context: click.Context,
    /,
    loan: str,
    rule: str,
    level: str,
    reason: str,
    person: str,
    institution: str | None,
    as_json: bool,
) -> None:
    """Warn of LOAN as a person: an event that the next `strata run` weighs."""
    service = open_strata(home_of(context))
    name = service.evidence.log(institution).institution
    event = service.warn(name, loan, rule, Level(level), person, reason)
    emit(as_json, {"loan": loan, "event": event}, [f"{loan}: warned ({event})"])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _run_json(done: Run) -> dict[str, Any]:
    return {
        "as_of": done.day.isoformat(),
        "loans": done.loans,
        "moved": done.moved,
        "held": done.held,
        "newer": done.newer,
        "strata": {one.value: done.strata.get(one, 0) for one in Stratum},
        "moves": [{"from": old, "to": new, "loans": count} for (old, new), count in sorted(done.moves.items())],
    }


def _run_lines(done: Run) -> list[str]:
    lines = [
        f"{done.loans:,} loans as of {done.day}: {done.moved:,} moved, {done.held:,} kept where a person put them, "
        f"{done.newer:,} left, since a later day moved them"
    ]
    lines += [f"  {old} > {new}: {count:,}" for (old, new), count in sorted(done.moves.items())]
    return [*lines, "  now " + "  ".join(f"{one} {done.strata.get(one, 0):,}" for one in Stratum)]


def _loan_json(seen: LoanStratum) -> dict[str, Any]:
    last, found = seen.held, seen.finding
    return {
        "loan": seen.loan,
        "stratum": last.stratum.value if last else None,
        "by_person": bool(last and last.by_person),
        "until": last.until.isoformat() if last and last.until else None,
        "by_rules": found.stratum.value,
        "reasons": list(found.reasons),
        "overdue_days": found.overdue_days,
        "signals": [
            {"code": one.code, "level": one.level.value, "zh": one.zh, "en": one.en, "events": list(one.events)}
            for one in found.signals
        ],
        "steps": [
            {"step": one.code, "due": one.due.isoformat(), "done": one.done.isoformat() if one.done else None}
            for one in seen.steps
        ],
        "moves": [
            {key: move.payload.get(key) for key in ("from", "to", "decided_by", "reasons", "until")}
            | {"event": move.event_id, "at": move.occurred_at.isoformat().replace("+00:00", "Z")}
            for move in seen.history.all("stratum.moved")
        ],
    }


def _loan_lines(seen: LoanStratum) -> list[str]:
    last, found = seen.held, seen.finding
    where = f"{last.stratum} {' / '.join(last.stratum.words)}" if last else "not stratified yet"
    who = ""
    if last is not None and last.by_person:
        who = f", decided by a person{f' until {last.until}' if last.until else ''}"
    lines = [f"{seen.loan}: {where}{who}", f"  by the rules: {found.stratum}: {'; '.join(found.reasons)}"]
    lines += [f"  signal {one.level:<7} {one.code}: {one.zh} / {one.en}" for one in found.signals]
    lines += [_step_line(one) for one in seen.steps]
    for move in seen.history.all("stratum.moved"):
        said = move.payload
        why = "; ".join(said.get("reasons", []))
        lines.append(f"  {move.occurred_at:%Y-%m-%d}  {said['from']} > {said['to']}  by {said['decided_by']}: {why}")
    return lines


def _step_line(one: Step) -> str:
    state = f"done {one.done}" if one.done else f"due  {one.due}"
    return f"  {state}  {one.kind.zh} / {one.kind.en}"
