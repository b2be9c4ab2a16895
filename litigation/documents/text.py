"""Text before it is drawn: styles, spans, and breaking Chinese and Latin text into lines.

Spec: docs/spec/papers.md section 3. Values are plain text: nothing in them is markup. Line breaking follows
GB/T 15834 and JIS X 4051 in small: no closing mark begins a line, no opening mark ends one, Latin words stay
whole unless a word alone is wider than the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from litigation.documents.fonts import FixedWidths, Role

BLACK, INK, GREY, RED, BLUE = "0 0 0", "0.05 0.12 0.38", "0.38 0.38 0.38", "0.72 0.08 0.08", "0.02 0.25 0.55"
_NO_START = frozenset("，。、；：？！）》」』】〕”’…％%℃·—,.;:?!)]}")
_NO_END = frozenset("（《「『【〔“‘￥¥([{")


# Named tuples, not dataclasses: a package makes thousands of each, and these are made three times as fast.


class Style(NamedTuple):
    """How a span looks. `link` names a destination; `whole` spans are never broken; `tick` draws a box around."""

    role: Role = Role.REGULAR
    size: float = 10.5
    color: str = BLACK
    rise: float = 0.0
    link: str = ""
    whole: bool = False
    tick: bool = False

    def but(self, **changes: object) -> Style:
        """Return the same style with changes."""
        return self._replace(**changes)  # type: ignore[arg-type]


class Span(NamedTuple):
    """Text in one style. In `text` of a span with `page_of` the sign # stands for that destination's page number."""

    text: str
    style: Style
    page_of: str = ""


class Piece(NamedTuple):
    """A span at its place in a line."""

    x: float
    text: str
    style: Style
    page_of: str
    width: float


class Line(NamedTuple):
    """One set line: its pieces from x = 0, and its width."""

    pieces: tuple[Piece, ...]
    width: float


Widths = Mapping[Role, Mapping[str, float]]
KEPT = 8192
"""Texts whose lines are remembered: the form, the law and the explanations are the same in every package of a batch."""


def width_of(text: str, style: Style, widths: Widths) -> float:
    """Return the width of text in points."""
    return sum(map(widths[style.role].__getitem__, text)) * style.size / 1000


def fit(spans: Sequence[Span], width: float, widths: Widths) -> list[Line]:
    """Break spans into lines no wider than `width`; an empty sequence gives one empty line."""
    if isinstance(widths, FixedWidths):
        return list(_remembered(tuple(spans), width, widths))
    return _set(spans, width, widths)


@lru_cache(KEPT)
def _remembered(spans: tuple[Span, ...], width: float, widths: FixedWidths) -> tuple[Line, ...]:
    return tuple(_set(spans, width, widths))


def _set(spans: Sequence[Span], width: float, widths: Widths) -> list[Line]:
    """One line where all of it fits, else several."""
    advances, total = [], 0.0
    for text, style, _ in spans:
        if "\n" in text:
            break
        advance = width_of(text, style, widths)
        advances.append(advance)
        total += advance
    else:
        if total <= width:
            return [_whole_line(spans, advances)]
    return _broken(spans, width, widths)


def plain(text: str, style: Style, width: float, widths: Widths) -> list[Line]:
    """Break one text in one style into lines."""
    return fit((Span(text, style),), width, widths)


def _whole_line(spans: Sequence[Span], advances: Sequence[float]) -> Line:
    pieces, x = [], 0.0
    for (text, style, page_of), advance in zip(spans, advances, strict=True):
        if text:
            pieces.append(Piece(x, text, style, page_of, advance))
            x += advance
    return Line(tuple(pieces), x)


def _broken(spans: Sequence[Span], width: float, widths: Widths) -> list[Line]:
    """Break greedily: at the last opportunity that fits, or anywhere in a word that alone is too wide."""
    chars = "".join(span.text.replace("\r", "").replace("\t", " ") for span in spans)
    owners: list[int] = []
    advances: list[float] = []
    for number, span in enumerate(spans):
        table, scale = widths[span.style.role], span.style.size / 1000
        clean = span.text.replace("\r", "").replace("\t", " ")
        owners.extend([number] * len(clean))
        advances.extend([table[char] * scale for char in clean])
    whole = [span.style.whole for span in spans]
    lines: list[Line] = []
    start, last, used, at, end = 0, 0, 0.0, 0, len(chars)
    while at < end:
        if chars[at] == "\n":
            lines.append(_line(chars, owners, spans, start, at, widths))
            start = last = at = at + 1
            used = 0.0
            continue
        used += advances[at]
        if used > width + 0.01 and at > start and chars[at] != " ":
            cut = last if last > start else at
            lines.append(_line(chars, owners, spans, start, cut, widths))
            while cut < end and chars[cut] == " ":
                cut += 1
            start = last = at = cut
            used = 0.0
            continue
        at += 1
        if at < end and _may_break(chars[at - 1], chars[at], owners[at - 1], owners[at], whole):
            last = at
    lines.append(_line(chars, owners, spans, start, end, widths))
    return lines


def _may_break(before: str, after: str, owner: int, next_owner: int, whole: Sequence[bool]) -> bool:
    """Say whether a line may end between two characters."""
    if owner == next_owner and whole[owner]:
        return False
    if after in _NO_START or before in _NO_END or after == " ":
        return False
    if next_owner != owner and whole[next_owner]:
        return False
    return before == " " or before > "\u2e7f" or after > "\u2e7f"


def _line(chars: str, owners: Sequence[int], spans: Sequence[Span], start: int, end: int, widths: Widths) -> Line:
    parts: list[Span] = []
    while end > start and chars[end - 1] == " ":
        end -= 1
    at = start
    while at < end:
        owner, stop = owners[at], at + 1
        while stop < end and owners[stop] == owner:
            stop += 1
        parts.append(Span(chars[at:stop], spans[owner].style, spans[owner].page_of))
        at = stop
    return _whole_line(parts, [width_of(part.text, part.style, widths) for part in parts])
