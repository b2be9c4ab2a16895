"""The characters that every package shares: those of the templates and the event catalogue, and ASCII.

Their font programs are built once per process and are the same bytes in every package; only the characters
of the case itself make a small second subset. Spec: docs/spec/papers.md section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from evidence_service.core.catalogue import CATALOGUE

_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_COMMON = "□√×○●—…“”‘’·￥①②③④⑤⑥⑦⑧⑨⑩零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整证据页共第年月日期编号"


def seed_characters(role: str, covers: Callable[[str], bool]) -> Iterator[str]:
    """Return the shared characters of one role in a fixed order."""
    chars = set(_ASCII + _COMMON)
    if role == "bold":
        chars |= set(_headings())
    else:
        chars |= set(_all_text())
    return (char for char in sorted(chars) if char >= " " and covers(char))


@cache
def _all_text() -> str:
    parts = [item.read_text(encoding="utf-8") for item in sorted(_templates(), key=lambda item: item.name)]
    parts += [kind.zh + kind.en for kind in CATALOGUE.values()]
    return "".join(parts)


@cache
def _headings() -> str:
    """Return the lines of the templates that are set in bold: titles, headings and column heads."""
    keep = []
    for line in _all_text().splitlines():
        if any(mark in line for mark in ("title:", "heading:", "head:", "label:")):
            keep.append(line)
    return "".join(keep)


def _templates() -> list[Traversable]:
    return [item for item in files("litigation.templates").iterdir() if item.name.endswith(".yaml")]
