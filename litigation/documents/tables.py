"""Tables: rows that wrap, split over pages, and repeat their heads.

Spec: docs/spec/papers.md section 3. A row that does not fit is split between lines; its label is repeated on
the next page, as the official form itself does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from litigation.documents.flow import Flow
from litigation.documents.problems import PaperError
from litigation.documents.sheets import LEFT, box
from litigation.documents.text import Line

PAD_X, PAD_Y = 4.0, 3.2
_WORTH_SPLITTING = 15  # lines; a shorter row goes to the next page whole
_LEAST_LINES = 3  # a split leaves at least that many lines on each page; one of them may be blank


@dataclass(frozen=True, slots=True)
class Cell:
    """Set lines in one cell. A `label` is repeated where its row continues on the next page."""

    lines: tuple[Line, ...]
    leading: float = 14.6
    align: str = "left"
    middle: bool = False
    label: bool = False
    fill: str = ""

    @property
    def height(self) -> float:
        """Height with its padding."""
        return len(self.lines) * self.leading + 2 * PAD_Y


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side; widths in points. `height` is that of the highest cell."""

    widths: tuple[float, ...]
    cells: tuple[Cell, ...]
    whole: bool = False
    keep_with_next: float = 0.0
    height: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "height", max([cell.height for cell in self.cells]))


def draw_table(flow: Flow, rows: Iterable[Row], head: Sequence[Row] = ()) -> None:
    """Draw rows; the head is drawn first and again on every new page."""
    listed = list(rows)
    if len(listed) > 2:  # no row alone on the last page
        listed[-2] = replace(listed[-2], keep_with_next=max(listed[-2].keep_with_next, _least(listed[-1])))
    start = sum(row.height for row in head) + sum(_least(row) for row in listed[:3])
    flow.need(start)
    _draw_head(flow, head)
    for row in listed:
        _draw_or_split(flow, row, head)


def _least(row: Row) -> float:
    """Return the height that must be left for a row to begin on a page."""
    return min(row.height, 3 * row.cells[0].leading + 2 * PAD_Y)


def _draw_head(flow: Flow, head: Sequence[Row]) -> None:
    for row in head:
        _draw(flow, row)


def _draw_or_split(flow: Flow, row: Row, head: Sequence[Row]) -> None:
    """Draw a row where it fits; otherwise split it between lines, or turn the page."""
    head_height = sum(part.height for part in head)
    while row.height + row.keep_with_next > flow.room:
        fresh = flow.room > flow.full_height - head_height - 0.5
        if fresh and row.height <= flow.room:
            break  # nothing before it: keeping it with its next row cannot help
        fits_alone = row.height + head_height <= flow.full_height
        lines = max(len(cell.lines) for cell in row.cells if not cell.label)
        stay_whole = fits_alone and (row.whole or lines < _WORTH_SPLITTING or row.height <= flow.room)
        if not stay_whole:
            upper, lower = _split(row, flow.room)
            if upper is not None and lower is not None:
                _draw(flow, upper)
                row = lower
            elif fresh:
                raise PaperError("a table row cannot be set: its label is higher than a page")
        flow.new_page()
        _draw_head(flow, head)
    _draw(flow, row)


def _split(row: Row, room: float) -> tuple[Row | None, Row | None]:
    """Divide a row at a height: the upper part, and the rest with its labels repeated."""
    upper, lower, rest = [], [], 0
    for cell in row.cells:
        count = int((room - 2 * PAD_Y) // cell.leading)
        if count < _LEAST_LINES or (cell.label and len(cell.lines) > count):
            return None, None
        if cell.label:
            upper.append(cell)
            lower.append(cell)
            continue
        if 0 < len(cell.lines) - count < _LEAST_LINES:
            count -= 1
        upper.append(replace(cell, lines=cell.lines[:count]))
        lower.append(replace(cell, lines=cell.lines[count:]))
        rest = max(rest, len(cell.lines) - count)
    if rest <= 0:
        return None, None
    return replace(row, cells=tuple(upper)), replace(row, cells=tuple(lower))


def _draw(flow: Flow, row: Row) -> None:
    height, x, top = row.height, LEFT, flow.y
    bottom = top - height
    sheet, put_line = flow.sheet, flow.book.put_line
    write = sheet.operators.append
    for width, cell in zip(row.widths, row.cells, strict=True):
        if cell.fill:
            write(box(x, bottom, width, height, cell.fill))
        write(box(x, bottom, width, height))
        baseline = top - PAD_Y - ((height - cell.height) / 2 if cell.middle else 0.0)
        leading, align = cell.leading, cell.align
        for line in cell.lines:
            baseline -= leading
            at = x + PAD_X
            if align == "center":
                at = x + (width - line.width) / 2
            elif align == "right":
                at = x + width - PAD_X - line.width
            put_line(sheet, line, at, baseline + leading * 0.26)
        x += width
    flow.y = bottom
