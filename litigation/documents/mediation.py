"""Application for mediation (调解申请书).

Spec: docs/spec/papers.md section 16; 在线调解规则 8, 19, 24, CPL 125, 205. What the applicant would agree to is his own
to say: the lines for it stay blank, and so do the boxes on how to mediate.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.letter import begin, closing, heading, keep_last, lines, part, parties, ruled
from litigation.documents.sheets import Book

_PROPOSAL_LINES = 3


def draw_mediation(book: Book, filling: Filling) -> None:
    """Parties, what is in dispute, the facts, room for a proposal, and how to mediate."""
    flow, form = begin(book, "mediation", "mediation")
    parties(flow, form, filling)
    part(flow, form["requests"], filling)
    part(flow, form["facts"], filling)
    heading(flow, form["proposal"]["heading"]["zh"], form["proposal"]["heading"]["en"])
    ruled(flow, _PROPOSAL_LINES)
    keep_last(flow, form, 50)
    heading(flow, form["manner"]["heading"]["zh"], form["manner"]["heading"]["en"])
    lines(flow, form["manner"]["lines"], filling)
    closing(flow, form, filling)
