"""What applications and certificates to a court are set with: title, parties, parts with a heading, closing, signature.

Spec: docs/spec/papers.md section 16. Room to sign, to seal and to date is left blank; boxes that declare something
in the name of a party are never ticked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from litigation.documents.expansion import Filling
from litigation.documents.flow import BODY, SMALL, TITLE, Flow
from litigation.documents.fonts import Role
from litigation.documents.papertable import HEAD_FILL, cell, column_heads
from litigation.documents.paragraphs import draw_paragraphs
from litigation.documents.sheets import LEFT, Book, rule
from litigation.documents.tables import PAD_X, Cell, Row, draw_table
from litigation.documents.templates import Template
from litigation.documents.text import Span, fit, plain

TEXT = BODY.but(size=10.5)
LEADING, TIGHT = 17.5, 15.2
_PART = BODY.but(role=Role.BOLD, size=11.5)
_SIGN_WIDTH = 230.0


def begin(book: Book, kind: str, place: str) -> tuple[Flow, Template]:
    """Start a paper on a new page with its title and bookmark."""
    form = book.texts[kind]
    flow = Flow(book)
    book.mark(form["title"]["zh"], place, 0)
    flow.space(0 if flow.tight else 6)
    title = plain(form["title"]["zh"], TITLE, flow.width, flow.widths)
    flow.lines(title, 31, "center")
    flow.lines(
        plain(form["title"]["en"], SMALL.but(size=9, color="0.38 0.38 0.38"), flow.width, flow.widths), 14, "center"
    )
    flow.space(10)
    return flow, form


def leading_of(flow: Flow) -> float:
    """The leading of a paper: tighter where it would else run over onto a second page by a little."""
    return TIGHT if flow.tight else LEADING


def parties(flow: Flow, form: Template, filling: Filling) -> None:
    """Name each party: its role in bold, then name and particulars."""
    for entry in form["parties"]:
        prefixes = filling.blocks.get(entry["each"], ())
        for number, prefix in enumerate(prefixes, 1):
            role = entry["label"] + (str(number) if len(prefixes) > 1 else "")
            spans = [Span(role + form["colon"], TEXT.but(role=Role.BOLD))]
            spans += filling.spans(entry["text"], TEXT, prefix=prefix)
            flow.spans(spans, leading=leading_of(flow))
            flow.space(2)


def part(flow: Flow, words: Mapping[str, Any], filling: Filling) -> None:
    """Set a heading and its paragraphs; a part of which nothing is known is left out."""
    heading(flow, words["heading"]["zh"], words["heading"]["en"])
    draw_paragraphs(flow, words["lines"], filling, TEXT, leading_of(flow))


def heading(flow: Flow, text: str, caption: str = "", room: float = 70) -> None:
    """A heading of a part, kept with what follows."""
    flow.need(room)
    flow.space(3 if flow.tight else 7)
    spans = [Span(text, _PART)]
    if caption:
        spans.append(Span("  " + caption, SMALL.but(size=7.5, color="0.38 0.38 0.38")))
    flow.spans(spans, leading=18)
    flow.space(1)


def lines(flow: Flow, texts: Sequence[str], filling: Filling, prefix: str = "") -> None:
    """Set single lines as they stand."""
    for text in texts:
        flow.spans(filling.spans(text, TEXT, prefix=prefix), leading=leading_of(flow))


def form_table(
    flow: Flow, rows: Sequence[Sequence[str]], filling: Filling, label_width: float = 110.0, prefix: str = ""
) -> None:
    """A table of labels and fields, as courts' own forms have it."""
    drawn = []
    for label, *texts in rows:
        width = flow.width - label_width
        found = [
            line
            for text in texts
            for line in fit(filling.spans(text, TEXT, prefix=prefix), width - 2 * PAD_X, flow.widths)
        ]
        name = plain(label, TEXT.but(size=10), label_width - 2 * PAD_X, flow.widths)
        cells = (
            Cell(tuple(name), 15.5, middle=True, fill=HEAD_FILL, label=True),
            Cell(tuple(found), 16.5, middle=True),
        )
        drawn.append(Row((label_width, width), cells))
    draw_table(flow, drawn)


def repeated_table(flow: Flow, words: Mapping[str, Any], filling: Filling, widths: Sequence[float]) -> None:
    """A table with one row for each member of a group; nothing where the group is empty."""
    prefixes = filling.blocks.get(words["each"], ())
    if not prefixes:
        return
    style = SMALL.but(size=9)
    sizes = tuple(flow.width * share for share in widths)
    rows = []
    for number, prefix in enumerate(prefixes, 1):
        cells = tuple(
            cell(flow, filling.spans(text, style, prefix=prefix, number=number), width, leading=13.5)
            for text, width in zip(words["cells"], sizes, strict=True)
        )
        rows.append(Row(sizes, cells))
    draw_table(flow, rows, column_heads(flow, words["columns"], sizes))


def ruled(flow: Flow, count: int) -> None:
    """Blank lines to write on by hand."""
    for _ in range(count):
        flow.need(22)
        flow.space(22)
        flow.sheet.operators.append(rule(LEFT + 20, flow.y, LEFT + flow.width, flow.y, 0.4, "0.55 0.55 0.55"))


def closing_height(form: Template) -> float:
    """What 此致, the signature and the attachments take."""
    rows = form.body
    return (
        30.0 * len(rows["signature"])
        + 24
        + LEADING * len(rows.get("closing", []))
        + 22 * len(rows.get("attachments", []))
    )


def keep_last(flow: Flow, form: Template, height: float) -> None:
    """Turn the page unless the last part fits together with the signature: alone, a signature signs nothing."""
    flow.need(height + closing_height(form))


def closing(flow: Flow, form: Template, filling: Filling) -> None:
    """此致 and the court, room to sign and date, and what is attached; kept together."""
    flow.need(closing_height(form))
    flow.space(6)
    for number, text in enumerate(form.body.get("closing", [])):
        indent = [] if number else [Span("\u3000\u3000", TEXT)]
        flow.spans([*indent, *filling.spans(text, TEXT)], leading=leading_of(flow))
    signature(flow, form["signature"], filling)
    for number, text in enumerate(form.body.get("attachments", [])):
        if number == 0:
            flow.space(8)
        flow.spans(filling.spans(text, SMALL.but(size=9)), leading=14)


def signature(flow: Flow, texts: Sequence[str], filling: Filling) -> None:
    """Leave room to sign and to date by hand."""
    flow.need(26.0 * len(texts) + 16)
    flow.space(8 if flow.tight else 16)
    for text in texts:
        found = fit(filling.spans(text, BODY.but(size=11)), _SIGN_WIDTH, flow.widths)
        flow.lines(found, 26, indent=flow.width - _SIGN_WIDTH)
