"""The part of a ledger about agreements on new terms: from when, on which principal, and what became of the arrears.

Spec: docs/spec/papers.md section 9, docs/spec/debt.md section 7a. Nothing is computed here.
"""

from __future__ import annotations

from litigation.core.arrears import Restructured
from litigation.core.claim import Claim
from litigation.documents.flow import SMALL, Flow
from litigation.documents.papertable import column_heads, text_cell
from litigation.documents.tables import Row, draw_table
from litigation.documents.templates import Template, fill
from litigation.documents.writing import amount, percent, short_day


def draw_restructured(flow: Flow, form: Template, claim: Claim) -> None:
    """Draw it where there is any."""
    if not claim.restructured:
        return
    words = form["restructured"]
    flow.heading(words["heading"]["zh"], words["heading"]["en"])
    for done in claim.restructured:
        _agreement(flow, form, done)


def _agreement(flow: Flow, form: Template, done: Restructured) -> None:
    words, agreed, plan = form["restructured"], done.agreement, done.plan
    values = {
        "on": short_day(agreed.on),
        "principal": amount(done.principal),
        "rate": percent(plan.rate),
        "count": plan.count,
        "first": short_day(plan.due(plan.first_no)),
        "repayment": words["repayment"][plan.repayment.value],
    }
    flow.text("· " + fill(words["terms"], **values), SMALL)
    flow.space(4)
    if not done.treated:
        return
    widths = (flow.width / 4,) * 4
    rows = []
    for one in done.treated:
        kind = form["payments"]["kinds"][one.kind.value]
        texts = (item_name(form, one.item), kind, words["how"][one.how.value], amount(one.amount))
        cells = [
            text_cell(flow, text, width, "right" if number == 3 else "center")
            for number, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        rows.append(Row(widths, tuple(cells), whole=True))
    draw_table(flow, rows, column_heads(flow, words["columns"], widths))
    flow.space(4)


def item_name(form: Template, item: str) -> str:
    """An item as papers call it: an instalment's number, the accelerated rest, interest of an agreement's day."""
    kind, _, number = item.partition("-")
    names = form["lines"]["items"]
    return fill(names[kind], number=number) if kind in names else item
