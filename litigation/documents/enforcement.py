"""Application for enforcement (强制执行申请书).

Spec: docs/spec/papers.md section 16; CPL 247, 250, 252, 264. It rests on the judgment that was logged and on what
was performed since; doubled interest grows until payment and is computed by the court's day.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.letter import (
    TEXT,
    begin,
    closing,
    form_table,
    heading,
    keep_last,
    part,
    parties,
    repeated_table,
)
from litigation.documents.sheets import Book


def draw_enforcement(book: Book, filling: Filling) -> None:
    """Parties, the instrument, what is asked, the facts, clues to property, the account."""
    flow, form = begin(book, "enforcement", "enforcement")
    parties(flow, form, filling)
    part(flow, form["instrument"], filling)
    part(flow, form["requests"], filling)
    part(flow, form["facts"], filling)
    heading(flow, form["clues"]["heading"]["zh"], form["clues"]["heading"]["en"], 160)
    repeated_table(flow, form["clues"], filling, (0.07, 0.16, 0.13, 0.33, 0.16, 0.15))
    if not filling.blocks.get("clues"):
        flow.spans(filling.spans(form["clues"]["none"], TEXT), leading=17.5)
    keep_last(flow, form, 95)
    heading(flow, form["account"]["heading"]["zh"], form["account"]["heading"]["en"])
    form_table(flow, form["account"]["rows"], filling, 92)
    closing(flow, form, filling)
