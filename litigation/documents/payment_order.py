"""Application for a payment order (支付令申请书).

Spec: docs/spec/papers.md section 16; CPL 225 to 228, 民诉法解释 427 to 434. The sum is fixed: what would grow is not
asked for. Those who only secure the debt are not asked: an order does not bind them. The conditions are declared by
the applicant.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.letter import begin, closing, heading, keep_last, lines, part, parties
from litigation.documents.sheets import Book


def draw_payment_order(book: Book, filling: Filling) -> None:
    """Parties, the sum, facts and evidence, and the conditions with boxes that the applicant ticks."""
    flow, form = begin(book, "payment_order", "payment-order")
    parties(flow, form, filling)
    part(flow, form["requests"], filling)
    part(flow, form["facts"], filling)
    keep_last(flow, form, 95)
    heading(flow, form["conditions"]["heading"]["zh"], form["conditions"]["heading"]["en"])
    lines(flow, form["conditions"]["lines"], filling)
    closing(flow, form, filling)
