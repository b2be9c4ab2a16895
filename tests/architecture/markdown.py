"""Reads the project's Markdown pages for the tests that hold docs to code: files, links, named blocks, tables."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".venv", "node_modules", "var", "artifacts", "cache", ".pytest_cache", ".git"}
NAMED_BLOCK = re.compile(r"^```\w+ title=([\w-]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE_BLOCK = re.compile(r"^( *)```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    found = [path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    return sorted(found)


@cache
def all_docs() -> str:
    """The text of every page, one after another."""
    return "\n".join(path.read_text("utf-8") for path in pages())


def page(name: str) -> str:
    """The text of one page, by its path from the top."""
    return (ROOT / name).read_text("utf-8")


def block(name: str, title: str) -> str:
    """The content of the fenced block ```language title=TITLE of a page, without its last newline."""
    found = [text for label, text in NAMED_BLOCK.findall(page(name)) if label == title]
    assert len(found) == 1, f"{name}: one block named {title}, found {len(found)}"
    return str(found[0]).removesuffix("\n")


def links(text: str) -> list[str]:
    """Targets of the links and images of a page, code apart."""
    bare = re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))
    return LINK.findall(bare)


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a page make."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(FENCE.sub("", text)))
    return {heading.strip().replace(" ", "-") for heading in plain}


def commands(name: str) -> list[str]:
    """The lines behind `$ ` in the console blocks of a page, continued lines joined."""
    lines = []
    for text in consoles(name):
        joined = text.replace("\\\n", " ")
        lines += [line[2:] for line in joined.split("\n") if line.startswith("$ ")]
    return lines


def consoles(name: str) -> list[str]:
    """The console blocks of a page, their indent taken away."""
    found = CONSOLE_BLOCK.findall(page(name))
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]
