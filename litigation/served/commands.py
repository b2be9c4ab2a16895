"""The `served` commands: invite a party to read its papers, see what was opened and said, answer, withdraw.

Spec: docs/spec/served.md.
"""

from __future__ import annotations

from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1, say
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from litigation.core.submissions import Result, Submission
from litigation.served.bootstrap import open_served
from litigation.served.core.invitation import DAYS, OPENINGS, Invitation, shown_code
from litigation.served.service import Asked, Listed, ServedService
from litigation.submission_lines import said_json, said_line


@click.group("served", context_settings={"help_option_names": ["-h", "--help"]})
def served_group() -> None:
    """Let a party of a case read its papers with a link and a code, and take its objections and proposals."""


@served_group.command("invite")
@click.argument("case")
@click.option("--recipient", required=True, help="Which party: defendant:N or guarantor:N.")
@click.option("--package", default="", help="SHA-256 of the package to show [the newest final one for this party].")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 180), help="How long it opens.")
@click.option("--openings", default=OPENINGS, show_default=True, type=click.IntRange(1, 100), help="How often.")
@click.option("--site", default="http://127.0.0.1:8000", show_default=True, help="Address of the pages, https://….")
@json_option
@click.pass_context
@refusals_exit_1
def invite_command(context: click.Context, /, as_json: bool, **options: Any) -> None:
    """Invite a party of CASE (our reference, or the loan) to read its papers: prints a link and a code, once.

    Send the link and the code by two different channels. An earlier invitation of the same party ends.
    """
    made = _open(context).invite(Asked(**options), operator())
    one = made.invitation
    answer = _invitation_json(one) | {"link": made.link, "code": made.code}
    lines = [
        f"{one.id}: {one.our_reference} {one.recipient}, package {one.package_sha256[:16]}…",
        f"link  {made.link}",
        f"code  {shown_code(made.code)}",
        f"opens {one.max_openings} times until {one.expires_at:%Y-%m-%d %H:%M} UTC",
    ]
    emit(as_json, answer, lines)
    say("Shown this once. Send link and code by two different channels; neither is kept here in readable form.")


@served_group.command("list")
@click.argument("case", default="")
@json_option
@click.pass_context
@refusals_exit_1
def list_command(context: click.Context, case: str, as_json: bool) -> None:
    """List invitations (of CASE, by our reference) with what was opened and said. Exit 1 when something waits."""
    service = _open(context)
    found = service.listed(case, operator())
    lines = [line for one in found for line in _lines(one, service)] or ["nobody was invited yet"]
    emit(as_json, {"invitations": [_listed_json(one, service) for one in found]}, lines)
    if any(said.open for one in found for said in one.said):
        raise click.exceptions.Exit(1)


@served_group.command("show")
@click.argument("invitation")
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, invitation: str, as_json: bool) -> None:
    """Show one INVITATION with its openings and what the party said, word for word."""
    service = _open(context)
    one = service.show(invitation, operator())
    lines = [*_lines(one, service), *(f"    {text}" for said in one.said for text in _words(said))]
    emit(as_json, _listed_json(one, service, words=True), lines)


@served_group.command("withdraw")
@click.argument("invitation")
@click.option("--reason", required=True, help="Why, in one line; logged.")
@json_option
@click.pass_context
@refusals_exit_1
def withdraw_command(context: click.Context, invitation: str, reason: str, as_json: bool) -> None:
    """Withdraw an INVITATION: its link opens nothing any more, and a page that is open ends."""
    gone = _open(context).withdraw(invitation, reason, operator())
    emit(as_json, _invitation_json(gone), [f"{gone.id}: withdrawn"])


@served_group.command("answer")
@click.argument("event")
@click.option("--result", required=True, type=click.Choice([one.value for one in Result]), help="What was decided.")
@click.option("--text", required=True, help="What the party reads on its page.")
@json_option
@click.pass_context
@refusals_exit_1
def answer_command(context: click.Context, event: str, result: str, text: str, as_json: bool) -> None:
    """Answer an objection or a proposal, named by its EVENT; the party reads the answer on its page."""
    done = _open(context).answer(event, Result(result), text, operator())
    emit(as_json, said_json(done, words=False), [f"{done.event_id}: answered, {result}"])


def _words(said: Submission) -> list[str]:
    text = str(said.payload.get("text", "")).splitlines()
    return [said.event_id, *text, *([f"→ {said.answer.text}"] if said.answer else [])]


def _lines(one: Listed, service: ServedService) -> list[str]:
    made, standing = one.invitation, one.invitation.standing(service.evidence.now())
    last = f", last {one.openings[-1].at:%Y-%m-%d %H:%M} UTC" if one.openings else ""
    head = (
        f"{made.id}  {made.our_reference}  {made.recipient}  {standing.value}  opened {made.openings} of "
        f"{made.max_openings}{last}  until {made.expires_at:%Y-%m-%d}"
    )
    return [head, *(f"  {said_line(said)}" for said in one.said)]


def _invitation_json(one: Invitation) -> dict[str, Any]:
    return {
        "invitation": one.id,
        "our_reference": one.our_reference,
        "recipient": one.recipient,
        "package_sha256": one.package_sha256,
        "made_by": one.made_by,
        "made_at": format_instant(one.made_at),
        "expires_at": format_instant(one.expires_at),
        "openings": one.openings,
        "max_openings": one.max_openings,
        "withdrawn_at": format_instant(one.withdrawn_at) if one.withdrawn_at else None,
    }


def _listed_json(one: Listed, service: ServedService, *, words: bool = False) -> dict[str, Any]:
    return _invitation_json(one.invitation) | {
        "standing": one.invitation.standing(service.evidence.now()).value,
        "opened": [format_instant(opening.at) for opening in one.openings],
        "said": [said_json(said, words=words) for said in one.said],
    }


def _open(context: click.Context) -> ServedService:
    service = open_served(home_of(context))
    require_initialised(service.evidence)
    return service
