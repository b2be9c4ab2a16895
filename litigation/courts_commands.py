"""The `courts` commands: the book of courts that take filings over HTTP.

Spec: docs/spec/filing.md, "The lender's book of courts".
"""

from __future__ import annotations

from pathlib import Path

import click

from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.settings import read_settings
from litigation.core.court_profile import CourtProfileError
from litigation.core.registered_court import registered_court
from litigation.filing_commands import open_for
from litigation.profile_book import load_profiles


@click.group("courts", context_settings={"help_option_names": ["-h", "--help"]})
def courts_group() -> None:
    """Courts that take filings over HTTP."""


@courts_group.command("add")
@click.argument("name")
@click.option("--url", default="", help="Its intake, such as https://court.example/api/court/v1.")
@click.option("--export", "profile", default="", help="Or, where it takes files, the profile of its exports.")
@click.option("--address", required=True, help="Its address on the chain, which you got by another way.")
@click.option("--vkey", required=True, help="The key that signs its receipts, which you got by another way.")
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Our key there.")
@json_option
@click.pass_context
@refusals_exit_1
def courts_add(
    context: click.Context,
    *,
    name: str,
    url: str,
    profile: str,
    address: str,
    vkey: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Register the court NAME: its intake is asked, and must say the same name, address and key.

    The file of --key-file holds the key that the court gave to us (`court filer add` there). A court that takes files
    has neither: with --export each filing becomes a folder in HOME/courts/<address>/out, in that profile, and what the
    court signs is put into HOME/courts/<address>/in.
    """
    if bool(url) == bool(profile) or bool(url) != bool(key_file):
        raise click.UsageError("Say --url and --key-file, or --export.")
    if profile and profile not in load_profiles(read_settings(home_of(context)).home / "court_profiles"):
        raise CourtProfileError(f"no profile is called {profile!r}; `proofdocket export --list` names them")
    where = url or f"export:{profile}"
    court = registered_court({"name": name, "address": address, "vkey": vkey, "url": where})
    open_for(context).register(court, key_file.read_text("utf-8").strip() if key_file else "")
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
