"""Application for preservation of property (财产保全申请书).

Spec: docs/spec/papers.md section 16; CPL 103 to 105, 财产保全规定（法释〔2016〕22号）1. Without a clue to
property (event `property.found`) there is nothing to preserve: filing is blocked. Security is for
the court to order.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.letter import begin, closing, heading, keep_last, part, parties, repeated_table
from litigation.documents.sheets import Book


def draw_preservation(book: Book, filling: Filling) -> None:
    """Parties, what is asked, why, what the respondents own, security."""
    flow, form = begin(book, "preservation", "preservation")
    parties(flow, form, filling)
    part(flow, form["requests"], filling)
    part(flow, form["facts"], filling)
    heading(flow, form["clues"]["heading"]["zh"], form["clues"]["heading"]["en"], 160)
    repeated_table(flow, form["clues"], filling, (0.07, 0.16, 0.13, 0.33, 0.16, 0.15))
    keep_last(flow, form, 80)
    part(flow, form["security"], filling)
    closing(flow, form, filling)
