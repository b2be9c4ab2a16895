"""The provenance sheet of the evidence certificate: six headings, five routes, environment, generated from data.

Spec: docs/spec/provenance.md; Online Rules 18, Civil Evidence Rules 94. Where there is no statement the sheet says 无.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from evidence_service.core.event import parse_instant
from evidence_service.core.provenance import Provenance, Statement
from litigation.documents.flow import SMALL, Flow
from litigation.documents.papertable import cell, column_heads, text_cell
from litigation.documents.tables import Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.text import GREY, Span
from litigation.documents.writing import instant

TIMES = frozenset({"time", "first", "last"})
ANSWERS = frozenset({"clock", "clean"})
_LABEL, _KNOWN = 132.0, 40.0
_EN = SMALL.but(size=6.8, color=GREY)


def draw_provenance(flow: Flow, found: Provenance) -> None:
    """Draw the three tables."""
    form = flow.book.texts["provenance"]
    for number, part in enumerate(form["parts"]):
        flow.heading(part["heading"]["zh"], part["heading"]["en"])
        if number == 0:
            flow.text(form["note"], SMALL.but(size=8))
            flow.text(form["note_en"], _EN)
            flow.space(3)
        widths = (_LABEL, _KNOWN, flow.width - _LABEL - _KNOWN)
        statements: Mapping[str, tuple[Statement, ...]] = getattr(found, part["part"])
        rows = [row for heading in part["rows"] for row in _rows(flow, form, heading, statements, widths)]
        draw_table(flow, rows, column_heads(flow, form["columns"], widths))


def _rows(
    flow: Flow,
    form: Template,
    heading: Mapping[str, str],
    statements: Mapping[str, tuple[Statement, ...]],
    widths: tuple[float, float, float],
) -> Iterator[Row]:
    """One row for each way of knowing under a heading; the label stands in the first one only."""
    said = [(str(one.known), words(form, one)) for one in statements.get(heading["key"], ())]
    grouped = [(known, [text for _, text in group]) for known, group in groupby(said, key=itemgetter(0))]
    for number, (known, texts) in enumerate(grouped or [("", [(form["none"]["zh"], form["none"]["en"])])]):
        label = (Span(heading["zh"], SMALL), Span(f"\n{heading['en']}", _EN)) if number == 0 else ()
        lines = [
            Span(text, style)
            for at, (zh, en) in enumerate(texts)
            for text, style in ((zh if at == 0 else f"\n{zh}", SMALL), (f"\n{en}", _EN))
        ]
        yield Row(
            widths,
            (
                cell(flow, label, widths[0], leading=11.2),
                text_cell(flow, form["known"][known], widths[1], "center"),
                cell(flow, lines, widths[2], leading=11.2),
            ),
        )


def words(form: Template, statement: Statement) -> tuple[str, str]:
    """The sentence of a statement, Chinese and English."""
    code, values = statement.code, {name: _value(form, name, text) for name, text in statement.values.items()}
    if code == "clause" and not values["wording"]:
        code = "clause-unquoted"
    found: Any = form["statements"][code]
    zh, en = fill(found["zh"], **values), fill(found["en"], **values)
    if values.get("bad"):
        zh, en = (
            f"{zh}；{fill(form['statements']['bad']['zh'], **values)}",
            f"{en}; {fill(form['statements']['bad']['en'], **values)}",
        )
    return zh, en


def _value(form: Template, name: str, text: str) -> str:
    if name in TIMES and text:
        return instant(parse_instant(text, name))
    return str(form["answers"][text]) if name in ANSWERS and text in form["answers"] else text
