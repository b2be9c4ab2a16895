"""The command `compliance refresh`: rules and key posts over a log, kept for the pages of compliance.

Spec: docs/spec/conformance.md. For a clock of the house, and for logs that are too large for a page to wait.
"""

from __future__ import annotations

import click

from evidence_service.console import emit, home_of, json_option, operator, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from litigation.bootstrap import open_rooms
from web.compliance_run import refresh
from web.rooms import RoomsInstance


@click.group("compliance")
def compliance_group() -> None:
    """What the pages of compliance show."""


@compliance_group.command("refresh")
@click.option("--institution", help="Which log, where the instance has several.")
@click.option(
    "--rules", "rules_name", default="lending", show_default=True, help="A shipped rule set, or a .yaml file."
)
@click.option("--posts", "posts_name", default="lending", show_default=True, help="A shipped book, or a .yaml file.")
@click.option("--by", help="In whose name the log is read; by default who runs the command.")
@json_option
@click.pass_context
@refusals_exit_1
def refresh_command(
    context: click.Context,
    institution: str | None,
    rules_name: str,
    posts_name: str,
    by: str | None,
    as_json: bool,
) -> None:
    """Run all rules and key posts over a log and keep the result: the pages then say "as of entry N"."""
    litigation, engine = open_rooms(home_of(context))
    require_initialised(litigation.evidence)
    name = litigation.evidence.log(institution).institution
    store = RoomsInstance(litigation, engine).compliance.store
    kept = refresh(litigation.evidence, store, name, by or operator(), rules_name, posts_name)
    sums = store.sums(name)
    answer = {
        "institution": name,
        "size": kept.size,
        "ran_at": format_instant(kept.ran_at),
        "loans": kept.body["conformance"]["loans"],
        "findings": sum(sums.values()),
        "breaches": sum(count for (_, verdict, _), count in sums.items() if verdict == "breach"),
        "open": sum(count for (_, _, state), count in sums.items() if state == "open"),
        "seconds": kept.body["seconds"],
    }
    line = "{institution}: {findings:,} findings ({breaches:,} breaches) in {loans:,} loans, as of entry {size:,}"
    emit(as_json, answer, [line.format(**answer)])
