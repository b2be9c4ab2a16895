"""The command `audit log`: reads a whole log anew and locates what does not fit.

Spec: docs/spec/log.md (Audit). Exit 0 everything fits, 1 something was found.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.service import require_initialised
from evidence_service.workflow.audit_log import LogAudit

SHOWN = 20


@click.command("log")
@click.option("--institution", help="Which log, where the instance has several.")
@click.option("--offline", is_flag=True, help="Do not ask the chain; signed checkpoints alone bound what changed.")
@json_option
@click.pass_context
@refusals_exit_1
def audit_log_command(context: click.Context, institution: str | None, offline: bool, as_json: bool) -> None:
    """Read every row of a log anew: what was changed, removed, inserted, moved or swapped, and where."""
    service = open_home(home_of(context))
    require_initialised(service)
    name = service.log(institution).institution
    with progress("read") as update:
        found = service.audit_log(name, ask_chain=not offline, progress=lambda done, size: update(f"{done} of {size}"))
    emit(as_json, _answer(found, offline), _lines(found, offline))
    if not found.clean:
        raise click.exceptions.Exit(1)


def _answer(found: LogAudit, offline: bool) -> dict[str, Any]:
    return {
        "institution": found.institution,
        "clean": found.clean,
        "entries": found.entries,
        "events": found.events,
        "checkpoints": found.checkpoints,
        "anchors": found.anchors,
        "chain_asked": not offline,
        "good_to": found.good_to,
        "findings": [asdict(one) for one in found.findings],
    }


def _lines(found: LogAudit, offline: bool) -> list[str]:
    chain = "the chain was not asked" if offline else f"{found.anchors} anchor(s)"
    counts = f"{found.entries} entries, {found.events} events, {found.checkpoints} checkpoint(s)"
    lines = [f"{found.institution}: {counts}, {chain}"]
    lines += [f"  {one.code} {_range(one.first, one.last)}: {one.detail}" for one in found.findings[:SHOWN]]
    if len(found.findings) > SHOWN:
        lines.append(f"  and {len(found.findings) - SHOWN} more; --json lists them")
    if found.clean:
        lines.append(f"everything fits, up to the signed root at size {found.good_to}")
    else:
        lines.append(
            f"{len(found.findings)} finding(s); the last signed root that still fits is that of size {found.good_to}"
        )
    return lines


def _range(first: int, last: int) -> str:
    return f"[{first}]" if first == last else f"[{first}..{last}]"
