"""The cover with its hyperlinked index, and the first page of a draft: what is missing.

Spec: docs/spec/papers.md section 11. Every line of the index is a link; page numbers are those of the PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litigation.core.casefile import CaseFile
from litigation.core.defect import Defect
from litigation.documents.expansion import Filling
from litigation.documents.flow import BODY, SMALL, Flow
from litigation.documents.fonts import Role
from litigation.documents.papertable import cell, column_heads, pair_table, text_cell
from litigation.documents.sheets import Book
from litigation.documents.tables import Cell, Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.text import BLUE, RED, Span

COVER, DEFECTS = "cover", "defects"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One line of the index."""

    number: str
    title: str
    destination: str


def draw_cover(book: Book, filling: Filling, case: CaseFile, entries: Sequence[IndexEntry]) -> None:
    """Draw the cover; the numbers of pages are put in when the book is bound. A supplement says what it goes on from,
    and what is not the court's copy whose it is."""
    form = book.texts["cover"]
    flow = Flow(book)
    late = case.first_page > 1
    title = form["supplement"]["title"] if late else form["title"]
    book.mark(title["zh"], COVER, 0)
    flow.space(18)
    flow.title(title["zh"], title["en"], form["subtitle"])
    if late:
        flow.text(fill(form["supplement"]["note"], page=case.first_page), SMALL)
        flow.space(4)
    pairs = [(label, filling.values.get(key, "") or form["unknown"]) for label, key in form["fields"]]
    kind, _, number = case.recipient.partition(":")
    if kind in form["recipients"]:
        pairs.append((form["recipients"]["label"], fill(form["recipients"][kind], number=number)))
    pair_table(flow, pairs, 150, BODY)
    flow.space(6)
    flow.text(form["unsigned"], SMALL)
    flow.space(4)
    flow.heading(form["index"]["heading"]["zh"], form["index"]["heading"]["en"])
    widths = (40.0, flow.width - 160, 60.0, 60.0)
    rows = [_index_row(flow, entry, widths, filling.page_digits) for entry in entries]
    draw_table(flow, rows, column_heads(flow, form["index"]["columns"], widths))


def _index_row(flow: Flow, entry: IndexEntry, widths: tuple[float, ...], digits: int) -> Row:
    link = BODY.but(size=9.5, color=BLUE, link=entry.destination)
    number = "#" * digits
    cells = (
        text_cell(flow, entry.number, widths[0], "center", BODY.but(size=9.5)),
        cell(flow, [Span(entry.title, link)], widths[1], leading=13.5),
        cell(flow, [Span(number, link, entry.destination)], widths[2], "center", leading=13.5),
        cell(flow, [Span(number, BODY.but(size=9.5), f"pages:{entry.destination}")], widths[3], "center", leading=13.5),
    )
    return Row(widths, cells)


def draw_defects(book: Book, case: CaseFile, defects: Sequence[str]) -> None:
    """Draw the first page of a draft."""
    form = book.texts["defects"]
    flow = Flow(book)
    book.mark(form["title"]["zh"], DEFECTS, 0)
    flow.title(form["title"]["zh"], form["title"]["en"])
    flow.text(form["lead"], BODY.but(role=Role.BOLD, color=RED))
    flow.text(form["en"], SMALL)
    flow.space(8)
    if not defects:
        flow.text(form["none"])
        return
    known = {finding.sentence: finding for finding in case.findings}
    _defect_table(flow, form, [(text, known.get(text)) for text in defects])
    warnings = [(finding.sentence, finding) for finding in case.findings if not finding.blocking]
    if warnings:
        flow.space(10)
        flow.heading(form["warnings"]["zh"], form["warnings"]["en"])
        _defect_table(flow, form, warnings)


def _defect_table(flow: Flow, form: Template, listed: Sequence[tuple[str, Defect | None]]) -> None:
    """Number, what is wrong in both languages, and the article that makes it matter."""
    widths = (34.0, flow.width - 194, 160.0)
    rows = []
    for number, (text, finding) in enumerate(listed, 1):
        lines = text_cell(flow, text, widths[1], style=BODY).lines
        if finding is not None:
            lines += text_cell(flow, f"{finding.text_en}; from {finding.where_from_en}", widths[1]).lines
        ground = text_cell(flow, finding.basis if finding else "", widths[2])
        rows.append(Row(widths, (text_cell(flow, str(number), widths[0], "center"), Cell(lines, 14.2), ground)))
    draw_table(flow, rows, column_heads(flow, form["columns"], widths))
