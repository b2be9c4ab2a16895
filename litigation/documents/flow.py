"""The flow of a paper: a pen that walks down the page, and turns it when the page is full.

Spec: docs/spec/papers.md section 3. y is counted from the lower edge, as in PDF; `room` is what is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from litigation.documents.fonts import Role
from litigation.documents.sheets import A4, BOTTOM, LEFT, RIGHT, TOP, Book, Sheet, rule
from litigation.documents.text import GREY, Line, Span, Style, Widths, fit, plain

TITLE = Style(Role.BOLD, 22)
SUBTITLE = Style(Role.REGULAR, 16)
HEADING = Style(Role.BOLD, 12)
BODY = Style(Role.REGULAR, 10.5)
SMALL = Style(Role.REGULAR, 8.5)
CAPTION = Style(Role.REGULAR, 8, GREY)


class Flow:
    """Writes one paper, page after page."""

    def __init__(self, book: Book, size: tuple[float, float] = A4) -> None:
        self.book = book
        self._size = size
        self.width = size[0] - LEFT - RIGHT
        self.tight = book.tight
        self.sheet: Sheet
        self.y = 0.0
        self.new_page()

    @property
    def widths(self) -> Widths:
        """The advances of all characters."""
        return self.book.fonts.widths

    @property
    def room(self) -> float:
        """What is left of the page, in points."""
        return self.y - BOTTOM

    @property
    def full_height(self) -> float:
        """The height of an empty page."""
        return self._size[1] - TOP - BOTTOM

    def new_page(self) -> None:
        """Turn the page."""
        self.sheet = self.book.add_sheet(self._size)
        self.y = self._size[1] - TOP

    def need(self, height: float) -> None:
        """Turn the page unless that much is left."""
        if self.room < height and self.room < self.full_height:
            self.new_page()

    def space(self, height: float) -> None:
        """Leave a gap."""
        self.y -= height

    def lines(self, lines: Sequence[Line], leading: float, align: str = "left", indent: float = 0.0) -> None:
        """Draw lines one under the other."""
        for line in lines:
            self.need(leading)
            self.y -= leading
            x = LEFT + indent
            if align == "center":
                x = LEFT + (self.width - line.width) / 2
            elif align == "right":
                x = LEFT + self.width - line.width
            self.book.put_line(self.sheet, line, x, self.y + leading * 0.24)

    def text(self, text: str, style: Style = BODY, align: str = "left", indent: float = 0.0) -> None:
        """Set a paragraph of plain text."""
        self.lines(plain(text, style, self.width - indent, self.widths), style.size * 1.55, align, indent)

    def spans(self, spans: Sequence[Span], align: str = "left", indent: float = 0.0, leading: float = 16.5) -> None:
        """Set a paragraph of spans."""
        self.lines(fit(spans, self.width - indent, self.widths), leading, align, indent)

    def title(self, zh: str, en: str = "", subtitle: str = "") -> None:
        """Set the title of a paper."""
        self.lines(plain(zh, TITLE, self.width, self.widths), 31, "center")
        if subtitle:
            self.lines(plain(subtitle, SUBTITLE, self.width, self.widths), 24, "center")
        if en:
            self.lines(plain(en, CAPTION.but(size=9.5), self.width, self.widths), 14, "center")
        self.space(10)

    def heading(self, zh: str, en: str = "") -> None:
        """Set a heading with its reading caption, and keep it with what follows."""
        self.need(130)
        self.space(9)
        spans = [Span(zh, HEADING)]
        if en:
            spans.append(Span("  " + en, CAPTION))
        self.spans(spans, leading=19)
        self.space(3)

    def hairline(self, color: str = "0.6 0.6 0.6") -> None:
        """Draw a thin rule over the whole width."""
        self.sheet.operators.append(rule(LEFT, self.y, LEFT + self.width, self.y, 0.4, color))
