"""The `courts` commands: the book of courts that take filings over HTTP.

Spec: docs/spec/filing.md, "The lender's book of courts".
"""

from __future__ import annotations

from pathlib import Path

import click

from evidence_service.console import emit, json_option, refusals_exit_1
from litigation.core.registered_court import registered_court
from litigation.filing_commands import open_for


@click.group("courts", context_settings={"help_option_names": ["-h", "--help"]})
def courts_group() -> None:
    """Courts that take filings over HTTP."""


@courts_group.command("add")
@click.argument("name")
@click.option("--url", required=True, help="Its intake, such as https://court.example/api/court/v1.")
@click.option("--address", required=True, help="Its address on the chain, which you got by another way.")
@click.option("--vkey", required=True, help="The key that signs its receipts, which you got by another way.")
@click.option("--key-file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
@refusals_exit_1
def courts_add(
    context: click.Context, *, name: str, url: str, address: str, vkey: str, key_file: Path, as_json: bool
) -> None:
    """Register the court NAME: its intake is asked, and must say the same name, address and key.

    The file of --key-file holds the key that the court gave to us (`court filer add` there).
    """
    court = registered_court({"name": name, "address": address, "vkey": vkey, "url": url})
    open_for(context).register(court, key_file.read_text("utf-8").strip())
    emit(as_json, {"name": court.name, "address": court.address, "url": court.url}, [f"{court.name}  {court.address}"])


@courts_group.command("list")
@json_option
@click.pass_context
@refusals_exit_1
def courts_list(context: click.Context, as_json: bool) -> None:
    """List the registered courts."""
    courts = open_for(context).book.courts()
    rows = [{"name": one.name, "address": one.address, "vkey": one.vkey, "url": one.url} for one in courts]
    lines = [f"{one.name}  {one.address}  {one.url}" for one in courts] or ["no court is registered yet"]
    emit(as_json, {"courts": rows}, lines)
