"""Sheets: the pages of a package while they are being filled, and the book that counts them.

Spec: docs/spec/papers.md section 3. A sheet records operators; page numbers are put in when all pages are
known, so that what is printed is always the number of the PDF page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from litigation.documents.exhibit_images import Picture
from litigation.documents.fonts import FontSet
from litigation.documents.ink import Ink
from litigation.documents.templates import TemplateSet, shipped
from litigation.documents.text import Line, Piece

A4 = (595.28, 841.89)
LEFT, RIGHT, TOP, BOTTOM = 62.0, 62.0, 66.0, 62.0
_BOX = (0.115, -0.005, 0.885)  # where the sign □ of Noto Serif SC draws its square: left, low, right (em)


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A piece of text whose # is replaced by the page number of a destination."""

    x: float
    y: float
    piece: Piece


@dataclass(frozen=True, slots=True)
class Link:
    """A place on a sheet that leads to a destination."""

    rectangle: tuple[float, float, float, float]
    destination: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is stamped on a page of an exhibit."""

    number: int
    page: int
    pages: int
    title: str


@dataclass(slots=True)
class Sheet:
    """One page: its size, recorded operators, links, destinations, and what is laid under it when merged."""

    size: tuple[float, float] = A4
    operators: list[str | PageNumber] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    stamp: Stamp | None = None
    picture: Picture | None = None
    underlay: tuple[int, int] | None = None  # exhibit number, page of its PDF


@dataclass(frozen=True, slots=True)
class Mark:
    """A section or exhibit in the bookmarks."""

    title: str
    destination: str
    level: int


@dataclass(slots=True)
class Book:
    """All sheets of a package in order, where each destination lies, and the bookmarks."""

    fonts: FontSet
    ink: Ink
    texts: TemplateSet = field(default_factory=shipped)
    tight: bool = False
    first_page: int = 1
    sheets: list[Sheet] = field(default_factory=list)
    destinations: dict[str, int] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    def add_sheet(self, size: tuple[float, float] = A4) -> Sheet:
        """Start a new page."""
        sheet = Sheet(size)
        self.sheets.append(sheet)
        return sheet

    def mark(self, title: str, destination: str, level: int) -> None:
        """Make the current page a destination with a bookmark."""
        self.destinations[destination] = len(self.sheets)
        self.marks.append(Mark(title, destination, level))

    def append(self, other: Book) -> None:
        """Put another book's sheets behind these."""
        offset = len(self.sheets)
        self.sheets += other.sheets
        self.marks += other.marks
        self.destinations |= {name: page + offset for name, page in other.destinations.items()}

    def page_of(self, destination: str) -> int:
        """Return the page number of a destination; it must have been marked."""
        return self.destinations[destination] + self.first_page - 1

    @property
    def last_page(self) -> int:
        """The number of the last page."""
        return self.first_page - 1 + len(self.sheets)

    def put_line(self, sheet: Sheet, line: Line, x: float, y: float) -> None:
        """Draw one line with its baseline at (x, y)."""
        write, text_of = sheet.operators.append, self.ink.text
        for piece in line.pieces:
            left, text, style, page_of, _ = piece
            left += x
            if page_of:
                write(PageNumber(left, y + style.rise, piece))
            else:
                write(text_of(left, y + style.rise, text, style))
            if style.tick:  # the box of the form stays visible under its tick
                low, side = style.size * _BOX[1], style.size * (_BOX[2] - _BOX[0])
                write(f"0.45 w 0 0 0 RG {left + style.size * _BOX[0]:.2f} {y + low:.2f} {side:.2f} {side:.2f} re S")
            if style.link:
                base = y + style.rise
                box = (left, base - style.size * 0.2, left + piece.width, base + style.size * 0.85)
                sheet.links.append(Link(box, style.link))


def rule(x1: float, y1: float, x2: float, y2: float, weight: float = 0.5, color: str = "0 0 0") -> str:
    """Write a straight line."""
    return f"{weight:g} w {color} RG {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S"


def box(x: float, y: float, width: float, height: float, fill: str = "", weight: float = 0.5) -> str:
    """Write a rectangle, filled or outlined."""
    if fill:
        return f"{fill} rg {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f"
    return f"{weight:g} w 0 0 0 RG {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S"
