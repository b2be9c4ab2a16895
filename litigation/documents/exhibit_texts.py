"""Text exhibits: JSON, logs and messages as numbered lines; what has no glyph is shown by its code point.

Spec: docs/spec/papers.md section 12. The printout must be derived directly from the data (Evidence Rules 15):
JSON is only re-indented, its tokens stay as they are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from evidence_service.core.canonical import MAX_DEPTH, nesting_exceeds
from litigation.documents.fonts import FontSet

_MAX_LINES = 5000
_MAX_CHARACTERS = 400_000
_MAX_INDENTED = 2_000_000
_INDENT = "\u2003"


@dataclass(frozen=True, slots=True)
class Printout:
    """Lines to print, how many characters had no glyph, whether the text was re-indented or cut.

    `left_out` counts what the last line shown had beyond the limit of characters.
    """

    lines: tuple[str, ...]
    all_lines: int
    unprintable: int
    indented: bool
    left_out: int = 0

    @property
    def cut(self) -> bool:
        """Say whether lines were left out."""
        return len(self.lines) < self.all_lines


def read_text(content: bytes, is_json: bool, fonts: FontSet) -> Printout | None:
    """Decode a text; None if its encoding cannot be recognised."""
    text = _decoded(content)
    if text is None:
        return None
    indented = is_json and len(text) <= _MAX_INDENTED and _is_json(text)
    if indented:
        text = indent_json(text)
    missing = fonts.missing(text.replace("\n", ""))
    count = sum(text.count(char) for char in missing)
    if missing:
        text = text.translate({ord(char): f"[U+{ord(char):04X}]" for char in missing})
    lines = text.replace("\t", "    ").splitlines() or [""]
    shown, left_out = _within(lines)
    return Printout(shown, len(lines), count, indented, left_out)


def _within(lines: list[str]) -> tuple[tuple[str, ...], int]:
    """Keep as many lines as the limits allow; return them, and how much of the last one was left out."""
    room = _MAX_CHARACTERS
    for number, line in enumerate(lines[:_MAX_LINES]):
        if len(line) > room:
            return (*lines[:number], line[:room]), len(line) - room
        room -= len(line)
    return tuple(lines[:_MAX_LINES]), 0


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return None


def _is_json(text: str) -> bool:
    if nesting_exceeds(text, MAX_DEPTH):  # printed as it stands; the parser would only run out of stack
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def indent_json(text: str) -> str:
    """Re-indent JSON without touching its tokens: only white space between them changes."""
    out: list[str] = []
    depth, at, end = 0, 0, len(text)
    while at < end:
        char = text[at]
        if char == '"':
            stop = at + 1
            while text[stop] != '"':
                stop += 2 if text[stop] == "\\" else 1
            out.append(text[at : stop + 1])
            at = stop + 1
            continue
        if char in "{[":
            stop = _after_space(text, at + 1)
            if text[stop] in "}]":
                out.append(char + text[stop])
                at = stop + 1
                continue
            depth += 1
            out.append(char + "\n" + _INDENT * depth)
        elif char in "}]":
            depth -= 1
            out.append("\n" + _INDENT * depth + char)
        elif char == ",":
            out.append(",\n" + _INDENT * depth)
        elif char == ":":
            out.append(": ")
        elif not char.isspace():
            out.append(char)
        at += 1
    return "".join(out)


def _after_space(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at
