"""The `chain` commands: start and stop the local chain of an instance, and say how chain and anchors stand.

Spec: docs/spec/anchor.md, "The local chain" and "Status".
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import click

from evidence_service.adapters.local_chain import LocalChain
from evidence_service.chain_rights_commands import COMMANDS
from evidence_service.chain_status_words import look_at_chain, status_lines
from evidence_service.console import emit, refusals_exit_1
from evidence_service.core.chain import ChainStatus

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def chain() -> None:
    """The chain of this instance, and its anchors on it."""


@chain.command()
@click.option("--chain-id", type=click.IntRange(min=1), help="Id of a new chain; 31337 when not given.")
@as_json
@click.pass_context
@refusals_exit_1
def start(context: click.Context, chain_id: int | None, as_json: bool) -> None:
    """Start the chain; nothing happens when it runs."""
    _tell(LocalChain(_home(context), chain_id=chain_id).start(), as_json=as_json)


@chain.command()
@as_json
@click.pass_context
@refusals_exit_1
def stop(context: click.Context, as_json: bool) -> None:
    """Save the chain and stop it; nothing happens when it does not run."""
    _tell(LocalChain(_home(context)).stop(), as_json=as_json)


@chain.command()
@click.option(
    "--alert-after", type=click.IntRange(min=1), default=60, show_default=True, help="Minutes that an anchor may wait."
)
@as_json
@click.pass_context
@refusals_exit_1
def status(context: click.Context, alert_after: int, as_json: bool) -> None:
    """Say how the chain, the account and every log's anchors stand; exit 1 when something needs a person."""
    report = look_at_chain(_home(context), timedelta(minutes=alert_after))
    emit(as_json, report.as_json(), status_lines(report))
    if report.asks:
        raise click.exceptions.Exit(1)


def _home(context: click.Context) -> Path:
    """The instance's home: --home of the command before us, else PROOFDOCKET_HOME, else ./var."""
    given = context.find_root().params.get("home")
    return Path(given or os.environ.get("PROOFDOCKET_HOME") or "./var")


def _tell(found: ChainStatus, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_json()))
        return
    if not found.running:
        click.echo("the chain does not run")
    else:
        click.echo(f"the chain runs: id {found.chain_id}, newest block {found.head}")
    click.echo("nothing is saved yet" if found.saved_head is None else f"saved up to block {found.saved_head}")
    if found.note:
        click.echo(found.note)


for _command in COMMANDS:
    chain.add_command(_command)
