"""The command `audit map`: whether the stored loan map is what the entries give, and its repair.

Spec: docs/spec/log.md (Loan map).
"""

from __future__ import annotations

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.map_pages import PageName
from evidence_service.service import require_initialised

SHOWN = 20


@click.command("map")
@click.option("--rebuild", is_flag=True, help="Put back every page that is missing or was changed.")
@click.option("--institution", help="Which log, where the instance has several.")
@json_option
@click.pass_context
@refusals_exit_1
def audit_map_command(context: click.Context, rebuild: bool, institution: str | None, as_json: bool) -> None:
    """Rebuild the loan map from the entries and compare every stored page with it. Exit 1 where any differs.

    Nothing is written where the entries are not those that were signed.
    """
    service = open_home(home_of(context))
    require_initialised(service)
    log = service.log(institution)
    found = service.check_map(log, rebuild=rebuild)
    answer = {
        "institution": log.institution,
        "entries": found.entries,
        "versions": found.versions,
        "pages": found.pages,
        "missing": [_name(one) for one in found.missing],
        "changed": [_name(one) for one in found.changed],
        "rebuilt": found.rebuilt,
    }
    lines = [
        f"log {log.institution}: {found.entries} entries, {found.versions} versions of the map, {found.pages} pages"
    ]
    lines += [f"  MISSING page {_name(one)}" for one in found.missing[:SHOWN]]
    lines += [f"  CHANGED page {_name(one)}" for one in found.changed[:SHOWN]]
    if found.rebuilt:
        lines.append("put back; the map is what the entries give")
    emit(as_json, answer, lines)
    if not found.clean:
        raise click.exceptions.Exit(1)


def _name(page: PageName) -> str:
    return f"{page[0] or 'root'} of version {page[1]}"
