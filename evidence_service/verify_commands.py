"""The command `verify PATH`: the ten checks of a proof, a package, a PDF, or a folder of them.

Spec: docs/spec/verify.md. Exit 0 passed, 1 failed, 2 incomplete or nothing that could be verified.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from evidence_service.clock import now as clock_now
from evidence_service.console import home_of, json_option, progress, say
from evidence_service.core.block_pins import parse_block_hash, with_block_hashes
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import NOT_PROVEN, Language, Report, Result
from evidence_service.core.trust import TrustFile
from evidence_service.errors import ProofDocketError
from evidence_service.settings import read_settings
from evidence_service.trust_words import since_line, trust_line
from evidence_service.verifier.chain_reader import RpcChainReader
from evidence_service.verifier.folder import STATE_NAMES, FolderReport, Item, Task, verify_folder
from evidence_service.verifier.inputs import find_items, json_path, shown_path, verify_file
from evidence_service.verifier.times_table import times_lines
from evidence_service.verifier.trust_store import load_trust

COLOURS = {CheckState.PASSED: "green", CheckState.FAILED: "red"}
MARKS = {CheckState.PASSED: "✓", CheckState.FAILED: "✗"}
RESULT_COLOURS = {Result.PASSED: "green", Result.FAILED: "red", Result.INCOMPLETE: "yellow"}
RESULT_NAMES: dict[Language, dict[Result, str]] = {
    "en": {Result.PASSED: "PASSED", Result.FAILED: "FAILED", Result.INCOMPLETE: "INCOMPLETE"},
    "zh": {Result.PASSED: "通过", Result.FAILED: "不通过", Result.INCOMPLETE: "未完成"},
}
NOT_PROVEN_TITLE = {"en": "This does not prove", "zh": "本核验不能证明"}
SHOWN_PLACES = 10


@click.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--trust", "trust_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Your trust file."
)
@click.option("--issuer", default="", metavar="VKEY", help="Accept only a trust file signed by this key.")
@click.option("--rpc", help="Address of a node of the pinned chain, such as http://127.0.0.1:8545.")
@click.option(
    "--block-hash", "block_hashes", multiple=True, metavar="CHAINID:NUMBER:HASH", help="A block hash that you trust."
)
@click.option("--offline", is_flag=True, help="Ask no chain (so without --rpc).")
@click.option("--verbose", is_flag=True, help="Show the times of every event: occurred, captured, logged, anchored.")
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the answer."
)
@json_option
@click.pass_context
def verify(
    context: click.Context,
    path: Path,
    *,
    trust_path: Path | None,
    issuer: str,
    rpc: str | None,
    block_hashes: tuple[str, ...],
    offline: bool,
    verbose: bool,
    lang: Language,
    as_json: bool,
) -> None:
    """Verify PATH: a proof (F.tlog-proof beside F.leaf.json), a package ZIP, a PDF, or a folder of them.

    Without --trust the installed trust file counts, if there is one (`trust install`).
    """
    if rpc == "":
        raise click.UsageError("--rpc needs the address of a node.")
    if rpc and offline:
        raise click.UsageError("--rpc and --offline exclude each other.")
    try:
        trust = load_trust(read_settings(home_of(context)).home, trust_path, issuer)
        if block_hashes:
            trust = _with_blocks(trust, block_hashes)
        task = Task(trust, rpc or None, clock_now())
        if path.is_dir():
            _folder(path, task, lang, as_json)
        reader = RpcChainReader(rpc) if rpc else None
        report = verify_file(path, task.trust, reader, task.now)
    except ProofDocketError as error:
        # Nothing could be checked: that is exit 2, not a failed check.
        say(f"Error: {error}")
        if as_json:
            click.echo(json.dumps({"error": {"code": error.code, "message": str(error)}}, ensure_ascii=False))
        raise click.exceptions.Exit(2) from error
    if as_json:
        click.echo(json.dumps({**report.as_json(lang), "path": json_path(path)}, ensure_ascii=False))
    else:
        _show(report, path, lang)
        if verbose:
            click.echo("\n".join(times_lines(report.times, lang)))
    raise click.exceptions.Exit(report.result.exit_code)


def _with_blocks(trust: TrustFile | None, block_hashes: tuple[str, ...]) -> TrustFile:
    if trust is None:
        raise click.UsageError("--block-hash needs a trust file that pins the chain.")
    return with_block_hashes(trust, [parse_block_hash(text) for text in block_hashes])


def _folder(path: Path, task: Task, lang: Language, as_json: bool) -> None:
    paths = find_items(path)
    if task.rpc:
        RpcChainReader(task.rpc)  # a wrong address is told once, not by every worker
    with progress("verified") as update:
        report = verify_folder(paths, task, workers=min(os.cpu_count() or 1, 8), progress=update)
    if as_json:
        click.echo(json.dumps({**report.as_json(lang), "path": json_path(path)}, ensure_ascii=False))
    else:
        _show_folder(report, path, task.trust, lang)
    raise click.exceptions.Exit(report.result.exit_code)


def _show(report: Report, path: Path, lang: Language) -> None:
    click.echo(shown_path(path))
    for check in report.checks:
        value = check.as_json(lang)
        click.echo(f"{check.n:>3}  {_word(check.state, lang)}  {value['name']}\n       {value['reason']}")
    for where in report.where[:SHOWN_PLACES]:
        parts = where.as_json()
        place = " ".join(f"{name}={parts[name]}" for name in ("member", "seq", "index", "field") if name in parts)
        click.echo(click.style(f"     > ({where.n}) {where.code} {place}".rstrip(), fg="red"))
    if len(report.where) > SHOWN_PLACES:
        click.echo(f"     > +{len(report.where) - SHOWN_PLACES}")
    for line in (since_line(report, lang), *trust_line(report.trust, lang)):
        click.echo(line)
    _end(report.result, lang)


def _show_folder(report: FolderReport, path: Path, trust: TrustFile | None, lang: Language) -> None:
    click.echo(f"{shown_path(path)}: {len(report.items)}")
    for value in report.as_json(lang)["checks"]:
        word = _word(CheckState(value["state"]), lang)
        click.echo(f"{value['n']:>3}  {word}  {value['name']}: {value['reason']}")
    for item in report.items:
        if item.result is Result.FAILED or item.report is None:
            click.echo(click.style(f"     > {_first_problem(item, lang)}", fg="red"))
    for line in trust_line(trust, lang):
        click.echo(line)
    _end(report.result, lang)


def _first_problem(item: Item, lang: Language) -> str:
    if item.report is None:
        return item.error
    check = next(check for check in item.report.checks if check.state is CheckState.FAILED)
    return f"{shown_path(item.path)}: ({check.n}) {check.as_json(lang)['reason']}"


def _word(state: CheckState, lang: Language) -> str:
    text = f"{MARKS.get(state, '–')} {STATE_NAMES[lang][state]}"
    return click.style(text.ljust(13), fg=COLOURS.get(state, "yellow"), bold=True)


def _end(result: Result, lang: Language) -> None:
    click.echo(click.style(RESULT_NAMES[lang][result], fg=RESULT_COLOURS[result], bold=True))
    click.echo(f"{NOT_PROVEN_TITLE[lang]}:")
    lines: Any = NOT_PROVEN[lang]
    for line in lines:
        click.echo(f"  - {line}")
