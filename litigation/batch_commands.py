"""The commands `batch …`: many cases, watched, paused, resumed after a crash.

Spec: docs/spec/batch.md. `bundle` builds a few cases in one command; a batch is kept, and goes on after any stop.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from evidence_service.console import emit, home_of, json_option, progress, refusals_exit_1
from evidence_service.core.event import format_instant
from evidence_service.service import require_initialised
from litigation.batch_service import BatchService, Order
from litigation.batch_worker import Workers
from litigation.bootstrap import open_batches
from litigation.bundle_command import (
    NAMED,
    OVERDUE,
    check_choice,
    chosen_loans,
    pin_as_asked,
    recipient_option,
    route_option,
    where_option,
    with_option,
)
from litigation.core.batch import Batch, BatchProgress, BatchState, ItemState, hint

SHOWN_FAILURES = 10
LONG = 90
"""Seconds after which minutes are easier to read."""
workers_option = click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes that build [the machine's cores]."
)
detach_option = click.option("--detach", is_flag=True, help="Only ask for it; workers of `batch work` do it.")


@click.group("batch")
def batch_group() -> None:
    """Build packages by the thousand: kept, watched, paused, resumed after a crash."""


@batch_group.command("start")
@click.option("--overdue", is_flag=True, help="Take the loans that are overdue on the day.")
@click.option("--loan", "loans", multiple=True, help="Take this loan (may be repeated).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Cut-off day of the claims [today in China].")
@click.option(
    "--min-days", default=60, show_default=True, type=click.IntRange(min=1), help="Overdue for at least N days."
)
@where_option
@click.option("--limit", type=click.IntRange(min=1), help="Take at most N loans.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the packages.")
@click.option(
    "--draft", is_flag=True, help="Build cases with missing facts as drafts marked 不得提交 / NOT FOR FILING."
)
@recipient_option
@route_option
@with_option
@click.option("--seal", is_flag=True, help="Seal each package with the seal of the instance.")
@click.option("--institution", help="Which log, where the instance has several.")
@workers_option
@detach_option
@json_option
@click.pass_context
@refusals_exit_1
def start_command(context: click.Context, /, out: Path, detach: bool, as_json: bool, **options: Any) -> None:
    """Pin the state of the log, choose the cases, and build them; the same order again goes on with the same batch.

    Exit 0 when every case was built, 1 when some were not (they are listed with the reason and what to do).
    """
    check_choice(options)
    service, _ = open_batches(home_of(context))
    require_initialised(service.litigation.evidence)
    if options["seal"]:
        service.litigation.require_seal()
    source = pin_as_asked(service.litigation, options)
    loans = chosen_loans(service.litigation, source, options)
    out.mkdir(parents=True, exist_ok=True)
    order = Order(loans, out.resolve(), OVERDUE if options["overdue"] else NAMED, sealed=options["seal"])
    batch = service.start(source, order)
    _go_on(service, batch, options["workers"], detach=detach, as_json=as_json)


@batch_group.command("list")
@json_option
@click.pass_context
@refusals_exit_1
def list_command(context: click.Context, /, as_json: bool) -> None:
    """List the batches of this instance, newest first."""
    service, _ = open_batches(home_of(context))
    found = [(batch, service.progress(batch.id)) for batch in service.store.batches()]
    answer = {"batches": [_answer(batch, now) for batch, now in found]}
    emit(as_json, answer, [_line(now, batch) for batch, now in found] or ["no batch was started yet"])


@batch_group.command("show")
@click.argument("batch")
@json_option
@click.pass_context
@refusals_exit_1
def show_command(context: click.Context, /, batch: str, as_json: bool) -> None:
    """Show where a batch stands, and each case that failed with its reason and what to do."""
    service, _ = open_batches(home_of(context))
    _report(service, service.store.batch(batch), as_json=as_json)


@batch_group.command("watch")
@click.argument("batch")
@json_option
@click.pass_context
@refusals_exit_1
def watch_command(context: click.Context, /, batch: str, as_json: bool) -> None:
    """Follow a batch until it is done, paused or cancelled; Ctrl-C only stops looking."""
    service, _ = open_batches(home_of(context))
    with progress("packages:") as show:
        for now in service.watch(batch):
            show(_progress_text(now))
    _report(service, service.store.batch(batch), as_json=as_json)


@batch_group.command("pause")
@click.argument("batch")
@json_option
@click.pass_context
@refusals_exit_1
def pause_command(context: click.Context, /, batch: str, as_json: bool) -> None:
    """Pause a batch: each worker stops after the case at hand."""
    _moved(context, lambda service: service.pause(batch), as_json=as_json)


@batch_group.command("cancel")
@click.argument("batch")
@json_option
@click.pass_context
@refusals_exit_1
def cancel_command(context: click.Context, /, batch: str, as_json: bool) -> None:
    """Cancel a batch for good: what is built stays built and on record."""
    _moved(context, lambda service: service.cancel(batch), as_json=as_json)


@batch_group.command("resume")
@click.argument("batch")
@workers_option
@detach_option
@json_option
@click.pass_context
@refusals_exit_1
def resume_command(context: click.Context, /, batch: str, workers: int | None, detach: bool, as_json: bool) -> None:
    """Go on with a batch that was paused, or whose workers are gone."""
    service, _ = open_batches(home_of(context))
    _go_on(service, service.resume(batch), workers, detach=detach, as_json=as_json)


@batch_group.command("retry")
@click.argument("batch")
@workers_option
@detach_option
@json_option
@click.pass_context
@refusals_exit_1
def retry_command(context: click.Context, /, batch: str, workers: int | None, detach: bool, as_json: bool) -> None:
    """Build the failed cases of a batch again, and no others."""
    service, _ = open_batches(home_of(context))
    service.retry(batch)
    _go_on(service, service.store.batch(batch), workers, detach=detach, as_json=as_json)


@batch_group.command("work")
@workers_option
@click.option("--stay", is_flag=True, help="Wait for further batches instead of ending when none is left.")
@json_option
@click.pass_context
@refusals_exit_1
def work_command(context: click.Context, /, workers: int | None, stay: bool, as_json: bool) -> None:
    """Work on every running batch, with several processes; on PostgreSQL, on several machines too."""
    service, _ = open_batches(home_of(context))
    require_initialised(service.litigation.evidence)
    running = service.store.running()
    with progress("packages:") as show:
        _tend(service, running[0] if running else "", workers, show, stay=stay)
    left = service.store.running()
    emit(as_json, {"worked_on": running, "still_running": left}, [f"worked on {len(running)}, {len(left)} still run"])


def _go_on(service: BatchService, batch: Batch, workers: int | None, *, detach: bool, as_json: bool) -> None:
    """Work until the batch is over, unless somebody else is to."""
    if batch.state is BatchState.RUNNING and not detach:
        with progress("packages:") as show:
            _tend(service, batch.id, workers, show, stay=False)
    _report(service, service.store.batch(batch.id), as_json=as_json)


def _tend(service: BatchService, batch_id: str, count: int | None, show: Callable[[str], None], *, stay: bool) -> None:
    settings = service.litigation.evidence.settings
    workers = Workers(settings, count or os.cpu_count() or 1, stay=stay)
    try:
        while workers.tend():
            if batch_id:
                show(_progress_text(service.progress(batch_id)))
            workers.rest()
    finally:
        # Ctrl-C or an error here: the batch is interrupted, not lost; `batch resume` goes on.
        workers.close()


def _moved(context: click.Context, move: Callable[[BatchService], Batch], *, as_json: bool) -> None:
    service, _ = open_batches(home_of(context))
    batch = move(service)
    now = service.progress(batch.id)
    emit(as_json, _answer(batch, now), [_line(now, batch)])


def _report(service: BatchService, batch: Batch, *, as_json: bool) -> None:
    """Where the batch stands, and its failures; exit 1 where it is over and any case failed."""
    now = service.progress(batch.id)
    failed = service.store.items(batch.id, state=ItemState.FAILED)
    failures = [
        {
            "case": f"{batch.institution}:{item.loan}",
            "code": item.code,
            "reason": item.reason,
            "what_to_do": hint(item.code, batch.id),
        }
        for item in failed
    ]
    lines = [_line(now, batch)]
    for failure in failures[:SHOWN_FAILURES]:
        lines += [f"  {failure['case']}: {failure['reason']}", f"    what to do: {failure['what_to_do']}"]
    if len(failures) > SHOWN_FAILURES:
        lines.append(f"  … and {len(failures) - SHOWN_FAILURES} more (--json lists all)")
    if now.state is BatchState.RUNNING and not now.workers:
        lines.append(f"  nobody works on it: `proofdocket batch resume {batch.id}`, or `proofdocket batch work`")
    emit(as_json, {**_answer(batch, now), "failures": failures}, lines)
    if failures and now.state is BatchState.DONE:
        raise click.exceptions.Exit(1)


def _answer(batch: Batch, now: BatchProgress) -> Mapping[str, Any]:
    return {
        "batch": batch.id,
        "state": now.state.value,
        "cases": now.total,
        "built": now.built,
        "failed": now.failed,
        "waiting": now.waiting,
        "workers": now.workers,
        "seconds_left": None if now.seconds_left is None else round(now.seconds_left, 1),
        "institution": batch.institution,
        "as_of": batch.as_of.isoformat(),
        "tree_size": batch.tree_size,
        "inputs_digest": batch.inputs_digest,
        "draft": batch.draft,
        "sealed": batch.sealed,
        "started_at": format_instant(batch.created_at),
        "out": batch.folder,
    }


def _line(now: BatchProgress, batch: Batch) -> str:
    return (
        f"{batch.id} {now.state.value}: {now.built} of {now.total} built, {now.failed} failed, {now.waiting} waiting, "
        f"as of {batch.as_of}, log size {batch.tree_size}: {batch.folder}"
    )


def _progress_text(now: BatchProgress) -> str:
    left = "" if now.seconds_left is None or not now.waiting else f", about {_duration(now.seconds_left)} left"
    return f"{now.built + now.failed} of {now.total}, {now.failed} failed, {now.workers} workers{left}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < LONG else f"{seconds / 60:.0f} min"
