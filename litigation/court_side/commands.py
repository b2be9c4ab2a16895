"""The `court` commands: the court's own instance, from its making to the entries of a case.

Spec: docs/spec/filing.md. All of them work on a court's home folder (`--home COURT`), never on a filer's.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, refusals_exit_1, say
from evidence_service.core.event import format_instant
from litigation.core.court_detail import CourtDetailError, members_of
from litigation.core.court_entry import EntryKind
from litigation.court_side.bootstrap import make_court, open_court
from litigation.court_side.core.court_file import MAX_PACKAGE, court_file
from litigation.court_side.core.quota import GENERAL, OwnQuota
from litigation.court_side.core.submission import Submission, SubmissionState
from litigation.court_side.service import CourtService
from litigation.court_side.watch import watch_court

filing_argument = click.argument("filing")
requests_option = click.option(
    "--requests-per-minute", type=click.IntRange(1), help=f"Limit of this filer [{GENERAL.requests_per_minute}]."
)
bytes_option = click.option(
    "--bytes-per-day", type=click.IntRange(1), help=f"Bytes of packages a day [{GENERAL.bytes_per_day}]."
)
waiting_option = click.option(
    "--packages-waiting", type=click.IntRange(1), help=f"Filings that wait unexamined [{GENERAL.packages_waiting}]."
)
by_option = click.option("--by", default="", help="The clerk who does this, for the court's own record.")


@click.group("court", context_settings={"help_option_names": ["-h", "--help"]})
def court_group() -> None:
    """A court's own instance: receive, verify, decide, number, and follow cases."""


@court_group.command("init")
@click.option("--name", required=True, help="Name of the court, such as 泉州市丰泽区人民法院.")
@click.option("--code", required=True, help="Court code (法院代字), such as 闽0503.")
@click.option("--kind", default="民初", show_default=True, help="Type code of case numbers.")
@click.option("--key-name", default="", help="Name of the signing key [court.example/CODE].")
@click.option("--rpc-url", default="", help="The court's own node; without one, check 8 and answers on a chain wait.")
@click.option("--chain-id", default=0, type=click.IntRange(0), help="EIP-155 id of that chain.")
@click.option("--registry", default="", help="Address of FilingRegistry on it.")
@click.option("--largest-package", default=MAX_PACKAGE, show_default=True, type=click.IntRange(1024), help="Bytes.")
@json_option
@click.pass_context
@refusals_exit_1
def init_command(context: click.Context, /, *, as_json: bool, **values: Any) -> None:
    """Make the court's instance in --home: court.toml, signing key, chain account and database."""
    values["key_name"] = values["key_name"] or f"court.example/{values['code']}"
    service = make_court(home_of(context), court_file(values))
    answer = service.describe()
    lines = [f"{answer['name']}  {answer['code']}", f"  address  {answer['address']}", f"  key      {answer['vkey']}"]
    emit(as_json, answer, [*lines, "Next: install the court's trust file (trust install), register filers, serve."])


@court_group.group("filer")
def filer_group() -> None:
    """Who may file with this court."""


@filer_group.command("add")
@click.argument("name")
@click.option("--institution", required=True, help="The institution's short name in its packages.")
@click.option("--credit-code", required=True, help="统一社会信用代码, 18 characters.")
@requests_option
@bytes_option
@waiting_option
@json_option
@click.pass_context
@refusals_exit_1
def filer_add(
    context: click.Context, /, name: str, institution: str, credit_code: str, *, as_json: bool, **limits: int | None
) -> None:
    """Register the filer NAME; prints its key, which is shown this once."""
    filer, key = open_court(home_of(context)).add_filer(name, institution, credit_code, OwnQuota(**limits))
    answer = {"id": filer.id, "name": filer.name, "institution": institution, "key": key}
    emit(as_json, answer, [key])
    say("This key is shown once. Hand it over on a safe way; `court filer revoke` ends it.")


@filer_group.command("list")
@json_option
@click.pass_context
@refusals_exit_1
def filer_list(context: click.Context, as_json: bool) -> None:
    """List the filers."""
    filers = open_court(home_of(context)).filers()
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "institution": one.institution,
            "credit_code": one.credit_code,
            "limits": asdict(one.quota.over(GENERAL)),
            "revoked": one.revoked_at is not None,
        }
        for one in filers
    ]
    lines = [f"{row['id']}  {row['institution']}  {row['name']}" for row in rows] or ["nobody is registered yet"]
    emit(as_json, {"filers": rows}, lines)


@filer_group.command("limit")
@click.argument("key_id")
@requests_option
@bytes_option
@waiting_option
@json_option
@click.pass_context
@refusals_exit_1
def filer_limit(context: click.Context, /, key_id: str, *, as_json: bool, **limits: int | None) -> None:
    """Set the limits of the key KEY_ID at once; one that is not named is the general one again."""
    open_court(home_of(context)).limit_filer(key_id, OwnQuota(**limits))
    holds = OwnQuota(**limits).over(GENERAL)
    line = (
        f"{holds.requests_per_minute} requests/min, {holds.bytes_per_day} bytes/day, {holds.packages_waiting} waiting"
    )
    emit(as_json, {"id": key_id, "limits": asdict(holds)}, [f"{key_id}  {line}"])


@filer_group.command("revoke")
@click.argument("key_id")
@json_option
@click.pass_context
@refusals_exit_1
def filer_revoke(context: click.Context, key_id: str, as_json: bool) -> None:
    """End the key KEY_ID at once; what was filed with it stays."""
    open_court(home_of(context)).revoke_filer(key_id)
    emit(as_json, {"revoked": key_id}, [f"{key_id} is revoked"])


@court_group.command("queue")
@click.option("--all", "everything", is_flag=True, help="Also what is decided.")
@json_option
@click.pass_context
@refusals_exit_1
def queue_command(context: click.Context, everything: bool, as_json: bool) -> None:
    """List what waits for a decision: urgent first, then the oldest."""
    service = open_court(home_of(context))
    found = service.queue(SubmissionState) if everything else service.queue()
    lines = [_line(one, service) for one in found] or ["nothing waits"]
    emit(as_json, {"queue": [_row(one, service) for one in found]}, lines)


@court_group.command("show")
@filing_argument
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, filing: str, as_json: bool) -> None:
    """Show FILING (filing id, its beginning, or case number): state, entries, findings, what its filer sent since."""
    service = open_court(home_of(context))
    found = service.submission(filing)
    entries = [
        {"n": one.n, "kind": one.kind, "at": format_instant(one.at), "by": one.by, "note": one.note}
        for one in service.entries(found.filing_id)
    ]
    moves = [
        {"kind": one.kind, "received_at": format_instant(one.received_at), "body": json.loads(one.body)}
        for one in service.moves(found.filing_id)
    ]
    answer = {**_row(found, service), "findings": _findings(service, found), "entries": entries, "moves": moves}
    lines = [_line(found, service), *(f"  {'!' if f['blocking'] else '-'} {f['zh']}" for f in answer["findings"])]
    lines += [f"  {one['n']:>3}  {one['at']}  {one['kind']}  {one['by']}" for one in entries]
    lines += [f"  sent  {one['received_at']}  {one['kind']}" for one in moves]
    emit(as_json, answer, lines)


@court_group.command("examine")
@click.argument("filing", required=False)
@click.option("--watch", is_flag=True, help="Go on until stopped: examine what arrives, bring answers to the registry.")
@click.option("--while-fed", is_flag=True, hidden=True, help="End when standard input is closed (serve uses it).")
@json_option
@click.pass_context
@refusals_exit_1
def examine_command(context: click.Context, filing: str | None, watch: bool, while_fed: bool, as_json: bool) -> None:
    """Examine what arrived and was not examined, or FILING again after attempts that came to no end.

    `serve --role court` runs this with --watch in a program of its own. Exit 1 where a filing could not be examined.
    """
    service = open_court(home_of(context))
    if watch:
        watch_court(service, until_fed=while_fed)
        return
    problems: list[tuple[str, str]] = []
    if filing:
        service.examine(service.submission(filing).filing_id)
    else:
        problems = service.examine_waiting()
    left = len(service.queue([SubmissionState.RECEIVED]))
    lines = [f"{filing_id[:18]} could not be examined: {problem}" for filing_id, problem in problems]
    emit(as_json, {"problems": dict(problems), "left": left}, [*lines, f"{left} not examined"])
    if problems:
        raise click.exceptions.Exit(1)


@court_group.command("rotate-key")
@json_option
@click.pass_context
@refusals_exit_1
def rotate_command(context: click.Context, as_json: bool) -> None:
    """Change the signing key. Filers follow the note that both keys signed; the old file stays in keys/."""
    change = open_court(home_of(context)).rotate_key()
    answer = {"n": change.n, "vkey": change.vkey, "since": format_instant(change.since), "note": change.note}
    emit(as_json, answer, [f"key {change.n} in force since {answer['since']}", f"  {change.vkey}"])


@court_group.command("assign")
@filing_argument
@click.argument("clerk")
@click.option("--urgent/--not-urgent", default=None, help="Before all others, or no longer.")
@json_option
@click.pass_context
@refusals_exit_1
def assign_command(context: click.Context, filing: str, clerk: str, urgent: bool | None, as_json: bool) -> None:
    """Give FILING to CLERK."""
    service = open_court(home_of(context))
    found = service.assign(filing, clerk, urgent=urgent)
    emit(as_json, _row(found, service), [_line(found, service)])


@court_group.command("enter")
@filing_argument
@click.argument("kind", type=click.Choice([kind.value for kind in EntryKind if kind not in ("received", "examined")]))
@click.argument("members", nargs=-1, metavar="[NAME=VALUE]...")
@by_option
@json_option
@click.pass_context
@refusals_exit_1
def enter_command(
    context: click.Context, filing: str, kind: str, members: tuple[str, ...], by: str, as_json: bool
) -> None:
    """Record a step of FILING: a decision, a fee, a hearing, service, a judgment.

    \b
      court enter FILING accepted                            the next case number is given
      court enter FILING returned defect=… defect=… cure_by=2026-12-05
      court enter FILING hearing at=2026-12-20T01:30:00Z place=第三法庭
      court enter FILING judgment kind=judgment amount=80818.54 effective_on=2027-01-20

    Decisions are taken to the registry at once where the court's node answers, and by `court answer` later.
    """
    service = open_court(home_of(context))
    entry = service.record(filing, kind, _detail(kind, members), by)
    answered = [one for one in service.answer() if one.filing_id == entry.filing_id]
    found = service.submission(entry.filing_id)
    answer = {**_row(found, service), "kind": kind, "n": entry.n, "note": entry.note}
    answer["answer"] = answered[0].state if answered else None
    emit(as_json, answer, [_line(found, service)])
    for one in answered:
        if one.problem:
            say(f"The registry was not told yet: {one.problem}. Run `proofdocket court answer` later.")
        elif one.waiting:
            say(f"Sent to the registry: {one.waiting}.")


@court_group.command("answer")
@json_option
@click.pass_context
@refusals_exit_1
def answer_command(context: click.Context, as_json: bool) -> None:
    """Take every decision that the registry does not hold yet there. Exit 1 where one could not be."""
    found = open_court(home_of(context)).answer()
    rows = [asdict(one) for one in found]
    lines = [f"{row['filing_id']}  {row['state']}  {row['problem'] or row['waiting']}" for row in rows]
    lines = lines or ["nothing is open"]
    emit(as_json, {"answers": rows}, lines)
    if any(one.problem for one in found):
        raise click.exceptions.Exit(1)


@court_group.command("package")
@filing_argument
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_context
@refusals_exit_1
def package_command(context: click.Context, filing: str, out: Path, as_json: bool) -> None:
    """Write the package of FILING to the file OUT."""
    service = open_court(home_of(context))
    found = service.submission(filing)
    out.write_bytes(service.package(found))
    emit(as_json, {"out": str(out), "sha256": found.package_sha256}, [f"{out}  {found.package_sha256}"])


def _detail(kind: str, members: tuple[str, ...]) -> dict[str, Any]:
    """NAME=VALUE words as a detail: lists by naming a member again, JSON for objects."""
    forms = {name: form for name, form, _required in members_of(kind)}
    detail: dict[str, Any] = {"ruling": "refused"} if kind == EntryKind.REFUSED else {}
    for word in members:
        name, equals, value = word.partition("=")
        name = "defects" if name == "defect" else name
        if not equals or name not in forms:
            raise CourtDetailError(f"{word[:60]}: write NAME=VALUE; {kind} has {', '.join(forms)}")
        if forms[name] == "texts":
            detail.setdefault(name, []).append(value)
        elif forms[name] in {"documents", "whole"}:
            detail[name] = _json(name, value)
        else:
            detail[name] = value
    return detail


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise CourtDetailError(f'{name}: JSON, such as [{{"name": "起诉状", "accepted": true}}]') from None


def _findings(service: CourtService, found: Submission) -> list[dict[str, Any]]:
    for one in service.entries(found.filing_id):
        if one.kind == EntryKind.EXAMINED:
            line = one.note.split("\n")[1]
            findings: list[dict[str, Any]] = json.loads(line)["detail"]["findings"]
            return findings
    return []


def _row(found: Submission, service: CourtService) -> dict[str, Any]:
    return {
        "filing_id": found.filing_id,
        "our_reference": found.our_reference,
        "institution": found.institution,
        "state": found.state.value,
        "result": found.result,
        "urgent": found.urgent,
        "assigned_to": found.assigned_to,
        "case_number": found.case_number,
        "received_at": format_instant(found.received_at),
        "hours": service.waited(found),
        "package_sha256": found.package_sha256,
    }


def _line(found: Submission, service: CourtService) -> str:
    urgent = "URGENT  " if found.urgent else ""
    number = f"  {found.case_number}" if found.case_number else ""
    clerk = f"  {found.assigned_to}" if found.assigned_to else ""
    head = f"{urgent}{found.filing_id[:18]}  {found.our_reference}  {found.state.value}  {found.result or 'unexamined'}"
    return f"{head}  {service.waited(found)} h{number}{clerk}"
