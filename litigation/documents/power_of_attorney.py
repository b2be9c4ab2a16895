"""Power of attorney (授权委托书): who acts for the plaintiff, in what, with which powers.

Spec: docs/spec/papers.md section 16; CPL 61, 62, 民诉法解释 88, 89. Special powers are listed one by one or do not
exist; the principal signs, the program never does.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.letter import TEXT, begin, closing, form_table, heading, keep_last, leading_of, lines, parties
from litigation.documents.sheets import Book


def draw_power_of_attorney(book: Book, filling: Filling) -> None:
    """One paper for all agents: each with his own powers."""
    flow, form = begin(book, "power_of_attorney", "power-of-attorney")
    parties(flow, form, filling)
    flow.space(4)
    flow.spans(filling.spans(form["matter"], TEXT), leading=leading_of(flow))
    for prefix in filling.blocks.get("agents", ()):
        heading(flow, form["agent"]["heading"]["zh"], form["agent"]["heading"]["en"])
        form_table(flow, form["agent"]["rows"], filling, prefix=prefix)
        flow.space(4)
        special = filling.values.get(f"{prefix}.powers") == "特别授权"
        lines(flow, form["powers"]["special" if special else "general"], filling, prefix)
    flow.space(2)
    keep_last(flow, form, 30)
    lines(flow, form["term"], filling)
    closing(flow, form, filling)
