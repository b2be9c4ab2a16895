"""Legal representative certificate (法定代表人身份证明书): who represents the plaintiff.

Spec: docs/spec/papers.md section 16; CPL 51. The institution seals it; the date stays blank.
"""

from __future__ import annotations

from litigation.documents.expansion import Filling
from litigation.documents.letter import TEXT, begin, closing, form_table, leading_of
from litigation.documents.sheets import Book


def draw_representative(book: Book, filling: Filling) -> None:
    """The sentence that certifies, and the particulars under it."""
    flow, form = begin(book, "representative", "representative")
    flow.space(16)
    for text in form["lines"]:
        flow.spans(filling.spans("\u3000\u3000" + text, TEXT.but(size=12)), leading=leading_of(flow) * 1.5)
    flow.space(14)
    form_table(flow, form["rows"], filling, 150)
    flow.space(10)
    closing(flow, form, filling)
