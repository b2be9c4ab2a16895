"""The commands `timestamps` and `audit clock`: who else stamped our checkpoints, and how our clock stands.

Spec: docs/spec/timestamp.md.
"""

from __future__ import annotations

from typing import Any

import click

from evidence_service.bootstrap import open_home
from evidence_service.console import emit, home_of, json_option, refusals_exit_1
from evidence_service.core.clock_bounds import ClockBounds
from evidence_service.core.event import format_instant
from evidence_service.ports import PublishedCheckpoint
from evidence_service.service import EvidenceService, require_initialised


@click.command("timestamps")
@click.option("--institution", help="Which log, where the instance has several.")
@click.option("--ask", is_flag=True, help="Ask the authorities that have not stamped the newest checkpoint.")
@json_option
@click.pass_context
@refusals_exit_1
def timestamps_command(context: click.Context, institution: str | None, ask: bool, as_json: bool) -> None:
    """Which timestamp authorities stamped the newest checkpoint of each log, and which did not yet."""
    service = _open(context)
    answers = []
    for log in [service.log(institution)] if institution else service.logs():
        published = service.store.latest_checkpoint(log.institution)
        missing = service.stamp(log.institution) if ask and published is not None else {}
        answers.append(_of_log(service, log.institution, published, missing))
    lines = [line for answer in answers for line in _lines(answer)]
    if not service.authorities():
        lines.append("no authority is configured: see docs/guide/timestamps.md")
    emit(as_json, {"authorities": list(service.authorities()), "logs": answers}, lines)


@click.command("clock")
@click.option("--measure", is_flag=True, help="Ask every configured timestamp authority now.")
@json_option
@click.pass_context
@refusals_exit_1
def audit_clock_command(context: click.Context, measure: bool, as_json: bool) -> None:
    """How far this machine's clock is from those of others, as bounds; exit 1 where it is far off."""
    newest, missing = _open(context).clock(measure=measure)
    far = [one for one in newest if one.far_off]
    answer: dict[str, Any] = {"far_off": bool(far), "clocks": [_clock(one) for one in newest], "missing": missing}
    lines = [
        f"{one.source} {one.name}: {one.words()}, measured at {format_instant(one.measured_at)}"
        + ("  FAR OFF: set the clock right, then measure again" if one.far_off else "")
        for one in newest
    ]
    lines += list(missing.values())
    emit(as_json, answer, lines or ["nothing was measured yet; `proofdocket audit clock --measure` asks"])
    if far:
        raise click.exceptions.Exit(1)


def timestamps_of(service: EvidenceService, institution: str, size: int) -> list[dict[str, Any]]:
    """The tokens over a checkpoint, as commands print them."""
    return [
        {"authority": one.authority, "stamped_at": format_instant(one.stamped_at), "serial": str(one.serial)}
        for one in service.tokens(institution, size)
    ]


def _of_log(
    service: EvidenceService, institution: str, published: PublishedCheckpoint | None, missing: dict[str, str]
) -> dict[str, Any]:
    size = published.checkpoint.size if published else 0
    tokens = timestamps_of(service, institution, size)
    held = {token["authority"] for token in tokens}
    wanting = {name: missing.get(name, "") for name in service.authorities() if name not in held}
    return {"institution": institution, "tree_size": size, "tokens": tokens, "missing": wanting}


def _lines(answer: dict[str, Any]) -> list[str]:
    head = f"{answer['institution']}: " + (
        f"checkpoint of {answer['tree_size']}" if answer["tree_size"] else "no checkpoint"
    )
    lines = [
        f"  {one['authority']} stamped it at {one['stamped_at']}, serial {one['serial']}" for one in answer["tokens"]
    ]
    lines += [
        f"  {why or name + ': no token yet; asked again at the next publish'}"
        for name, why in answer["missing"].items()
    ]
    return [head, *lines]


def _clock(one: ClockBounds) -> dict[str, Any]:
    return {
        "source": one.source,
        "name": one.name,
        "measured_at": format_instant(one.measured_at),
        "least_seconds": one.least.total_seconds(),
        "most_seconds": one.most.total_seconds(),
        "far_off": one.far_off,
    }


def _open(context: click.Context) -> EvidenceService:
    service = open_home(home_of(context))
    require_initialised(service)
    return service
