"""The commands `portfolio …`: keep the overview of loans up to date, and show what it says.

Spec: docs/spec/portfolio.md. The pages list loans from this overview; run `refresh` from a timer.
"""

from __future__ import annotations

import time
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.service import require_initialised
from litigation.bootstrap import open_portfolio
from litigation.core.overview import Bucket, Choice
from litigation.portfolio_service import PortfolioService, Refreshed
from litigation.recovery_commands import outcomes_command, propose_command, recovery_command, tables_command

institution_option = click.option("--institution", help="Which log, where the instance has several.")


@click.group("portfolio")
def portfolio_group() -> None:
    """Keep the overview of loans that the pages list: drawn from the log, rebuilt at will."""


for _command in (propose_command, tables_command, outcomes_command, recovery_command):
    portfolio_group.add_command(_command)


@portfolio_group.command("refresh")
@click.option("--rebuild", is_flag=True, help="Forget the overview and draw every loan anew.")
@click.option("--every", type=click.IntRange(5, 86400), help="Go on, and look again after so many seconds.")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def refresh_command(
    context: click.Context, /, rebuild: bool, every: int | None, institution: str | None, as_json: bool
) -> None:
    """Draw the loans to which something happened since last time, and those that a new day changes."""
    service = _open(context)
    name = service.evidence.log(institution).institution
    _report(_run(service, name, rebuild=rebuild), as_json=as_json)
    while every is not None:
        time.sleep(every)
        done = _run(service, name, rebuild=False)
        if done.drawn:
            _report(done, as_json=as_json)


@portfolio_group.command("show")
@institution_option
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, /, institution: str | None, as_json: bool) -> None:
    """Show how many loans are how late, and how far behind the log the overview is."""
    service = _open(context)
    name = service.evidence.log(institution).institution
    mark, today = service.store.mark(name), service.today()
    buckets = service.sums.buckets(name, today)
    overdue = service.store.total(name, Choice(), today)
    rows = [
        {"days": one.value, "loans": buckets[one].loans, "owed": f"{buckets[one].claim:f}"}
        for one in Bucket
        if one in buckets
    ]
    answer: dict[str, Any] = {
        "institution": name,
        "size": mark.size if mark else 0,
        "as_of": mark.as_of.isoformat() if mark else None,
        "behind": service.behind(name),
        "overdue": overdue.loans,
        "owed": f"{overdue.claim:f}",
        "buckets": rows,
    }
    lines = [
        f"{name}: {overdue.loans} overdue loans owe {overdue.claim:,.2f}; "
        f"drawn at size {answer['size']:,} for {answer['as_of'] or 'no day yet'}, {answer['behind']:,} entries behind"
    ]
    lines += [f"  {row['days']:>7} days  {row['loans']:>7,} loans  {row['owed']:>16}" for row in rows]
    emit(as_json, answer, lines)


def _open(context: click.Context) -> PortfolioService:
    service = open_portfolio(home_of(context))
    require_initialised(service.evidence)
    return service


def _run(service: PortfolioService, institution: str, *, rebuild: bool) -> Refreshed:
    with progress("loans drawn:") as update:
        if rebuild:
            return service.rebuild(institution, lambda done, of: update(f"{done:,} of {of:,}"))
        return service.refresh(institution, None, lambda done, of: update(f"{done:,} of {of:,}"))


def _report(done: Refreshed, *, as_json: bool) -> None:
    answer = {"drawn": done.drawn, "size": done.mark.size, "as_of": done.mark.as_of.isoformat()}
    emit(
        as_json,
        answer,
        [f"{done.drawn:,} loans drawn; the overview is at size {done.mark.size:,} of {done.mark.as_of}"],
    )
