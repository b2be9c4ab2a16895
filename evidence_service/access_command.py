"""The command `audit access`: who looked at or wrote what, over API, pages and commands, when, and what for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from evidence_service.bootstrap import open_door
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.event import EventError, parse_instant
from evidence_service.ports.api import Access
from evidence_service.service import require_initialised


def _instant(_context: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    whole = f"{text}T00:00:00Z" if len(text) == len("2026-01-05") else text
    try:
        return parse_instant(whole, str(parameter.name))
    except EventError as error:
        raise click.BadParameter(str(error)) from None


@click.command("access")
@click.option("--since", callback=_instant, help="From this day or instant on (UTC), such as 2026-01-05.")
@click.option("--until", callback=_instant, help="Before this day or instant (UTC).")
@click.option("--institution", help="Only accesses to this institution's log.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1, 1_000_000), help="The newest so many.")
@json_option
@click.pass_context
@refusals_exit_1
def audit_access_command(
    context: click.Context,
    since: datetime | None,
    until: datetime | None,
    institution: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show the access log: who looked at or wrote what, when, and what for."""
    door = open_door(home_of(context))
    require_initialised(door.service)
    found = door.accesses.newest(limit, since, until, institution)
    answer = {"count": len(found), "accesses": [_row(one) for one in found]}
    emit(as_json, answer, [_line(one) for one in found])


def _row(one: Access) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "who": one.who,
        "action": one.action,
        "institution": one.institution,
        "object": one.object,
        "purpose": one.purpose,
        "request_id": one.request_id,
        "outcome": one.outcome,
    }


def _line(one: Access) -> str:
    looked_at = f" {one.object}" if one.object else ""
    return f"{one.at:%Y-%m-%d %H:%M:%S}Z {one.who} {one.action} {one.institution}{looked_at}: {one.outcome}"
