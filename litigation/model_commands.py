"""The commands `model …`: train an ordered risk model, read its card, put it in force with a second person, score.

Spec: docs/spec/strata.md.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from litigation.adapters.model_folder import ModelStateError
from litigation.bootstrap import open_models
from litigation.core.strata.model_card import as_markdown, card_digest
from litigation.model_service import ModelService, Scored, score_table

institution_option = click.option("--institution", help="Which log, where the instance has several.")
day_option = click.option(
    "--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="As the loans stood on this day (default: today)."
)
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group("model")
def model_group() -> None:
    """Train and run the ordered risk model of the five loan classes; the log says which one is in force."""


@model_group.command("train")
@click.argument("spec", type=FILE)
@click.option("--data", type=FILE, help="Rows as CSV with a header line, also gzip. Without it: the loans of the log.")
@day_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def train_command(
    context: click.Context,
    /,
    spec: Path,
    data: Path | None,
    day: datetime | None,
    institution: str | None,
    as_json: bool,
) -> None:
    """Fit an ordered logit as SPEC says, try it on unseen rows beside a plain rule and a challenger, keep its card."""
    service = open_models(home_of(context))
    with progress("train") as tell:
        tell("reading, fitting, trying")
        if data is not None:
            trained = service.train(spec, data)
        else:
            name = service.evidence.log(institution).institution
            trained = service.train_on_log(spec, name, _day(service, day))
    card = trained.card
    answer = {"new": trained.new, "card_digest": card_digest(card), "card": card}
    state = "kept" if trained.new else "here already: trained again, the same model"
    emit(as_json, answer, [as_markdown(card), f"{card['model']} {card['version']} {state}; card {card_digest(card)}"])


@model_group.command("list")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def list_command(context: click.Context, /, institution: str | None, as_json: bool) -> None:
    """List the models that are here, the one in force, and what waits for a second person."""
    service = open_models(home_of(context))
    name = service.evidence.log(institution).institution
    force, waiting = service.in_force(name), service.folder.waiting(name)
    models = [
        {
            "model": one,
            "version": version,
            "card_digest": service.folder.card_digest(one, version),
            "in_force": force is not None and (force.name, force.version) == (one, version),
        }
        for one, version in service.folder.versions()
    ]
    answer = {"models": models, "waiting": None if waiting is None else f"{waiting.model} {waiting.version}"}
    lines = [
        f"{one['model']} {one['version']}  card {one['card_digest']}{'  in force' if one['in_force'] else ''}"
        for one in models
    ] or ["no model is here: `proofdocket model train SPEC`"]
    if waiting is not None:
        lines.append(f"{waiting.model} {waiting.version} waits for a second person (card {waiting.card_digest})")
    emit(as_json, answer, lines)


@model_group.command("show")
@click.argument("name")
@click.argument("version")
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, /, name: str, version: str, as_json: bool) -> None:
    """Show the card of a model: data, coefficients, measures, calibration, proportional odds."""
    card = open_models(home_of(context)).folder.card(name, version)
    emit(as_json, card, [as_markdown(card)])


@model_group.command("propose")
@click.argument("name")
@click.argument("version")
@click.option("--by", "person", required=True, help="Who proposes it.")
@click.option("--reason", required=True, help="Why this version; also for going back to an earlier one.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def propose_command(
    context: click.Context, /, name: str, version: str, person: str, reason: str, institution: str | None, as_json: bool
) -> None:
    """Propose a version to be in force; an earlier version may be proposed again."""
    service = open_models(home_of(context))
    proposal = service.propose(service.evidence.log(institution).institution, name, version, person, reason)
    answer = {"model": name, "version": version, "card_digest": proposal.card_digest, "state": "waiting"}
    emit(as_json, answer, [f"{name} {version} waits for a second person (card {proposal.card_digest})"])


@model_group.command("approve")
@click.option("--by", "person", required=True, help="Who approves it: not the one who proposed it.")
@click.option("--card", required=True, help="SHA-256 of the card that was read.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def approve_command(context: click.Context, /, person: str, card: str, institution: str | None, as_json: bool) -> None:
    """Approve the waiting version as a second person: an event of the log, in force from then on."""
    service = open_models(home_of(context))
    proposal = service.approve(service.evidence.log(institution).institution, person, card)
    answer = {"model": proposal.model, "version": proposal.version, "state": "in force"}
    emit(as_json, answer, [f"{proposal.model} {proposal.version} is in force"])


@model_group.command("score")
@click.argument("loans", nargs=-1)
@click.option("--table", type=FILE, help="Score the rows of a CSV file instead of loans of the log.")
@click.option("--id", "column", default="loan", show_default=True, help="With --table: the column that names a row.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="With --table: where the scores go.")
@click.option(
    "--model", "version", nargs=2, metavar="NAME VERSION", help="With --table: another model than the one in force."
)
@click.option("--log", "keep", is_flag=True, help="Write each decision into the log (decision.scored).")
@day_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def score_command(context: click.Context, /, **options: Any) -> None:
    """Score loans (all of them for none named) with the model in force: class, probabilities, reasons."""
    service = open_models(home_of(context))
    name = service.evidence.log(options["institution"]).institution
    chosen = options["version"]
    if chosen and not options["table"]:
        raise ModelStateError("loans of the log are scored by the model in force only; --model goes with --table")
    model = service.folder.model(*chosen) if chosen else service.in_force(name)
    if model is None:
        raise ModelStateError("no model is in force: `proofdocket model propose`, then `approve`")
    if options["table"]:
        out = options["out"] or options["table"].with_suffix(".scores.csv")
        count = score_table(model, options["table"], options["column"], out)
        emit(options["as_json"], {"rows": count, "out": str(out)}, [f"{count:,} rows scored into {out}"])
        return
    found = list(service.score_loans(name, model, _day(service, options["day"]), options["loans"]))
    logged = service.log_decisions(name, model, found) if options["keep"] else 0
    grades = Counter(one.grade for one in found)
    counts = {one.value: grades.get(one.value, 0) for one in model.logit.classes}
    answer = {"model": model.name, "version": model.version, "loans": len(found), "grades": counts, "logged": logged}
    answer |= {"scores": [_shown(one) for one in found]} if options["loans"] else {}
    lines = [_line(one) for one in found] if options["loans"] else []
    lines.append(f"{len(found):,} loans by {model.name} {model.version}: {counts}; {logged:,} decisions logged")
    emit(options["as_json"], answer, lines)


def _day(service: ModelService, day: datetime | None) -> Any:
    return day.date() if day else service.today()


def _shown(one: Scored) -> dict[str, Any]:
    return {
        "loan": one.loan,
        "grade": one.grade,
        "probabilities": [f"{chance:.6f}" for chance in one.score.probabilities],
        "reasons": [{"feature": reason.feature, "points": f"{reason.points:.6f}"} for reason in one.score.reasons],
        "inputs_digest": one.inputs_digest,
    }


def _line(one: Scored) -> str:
    chances = " ".join(f"{chance:.3f}" for chance in one.score.probabilities)
    why = ", ".join(reason.feature for reason in one.score.reasons) or "nothing"
    return f"{one.loan}: {one.grade}  [{chances}]  because of {why}"
