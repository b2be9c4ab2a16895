"""The commands and their options as Markdown tables. `python -m tests.architecture.command_table` writes them anew.

docs/reference/commands.md holds them between two marks; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from tests.architecture.markdown import ROOT
from web.cli import main

PAGE = ROOT / "docs" / "reference" / "commands.md"
BEGIN, END = "<!-- commands: begin -->", "<!-- commands: end -->"


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path, in the order of `--help`; of groups only those that do something themselves."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{name} has no command"
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield (*path, name), command
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def options(command: click.Command) -> list[click.Option]:
    """The options of a command, `--help` apart."""
    return [item for item in command.params if isinstance(item, click.Option)]


def rendered() -> str:
    """One section per command."""
    return "\n\n".join(_section(path, command) for path, command in commands())


def shown(text: str) -> str:
    """What a page holds between the marks."""
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def _section(path: tuple[str, ...], command: click.Command) -> str:
    arguments = " ".join(item.make_metavar(click.Context(command)) for item in command.params if _is_argument(item))
    head = f"### `{' '.join([*path, arguments]).strip()}`\n\n{_sentence(command.help or '')}"
    rows = [_row(option) for option in options(command)]
    if not rows:
        return head
    return f"{head}\n\n| Option | |\n|---|---|\n" + "\n".join(rows)


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    parts = [option.help or ""]
    if isinstance(option.type, click.Choice):
        parts.append(f"One of {', '.join(str(choice) for choice in option.type.choices)}.")
    if option.required:
        parts.append("Required.")
    if option.show_default and not option.is_flag:
        parts.append(f"Default {option.get_default(click.Context(click.Command('x')))}.")
    return f"| {names} | {' '.join(part for part in parts if part)} |"


def _is_argument(item: click.Parameter) -> bool:
    return isinstance(item, click.Argument)


def _sentence(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{rendered()}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
