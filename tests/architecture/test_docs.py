"""Docs are held to code: what a user can type, set, meet or click is named on some page; no link leads nowhere."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from flask import Flask

import evidence_service
import litigation
import web
from evidence_service.core.catalogue import CATALOGUE
from evidence_service.errors import ProofDocketError
from litigation.core.plaintiff import ORGANISATION, plaintiff_from
from tests.architecture import catalogue_table, command_table
from tests.architecture.markdown import ROOT, all_docs, anchors, block, commands, links, page, pages
from tests.web.instance import MemoryInstance
from web.app import create_app
from web.cli import COMMANDS, STATIONS, main

ERRORS_PAGE = "docs/reference/errors.md"
SETTINGS_PAGE = "docs/reference/settings.md"
OUTSIDE = ("http://", "https://", "mailto:")
WITH_COMMANDS = [path.relative_to(ROOT).as_posix() for path in pages() if "```console" in path.read_text("utf-8")]


def code_files() -> list[Path]:
    return [path for room in ("evidence_service", "litigation", "web", "tools") for path in (ROOT / room).rglob("*.py")]


def error_classes() -> set[type[ProofDocketError]]:
    for room in (evidence_service, litigation, web):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    found, open_ones = {ProofDocketError}, [ProofDocketError]
    while open_ones:
        for child in open_ones.pop().__subclasses__():
            if child not in found and child.__module__.split(".")[0] in {"evidence_service", "litigation", "web"}:
                found.add(child)
                open_ones.append(child)
    return found


def test_every_command_that_the_program_lists_can_be_loaded() -> None:
    found = {path[0] for path, _ in command_table.commands()}
    assert found == {name for name, _, _ in COMMANDS}


def test_help_shows_every_command_under_one_station() -> None:
    shown = [name for _, names in STATIONS for name in names.split()]
    assert sorted(shown) == sorted(name for name, _, _ in COMMANDS), "put the command into STATIONS of web/cli.py"


def test_command_page_holds_every_command_with_every_option() -> None:
    shown = command_table.shown(page("docs/reference/commands.md"))
    assert shown == command_table.rendered(), "run: python -m tests.architecture.command_table"


def test_every_option_is_named_on_the_command_page() -> None:
    shown = page("docs/reference/commands.md")
    names = {name for _, command in command_table.commands() for item in command.params for name in item.opts}
    missing = [name for name in sorted(names) if name.startswith("--") and f"`{name}`" not in shown]
    assert missing == []


def test_every_command_stands_in_the_table_of_answers_or_prints_no_object() -> None:
    table = page("docs/reference/commands.md").partition(command_table.BEGIN)[0]
    missing = [
        " ".join(path)
        for path, command in command_table.commands()
        if any("--json" in option.opts for option in command_table.options(command))
        and f"`{' '.join(path)}`" not in table
    ]
    assert missing == []


def test_every_setting_is_explained_and_every_explained_setting_exists() -> None:
    used = {name for path in code_files() for name in re.findall(r"PROOFDOCKET_[A-Z_]*[A-Z]", path.read_text("utf-8"))}
    explained = set(re.findall(r"PROOFDOCKET_[A-Z_]*[A-Z]", page(SETTINGS_PAGE)))
    assert used == explained
    assert len(used) >= 8
    everywhere = set(re.findall(r"PROOFDOCKET_[A-Z_]*[A-Z]", all_docs()))
    assert everywhere - used == set()


def test_event_page_holds_the_whole_catalogue() -> None:
    text = page("docs/spec/event.md")
    assert catalogue_table.shown(text) == catalogue_table.rendered(), (
        "run: python -m tests.architecture.catalogue_table"
    )
    assert f"{len(CATALOGUE)} types" in text


def test_every_error_code_is_explained_and_every_explained_code_exists() -> None:
    codes = {error.code for error in error_classes()}
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", page(ERRORS_PAGE), re.MULTILINE))
    assert explained == codes
    assert len(codes) > 50


def test_every_make_target_is_named_and_no_page_names_another() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`|^\$ make ([a-z-]+)$", all_docs(), re.MULTILINE))
    assert {first or second for first, second in named} == targets


def test_every_route_is_named(tmp_path: Path) -> None:
    app: Flask = create_app(MemoryInstance(tmp_path), secret_key=b"x" * 32, testing=True)
    rules = {re.sub(r"<[^>:]*(?:\([^)]*\))?:([^>]+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}
    assert len(rules) > 10
    assert [rule for rule in sorted(rules) if f"`{rule}`" not in all_docs()] == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text, broken = path.read_text("utf-8"), []
    for link in links(text):
        if link.startswith(OUTSIDE):
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        good = file.exists() and file.is_relative_to(ROOT)
        if good and anchor and file.suffix == ".md":
            good = anchor in anchors(file.read_text("utf-8"))
        if not good:
            broken.append(link)
    assert broken == []


def test_every_page_is_reached_by_a_link() -> None:
    linked = set()
    for path in pages():
        for link in links(path.read_text("utf-8")):
            target = link.partition("#")[0]
            if target and not target.startswith(OUTSIDE):
                linked.add((path.parent / target).resolve())
    linked |= {(ROOT / name) for name in ("README.md", "CHANGELOG.md", "SECURITY.md")}
    folders = {path for path in linked if path.is_dir()}
    alone = [path for path in pages() if path not in linked and path.parent not in folders]
    assert [path.relative_to(ROOT).as_posix() for path in alone] == []


def test_paths_of_code_that_pages_name_exist() -> None:
    pattern = re.compile(
        r"`((?:evidence_service|litigation|web|contracts|tests|tools|docs)/[\w./-]*(?:\{[\w,]+\})?[\w./-]*)`"
    )
    missing = []
    for path in pages():
        for named in pattern.findall(path.read_text("utf-8")):
            for name in _spread(named):
                if not (ROOT / name).exists():
                    missing.append(f"{path.relative_to(ROOT)}: {name}")
    assert missing == []


def _spread(name: str) -> list[str]:
    """`a/{b,c}.py` names two files."""
    head, brace, rest = name.partition("{")
    if not brace:
        return [name]
    inner, _, tail = rest.partition("}")
    return [f"{head}{part}{tail}" for part in inner.split(",")]


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_command_lines_on_pages_can_be_typed(name: str) -> None:
    lines = commands(name)
    assert lines
    for line in lines:
        words = shlex.split(line)
        if words[0].endswith("proofdocket"):
            _parse(words[1:], line)
        else:
            assert words[0] in {"make", "export"}, line


def _parse(arguments: list[str], line: str) -> None:
    """Let click read the line as it would; files that are not here yet are no fault."""
    command: click.Command = main
    name: str | None = "proofdocket"
    context: click.Context | None = None
    while isinstance(command, click.Group):
        context = command.make_context(name, list(arguments), parent=context)
        rest = [*context._protected_args, *context.args]
        if not rest and command.invoke_without_command:
            return
        name, found, arguments = command.resolve_command(context, rest)
        assert found is not None, line
        command = found
    try:
        command.make_context(name, list(arguments), parent=context)
    except click.BadParameter as error:
        if "does not exist" not in error.message:
            raise


def test_institution_page_shows_every_key_and_nothing_else() -> None:
    data = tomllib.loads(block("docs/guide/institution.md", "institution"))
    texts = {*ORGANISATION, "kind", "ownership", "court", "court_code", "province"}
    assert set(data) == texts | {"sample", "withheld", "agent", "service", "account"}
    read = plaintiff_from(data)
    assert all(getattr(read.organisation, key) for key in (*ORGANISATION, "kind", "ownership"))
    assert read.agent is not None
    assert set(data["agent"]) == set(read.agent.__slots__)
    assert set(data["service"]) == set(read.service.__slots__)
    assert set(data["account"]) == set(read.account.__slots__)


def test_decisions_are_all_in_the_list() -> None:
    listed = set(links(page("docs/adr/README.md")))
    there = {path.name for path in (ROOT / "docs" / "adr").glob("0*.md")}
    assert listed == there
    for name in there:
        assert all(part in page(f"docs/adr/{name}") for part in ("**Question.**", "**Chosen.**", "**Lost"))


def test_architecture_names_every_table_of_the_database() -> None:
    migration = "".join(
        path.read_text("utf-8") for path in (ROOT / "evidence_service/migrations/versions").glob("v*.py")
    )
    tables = set(re.findall(r'create_table\(\s*"(\w+)"', migration))
    text = page("ARCHITECTURE.md")
    assert [name for name in sorted(tables) if f"`{name}`" not in text] == []
    assert len(tables) > 10


def test_changelog_speaks_of_the_version_that_is_built() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    first = next(line for line in page("CHANGELOG.md").splitlines() if line.startswith("## "))
    assert version in first


def test_pages_are_short_enough_to_be_read() -> None:
    generated = re.compile(f"{command_table.BEGIN}.*?{command_table.END}", re.DOTALL)
    long = {path.name: generated.sub("", path.read_text("utf-8")).count("\n") for path in pages()}
    assert {name: count for name, count in long.items() if count > 400} == {}
    assert (ROOT / "README.md").stat().st_size < 12_000
