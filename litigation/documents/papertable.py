"""Small helpers for the tables of our own papers: heads with reading captions, cells, label and value rows.

Spec: docs/spec/papers.md section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from litigation.documents.flow import CAPTION, SMALL, Flow
from litigation.documents.fonts import Role
from litigation.documents.tables import PAD_X, Cell, Row, draw_table
from litigation.documents.text import Span, Style, fit, plain

HEAD_FILL = "0.93 0.94 0.96"
_HEAD = Style(Role.BOLD, 8.5)


def cell(
    flow: Flow, spans: Sequence[Span], width: float, align: str = "left", leading: float = 12.0, fill: str = ""
) -> Cell:
    """Set spans in a cell of that width."""
    return Cell(tuple(fit(spans, width - 2 * PAD_X, flow.widths)), leading, align, fill=fill)


def text_cell(flow: Flow, text: str, width: float, align: str = "left", style: Style = SMALL, fill: str = "") -> Cell:
    """Set plain text in a cell."""
    return cell(flow, (Span(text, style),), width, align, style.size * 1.42, fill)


def column_heads(flow: Flow, columns: Sequence[Mapping[str, str]], widths: Sequence[float]) -> list[Row]:
    """Make the head row of a table: the Chinese word, under it the reading caption."""
    cells = []
    for column, width in zip(columns, widths, strict=True):
        lines = plain(column["head"], _HEAD, width - 2 * PAD_X, flow.widths)
        if column.get("en"):
            lines += plain(column["en"], CAPTION.but(size=6.2), width - 2 * PAD_X, flow.widths)
        cells.append(Cell(tuple(lines), 11.5, "center", middle=True, fill=HEAD_FILL))
    return [Row(tuple(widths), tuple(cells), whole=True)]


def pair_table(flow: Flow, pairs: Iterable[tuple[str, str]], label_width: float, style: Style = SMALL) -> None:
    """Draw a table of labels and values."""
    width = flow.width - label_width
    rows = []
    for label, value in pairs:
        name = text_cell(flow, label, label_width, fill=HEAD_FILL, style=style)
        rows.append(Row((label_width, width), (name, text_cell(flow, value, width, style=style))))
    draw_table(flow, rows)
