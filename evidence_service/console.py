"""What every command shares: one JSON object on standard output, all else on standard error, exit codes.

Exit 0 done or passed, 1 refused or failed, 2 wrong use, incomplete or could not be checked.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from evidence_service.errors import ProofDocketError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def emit(as_json: bool, answer: Mapping[str, Any], lines: list[str]) -> None:
    """Print the answer as one JSON object, or as lines for a person."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def operator() -> str:
    """Who runs this command, as the access log names him."""
    return f"cli:{getpass.getuser()}"


def say(text: str) -> None:
    """A word to the person at the terminal; never on standard output."""
    click.echo(text, err=True)


def refusals_exit_1(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Turn an error of the house or of the disk into one line and exit 1; with --json also into one object."""

    @wraps(command)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except ProofDocketError as error:
            _refuse(error.code, str(error), kwargs)
            raise click.exceptions.Exit(1) from error
        except BrokenPipeError:
            raise  # the reader of our output went away: click knows what to do
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _refuse("disk", f"{where}{error.strerror or type(error).__name__}", kwargs)
            raise click.exceptions.Exit(1) from error

    return wrapped


def _refuse(code: str, message: str, options: Mapping[str, Any]) -> None:
    say(f"Error: {message}")
    if options.get("as_json"):
        click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))


@contextmanager
def progress(label: str) -> Iterator[Callable[[str], None]]:
    """A line on standard error that is rewritten in place on a terminal, and printed now and then elsewhere."""
    terminal = sys.stderr.isatty()
    shown = 0

    def update(text: str) -> None:
        nonlocal shown
        shown += 1
        if terminal:
            click.echo(f"\r\x1b[2K{label} {text}", err=True, nl=False)
        elif shown % 20 == 1:
            say(f"{label} {text}")

    try:
        yield update
    finally:
        if terminal and shown:
            click.echo("", err=True)


def home_of(context: click.Context) -> Path | None:
    """The --home given to the program, if any."""
    home = context.find_root().params.get("home")
    return Path(home) if home else None
