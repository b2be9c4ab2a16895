"""The complaint: 民事起诉状（金融借款合同纠纷）on the official 2025 form, field for field.

Spec: docs/spec/papers.md section 7; text: litigation/templates/complaint.yaml (法〔2025〕82号). Its format must
not change: rows, boxes and words stand as printed; a tick stands in its box. The party's mediation declarations,
the signature and its date are never filled by the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litigation.core.casefile import CaseFile
from litigation.documents.expansion import Filling, exhibit_link
from litigation.documents.flow import BODY, SUBTITLE, TITLE, Flow
from litigation.documents.fonts import Role
from litigation.documents.paragraphs import paragraphs
from litigation.documents.sheets import Book
from litigation.documents.tables import PAD_X, Cell, Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.text import INK, Line, Span, Style, fit, plain
from litigation.documents.writing import Words, court_day, words_of

LABEL_WIDTH = 113.0
_HEADING = 60.0  # room that a section's heading wants below it, at least
_BOX = 260.0  # a box up to this height moves to the next page whole, and takes its heading along
_NOTE = Style(Role.REGULAR, 9)
_SECTION = Style(Role.BOLD, 12)
_SIGNING = 80.0
_MORE_REMARKS = 4  # lines a kind of event; the certificate lists them all


def draw_complaint(book: Book, case: CaseFile, filling: Filling) -> None:
    """Draw the whole form."""
    form = book.texts["complaint"]
    flow = Flow(book)
    book.mark(f"{form['title']['zh']}{form['subtitle']}", "complaint", 0)
    _draw_title(flow, form)
    _draw_note(flow, form["note"])
    rows = [row for entry in form["rows"] for row in _rows(flow, form, entry, case, filling)]
    for at, row in enumerate(rows[:-1]):
        if row.keep_with_next == _HEADING:
            rows[at] = replace(row, keep_with_next=max(_HEADING, min(rows[at + 1].height, _BOX)))
    rows[-1] = replace(rows[-1], keep_with_next=_SIGNING)  # a signature alone on a page signs nothing
    draw_table(flow, rows)
    _draw_signature(flow, form["signature"])


def _draw_title(flow: Flow, form: Template) -> None:
    flow.lines(plain(form["title"]["zh"], TITLE, flow.width, flow.widths), 30, "center")
    flow.lines(plain(form["subtitle"], SUBTITLE.but(size=18), flow.width, flow.widths), 25, "center")
    flow.space(8)


def _draw_note(flow: Flow, note: Mapping[str, Any]) -> None:
    """Draw the official instructions in a frame, as the form has them above its table."""
    lines = plain(note["heading"], _NOTE.but(role=Role.BOLD), flow.width - 2 * PAD_X, flow.widths)
    for text in note["lines"]:
        bold = Role.BOLD if text.startswith("★") else Role.REGULAR
        lines += plain("\u3000\u3000" + text, _NOTE.but(role=bold), flow.width - 2 * PAD_X, flow.widths)
    draw_table(flow, [Row((flow.width,), (Cell(tuple(lines), 13.2),))])


def _rows(flow: Flow, form: Template, entry: Mapping[str, Any], case: CaseFile, filling: Filling) -> list[Row]:
    """Make the table rows of one entry of the form."""
    if "heading" in entry:
        lines = plain(entry["heading"], _SECTION, flow.width, flow.widths)
        return [Row((flow.width,), (Cell(tuple(lines), 20, "center"),), whole=True, keep_with_next=_HEADING)]
    if "box" in entry:
        return [_free_text(flow, form, entry, filling)]
    width = flow.width - LABEL_WIDTH
    label = plain(entry["label"], BODY, LABEL_WIDTH - 2 * PAD_X, flow.widths)
    align = "center" if "\n" in entry["label"] or "block" in entry or entry["label"].startswith("委托") else "left"
    name = Cell(tuple(label), align=align, middle=True, label=True)
    inner = width - 2 * PAD_X
    if "block" in entry:  # one block for each party of that kind, as instruction 4 of the form allows
        blocks = form["blocks"][entry["block"]]
        prefixes = filling.blocks.get(entry["party"], (entry["party"],))
        filled = [_set(blocks, filling, inner, flow, prefix) for prefix in prefixes]
    else:
        filled = [_content(form, entry, case, filling, inner, flow)]
    widths = (LABEL_WIDTH, width)
    return [Row(widths, (name, Cell(tuple(lines), middle=True)), whole="block" in entry) for lines in filled]


def _content(
    form: Template, entry: Mapping[str, Any], case: CaseFile, filling: Filling, width: float, flow: Flow
) -> list[Line]:
    """Set the right-hand side of one row."""
    match entry.get("list"):
        case "remarks":
            spans = _remarks(form, case, filling, words_of(flow.book.texts))
        case "evidence":
            spans = _evidence(form, case, filling)
        case _:
            return _set(entry["lines"], filling, width, flow)
    return [line for line_spans in spans for line in fit(line_spans, width, flow.widths)] or fit((), width, flow.widths)


def _set(lines: list[Any], filling: Filling, width: float, flow: Flow, prefix: str = "") -> list[Line]:
    """Set lines of the form; those of a repeated part stand once for each of its parties, and once where none is."""
    found: list[Line] = []
    for text in lines:
        if isinstance(text, str):
            found += fit(filling.spans(text, BODY, prefix=prefix), width, flow.widths)
            continue
        for turn in filling.blocks.get(text["each"], ()) or (text["each"],):
            found += _set(text["lines"], filling, width, flow, turn)
    return found


def _free_text(flow: Flow, form: Template, entry: Mapping[str, Any], filling: Filling) -> Row:
    """Set the free-text box: the printed hint, then the statement."""
    width = flow.width - 2 * PAD_X
    lines = plain(entry["box"], BODY, width, flow.widths)
    for spans in paragraphs(form["statements"][entry["statement"]], filling, BODY.but(color=INK)):
        lines += fit(spans, width, flow.widths)
    lines += fit((), width, flow.widths)
    return Row((flow.width,), (Cell(tuple(lines), 15.4),))


def _remarks(form: Template, case: CaseFile, filling: Filling, dated: Words) -> list[list[Span]]:
    """Row 18: notice of key clauses, demands and notices, which decide format-clause and limitation disputes."""
    words = form["words"]
    ink = BODY.but(color=INK)
    proofs = {exhibit.event_id: exhibit.number for exhibit in reversed(case.exhibits)}
    rows: list[list[Span]] = []
    for kind, name in words["remark_events"].items():
        found = [
            event for event in case.events if event.type == kind and event.corrected_by is None and not event.erased
        ]
        for event in found[:_MORE_REMARKS]:
            text = fill(words["remark_line"], name=name, day=dated.day(court_day(event.occurred_at)), index=event.index)
            number = proofs.get(event.event_id, 0)
            rows.append([Span(text, ink), *([exhibit_link(number, BODY, filling.page_digits)] if number else [])])
        if len(found) > _MORE_REMARKS:
            rows.append([Span(fill(words["remark_more"], count=len(found) - _MORE_REMARKS), ink)])
    if case.sample:
        rows.append([Span(words["remark_sample"], ink)])
    return rows


def _evidence(form: Template, case: CaseFile, filling: Filling) -> list[list[Span]]:
    """Row 19: point to the list of evidence."""
    if not case.exhibits:
        return []
    style = BODY.but(color=INK, link="evidence-list")
    text = fill(form["words"]["evidence_line"], count=len(case.exhibits), page="#" * filling.page_digits)
    return [[Span(text, style, "evidence-list")]]


def _draw_signature(flow: Flow, lines: list[str]) -> None:
    """Leave room to sign and to date by hand."""
    flow.need(_SIGNING)
    flow.space(22)
    for text in lines:
        flow.lines(plain(text, BODY.but(size=12), 200, flow.widths), 28, indent=flow.width - 230)
