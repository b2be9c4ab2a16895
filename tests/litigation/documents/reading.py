"""Reads our PDFs back as a stranger would: text through ToUnicode, links and bookmarks through their targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf


def opened(data: bytes) -> pikepdf.Pdf:
    """Open a PDF from its bytes."""
    return pikepdf.open(BytesIO(data))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One run of text as it was drawn: its text, baseline, size and width."""

    text: str
    x: float
    y: float
    size: float
    width: float


def page_text(page: pikepdf.Page) -> str:
    """Return the text of a page in drawing order, a line for each text object."""
    return "\n".join(run.text for run in runs(page))


def flat(page: pikepdf.Page) -> str:
    """Return the text of a page without any white space."""
    return "".join(page_text(page).split())


def runs(page: pikepdf.Page) -> Iterator[Drawn]:
    """Yield what each text object of a page shows. Pages of exhibits laid under are not read."""
    fonts = {name: _Font(font) for name, font in _fonts(page).items()}
    text, width, x, y, size, font = "", 0.0, 0.0, 0.0, 0.0, None
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BT":
                text, width = "", 0.0
            case "Td":
                x, y = float(operands[0]), float(operands[1])
            case "Tm":
                x, y = float(operands[4]), float(operands[5])
            case "Tf":
                font, size = fonts[str(operands[0])], float(operands[1])
            case "Tj":
                assert font is not None
                codes = bytes(operands[0])
                text += font.decode(codes)
                width += font.width(codes) * size / 1000
            case "ET":
                yield Drawn(text, x, y, size, width)


def _fonts(page: pikepdf.Page) -> dict[str, Any]:
    return dict(page.obj.Resources.Font.items())


class _Font:
    def __init__(self, font: Any) -> None:
        cmap = font.ToUnicode.read_bytes().decode("ascii")
        pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>\n?", cmap)
        self._text = {int(code, 16): bytes.fromhex(units).decode("utf-16-be") for code, units in pairs}
        widths = font.DescendantFonts[0].W
        self._widths = {int(widths[0]) + n: float(value) for n, value in enumerate(widths[1])}

    def decode(self, codes: bytes) -> str:
        return "".join(self._text[number] for number in _numbers(codes))

    def width(self, codes: bytes) -> float:
        return sum(self._widths[number] for number in _numbers(codes))


def _numbers(codes: bytes) -> list[int]:
    return [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]


def all_fonts(pdf: pikepdf.Pdf) -> list[Any]:
    """Return every font dictionary of the file that text can be shown with."""
    return [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font" and "/DescendantFonts" in item
    ]


def page_number(pdf: pikepdf.Pdf, destination: Any) -> int:
    """Return the page number that an explicit or named destination leads to."""
    found = destination
    if isinstance(found, (pikepdf.Name, pikepdf.String)):
        found = pdf.Root.Dests[f"/{str(found).removeprefix('/')}"]
    if isinstance(found, pikepdf.Dictionary):
        found = found.D
    for number, page in enumerate(pdf.pages, 1):
        if page.obj.objgen == found[0].objgen:
            return number
    raise AssertionError("a destination that leads to no page")


def links(pdf: pikepdf.Pdf, page: pikepdf.Page) -> list[tuple[tuple[float, ...], int]]:
    """Return the rectangles of the links of a page and the pages they lead to."""
    return [
        (tuple(float(value) for value in link.Rect), page_number(pdf, link.Dest))
        for link in page.obj.get("/Annots", [])
    ]


def bookmarks(pdf: pikepdf.Pdf) -> list[tuple[str, int]]:
    """Return the bookmarks in reading order with their page numbers."""
    found: list[tuple[str, int]] = []

    def walk(item: Any) -> None:
        while item is not None:
            found.append((str(item.Title), page_number(pdf, item.Dest)))
            walk(item.get("/First"))
            item = item.get("/Next")

    walk(pdf.Root.Outlines.get("/First"))
    return found
