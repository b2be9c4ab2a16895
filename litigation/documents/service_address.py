"""Service address confirmation (送达地址确认书): where papers reach the plaintiff, what is known of the others.

Spec: docs/spec/papers.md section 16; 法院专递规定 3 to 5, 民诉法解释 136, 137, 在线诉讼规则 29 to 31. Whether
electronic service is accepted is a declaration of the party: its boxes stay open.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.flow import SMALL
from litigation.documents.letter import begin, closing, form_table, heading, keep_last, repeated_table
from litigation.documents.sheets import Book


def draw_service_address(book: Book, filling: Filling) -> None:
    """The notice, the plaintiff's own address, the addresses of the other side, the signature."""
    flow, form = begin(book, "service_address", "service-address")
    form_table(flow, form["case"], filling, 92)
    heading(flow, form["notice"]["heading"]["zh"], form["notice"]["heading"]["en"])
    for text in form["notice"]["lines"]:
        flow.text(text, SMALL.but(size=8.8))
    heading(flow, form["own"]["heading"]["zh"], form["own"]["heading"]["en"])
    form_table(flow, form["own"]["rows"], filling, 92)
    keep_last(flow, form, 50 + 30 * len(filling.blocks.get("defendants", ())))
    heading(flow, form["others"]["heading"]["zh"], form["others"]["heading"]["en"])
    repeated_table(flow, form["others"], filling, (0.2, 0.46, 0.34))
    if filling.is_there("service.agreed_address") or filling.is_there("service.clause"):
        flow.space(3)
        flow.spans(filling.spans(form["others"]["agreed"], SMALL.but(size=9)), leading=14)
    closing(flow, form, filling)
