"""The commands `disclose`, `erase`, `restrict` and `hold`: what is opened, and what is never opened again.

Spec: docs/spec/erasure.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1, say
from evidence_service.core.erased import opened_bytes
from evidence_service.core.event import format_instant
from evidence_service.errors import EvidenceError
from evidence_service.ports.erasure import Copy
from evidence_service.service import EvidenceService, require_initialised
from evidence_service.workflow.erase import REASONS, ErasureOutcome, ErasurePlan, erase, plan_erasure
from evidence_service.workflow.hold import place_hold, release_hold
from evidence_service.workflow.privacy import LoanStanding, PrivacyDoors
from evidence_service.workflow.restrict import lift, restrict

institution_option = click.option("--institution", help="Which log, where the instance has several.")
reason_option = click.option("--reason", required=True, help="Code or one line; readers will see it: no personal data.")


def _open(context: click.Context) -> EvidenceService:
    service = open_home(home_of(context))
    require_initialised(service)
    return service


def _doors(context: click.Context, institution: str | None) -> PrivacyDoors:
    service = _open(context)
    return service.privacy(service.log(institution).institution)


@click.command("disclose")
@click.argument("event")
@click.option("--fields", help="Names of the fields to open, with commas: payload.amount,payload.currency")
@click.option("--all", "everything", is_flag=True, help="Open every field.")
@click.option("--purpose", default="not stated", help="What it is opened for; the access log keeps it.")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="F.disclosures.json")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def disclose_command(context: click.Context, /, event: str, out: Path, as_json: bool, **options: Any) -> None:
    """Open chosen fields of EVENT in F.disclosures.json; beside a proof F.tlog-proof, `verify` checks them.

    An unknown field is refused with the list of names. Exit 0 when the file is written.
    """
    fields, everything = options["fields"], options["everything"]
    if (fields is None) != everything:
        raise click.UsageError("name fields with --fields, or open all with --all")
    names = None if everything else [name.strip() for name in fields.split(",") if name.strip()]
    service = _open(context)
    if not out.parent.is_dir():
        raise EvidenceError(f"folder {out.parent} does not exist; make it first")
    opened = service.disclose(
        service.event(event, options["institution"]), names, who=operator(), purpose=options["purpose"]
    )
    # The access is on record before anything is handed out.
    out.write_bytes(opened_bytes([one.encoded for one in opened], None))
    listed = [one.name for one in opened]
    answer = {"event": event, "fields": listed, "disclosures_file": str(out), "purpose": options["purpose"]}
    emit(as_json, answer, [f"{len(listed)} field(s) opened: {', '.join(listed)}", f"file {out}"])


@click.command("erase")
@click.argument("subject")
@click.option(
    "--reason", required=True, help=f"{', '.join(REASONS)}, or one line; readers will see it: no personal data."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be erased, and what stands in the way.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def erase_command(
    context: click.Context, subject: str, reason: str, dry_run: bool, institution: str | None, as_json: bool
) -> None:
    """Erase the personal data of SUBJECT (such as borrower:B0001) for good: keys, originals, and the log says so.

    What was proven stays proven: inclusion still verifies, checks 2 to 4 read erased. Refused while a case is open or
    a hold stands; where a statute still keeps the data, it is restricted to storage instead. Exit 0 when it is erased
    (or was before), 1 when it is not. Run it again after a crash: it completes.
    """
    doors = _doors(context, institution)
    if dry_run:
        outcome = ErasureOutcome("planned", plan_erasure(subject, doors), None)
    else:
        outcome = erase(subject, reason, doors)
    emit(as_json, _erasure_json(subject, outcome), _erasure_lines(subject, outcome))
    if outcome.state == "restricted":
        say("Nothing was erased: a statute still keeps this data. It is restricted to storage from now on.")
        raise click.exceptions.Exit(1)


@click.command("restrict")
@click.argument("subject")
@reason_option
@click.option("--lift", "lifting", is_flag=True, help="Lift the restriction again.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def restrict_command(
    context: click.Context, subject: str, reason: str, lifting: bool, institution: str | None, as_json: bool
) -> None:
    """Restrict the data of SUBJECT to storage (PIPL 47): no disclosure and no package until it is lifted.

    Both are events on every loan of the subject.
    """
    doors = _doors(context, institution)
    standing = lift(subject, reason, doors) if lifting else restrict(subject, reason, doors)
    state = "unrestricted" if lifting else "restricted"
    answer = {
        "subject": subject,
        "state": state,
        "reason": reason if lifting else standing.reason,
        "since": format_instant(standing.restricted_at),
    }
    emit(as_json, answer, [f"{subject}: {state}"])


@click.group("hold", context_settings={"help_option_names": ["-h", "--help"]})
def hold_group() -> None:
    """Legal hold: nothing of a loan is erased while one stands."""


@hold_group.command("place")
@click.argument("loan")
@reason_option
@click.option("--scope", default="", help="What the hold is about, in one line.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def hold_place(
    context: click.Context, loan: str, reason: str, scope: str, institution: str | None, as_json: bool
) -> None:
    """Place a legal hold on LOAN."""
    holds = place_hold(loan, reason, scope, _doors(context, institution))
    emit(as_json, {"loan": loan, "holds": [_hold(one) for one in holds]}, [f"{len(holds)} hold(s) on this loan"])


@hold_group.command("release")
@click.argument("loan")
@reason_option
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def hold_release(context: click.Context, loan: str, reason: str, institution: str | None, as_json: bool) -> None:
    """Release every hold of LOAN. An open case still holds it."""
    holds = release_hold(loan, reason, _doors(context, institution))
    left = "; an open case still holds it" if holds else ""
    emit(as_json, {"loan": loan, "holds": [_hold(one) for one in holds]}, [f"released{left}"])


def _erasure_json(subject: str, outcome: ErasureOutcome) -> dict[str, Any]:
    answer: dict[str, Any] = {"subject": subject, "state": outcome.state}
    plan, record = outcome.plan, outcome.record
    if plan is not None:
        answer |= {
            "subjects": list(plan.subjects),
            "loans": list(plan.loans),
            "events": [{"id": mark.event_id, "loan": mark.loan, "type": mark.type} for mark in plan.marks],
            "originals": plan.originals,
            "originals_kept_for_others": plan.shared_originals,
            "blocked_by": [_blocked(one) for one in plan.standings if one.holds or one.retention.kept],
            "copies": [_copy(copy) for copy in plan.copies],
        }
    if record is not None:
        answer |= {
            "reason": record.reason,
            "started_at": format_instant(record.started_at),
            "done_at": None if record.done_at is None else format_instant(record.done_at),
            "loans": list(record.loans),
            "copies": [_copy(copy) for copy in record.copies],
            "erased": {"events": record.events, "originals": record.originals, "keys": len(record.key_ids)},
        }
    return answer


def _blocked(standing: LoanStanding) -> dict[str, Any]:
    until = standing.retention.kept_until
    return {
        "loan": standing.loan,
        "holds": [_hold(one) for one in standing.holds],
        "kept": standing.retention.kept,
        "kept_until": None if until is None else until.isoformat(),
        "duties": [
            {"id": one.duty.id, "source": one.duty.source, "mark": one.duty.mark} for one in standing.retention.keeping
        ],
    }


def _hold(hold: Any) -> dict[str, str]:
    return {"kind": hold.kind, "event": hold.event_id}


def _copy(copy: Copy) -> dict[str, Any]:
    return {"kind": copy.kind, "place": copy.place, "sha256": copy.digest, "known": copy.known}


def _erasure_lines(subject: str, outcome: ErasureOutcome) -> list[str]:
    lines = [f"{subject}: {outcome.state}"]
    plan, record = outcome.plan, outcome.record
    if record is not None:
        lines.append(
            f"  {record.events} event(s) of {len(record.loans)} loan(s), {record.originals} original(s), "
            f"{len(record.key_ids)} key(s) destroyed; reason: {record.reason}"
        )
    elif plan is not None:
        lines += _plan_lines(plan)
    copies = record.copies if record is not None else plan.copies if plan is not None else ()
    if copies and outcome.state != "restricted":
        lines.append("  copies that survive, to be dealt with by hand:")
        lines += [f"    {_copy_line(copy)}" for copy in copies]
    return lines


def _plan_lines(plan: ErasurePlan) -> list[str]:
    lines = [f"  loans: {', '.join(plan.loans)}", f"  keys of: {', '.join(plan.subjects)}"]
    lines += [f"    {mark.loan}  {mark.type}  {mark.event_id}" for mark in plan.marks]
    lines.append(f"  originals: {plan.originals}, kept for others: {plan.shared_originals}")
    for one in plan.standings:
        lines += [f"  {one.loan}: held by {hold.kind} since event {hold.event_id}" for hold in one.holds]
        until = one.retention.kept_until
        when = f"until {until}" if until is not None else "without a day: its clock has not started"
        lines += [
            f"  {one.loan}: kept {when}: {state.duty.zh} {state.duty.en} ({state.duty.source}, {state.duty.mark})"
            for state in one.retention.keeping
        ]
    return lines


def _copy_line(copy: Copy) -> str:
    digest = f"  SHA-256 {copy.digest}" if copy.digest else ""
    return f"{copy.kind}: {copy.place}{digest}{'' if copy.known else '  (may exist; look there)'}"
