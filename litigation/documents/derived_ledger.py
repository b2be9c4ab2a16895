"""The part of a draft's ledger that is derived from stated terms and totals: sums, what is missing, open instalments.

Spec: docs/spec/papers.md section 9, docs/spec/debt.md section 15. It stands under a heading that says it is no claim.
"""

from __future__ import annotations

from litigation.core.derived_debt import DerivedDebt, DerivedLine
from litigation.documents.flow import SMALL, Flow
from litigation.documents.papertable import column_heads, text_cell
from litigation.documents.tables import Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.writing import amount, short_day, words_of

_WIDTHS = (48.0, 92.0, 84.0, 84.0, 84.0)


def draw_derived(flow: Flow, form: Template, debt: DerivedDebt) -> None:
    """Draw it; amounts bear the currency of the source."""
    words = form["derived"]
    flow.heading(fill(words["heading"]["zh"], cutoff=short_day(debt.cutoff)), words["heading"]["en"])
    write = words_of(flow.book.texts)
    widths = (flow.width - 130, 130.0)
    rows = [
        Row(
            widths,
            (
                text_cell(flow, label, widths[0]),
                text_cell(flow, write.money(getattr(debt, name), debt.terms.currency), widths[1], "right"),
            ),
        )
        for label, name in words["sums"]
    ]
    draw_table(flow, rows, column_heads(flow, words["columns"], widths))
    flow.space(6)
    flow.text(words["notes"])
    for number, note in enumerate(debt.notes, 1):
        flow.text(f"（{number}）{note.zh}。{note.en}.", SMALL)
    lines = [line for line in debt.lines if line.principal_open or line.interest_open]
    if lines:
        flow.heading(words["lines"]["zh"], words["lines"]["en"])
        columns = (*_WIDTHS, flow.width - sum(_WIDTHS))
        table = [_line(flow, line, columns) for line in lines]
        draw_table(flow, table, column_heads(flow, words["line_columns"], columns))


def _line(flow: Flow, line: DerivedLine, widths: tuple[float, ...]) -> Row:
    values = (line.principal, line.interest, line.principal_open, line.interest_open)
    texts = (str(line.no), short_day(line.due), *(amount(value) for value in values))
    cells = (
        text_cell(flow, text, width, "right" if place > 1 else "left", style=SMALL)
        for place, (text, width) in enumerate(zip(texts, widths, strict=True))
    )
    return Row(widths, tuple(cells))
