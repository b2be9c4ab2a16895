"""Which function draws which application or certificate, and where each paper's bookmark leads.

Spec: docs/spec/papers.md sections 1 and 16. The complaint, the list of evidence, the ledger and the evidence
certificate need more than values and are drawn by `package.py` itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from litigation.core.paper_kinds import PaperKind
from litigation.documents.enforcement import draw_enforcement
from litigation.documents.expansion import Filling
from litigation.documents.mediation import draw_mediation
from litigation.documents.payment_order import draw_payment_order
from litigation.documents.power_of_attorney import draw_power_of_attorney
from litigation.documents.preservation import draw_preservation
from litigation.documents.representative import draw_representative
from litigation.documents.service_address import draw_service_address
from litigation.documents.sheets import Book

DRAWN: Mapping[PaperKind, Callable[[Book, Filling], None]] = {
    PaperKind.PAYMENT_ORDER: draw_payment_order,
    PaperKind.MEDIATION: draw_mediation,
    PaperKind.ENFORCEMENT: draw_enforcement,
    PaperKind.PRESERVATION: draw_preservation,
    PaperKind.POWER_OF_ATTORNEY: draw_power_of_attorney,
    PaperKind.REPRESENTATIVE: draw_representative,
    PaperKind.SERVICE_ADDRESS: draw_service_address,
}


def destination(kind: PaperKind) -> str:
    """The bookmark of a paper."""
    return kind.replace("_", "-")


def draw_application(book: Book, kind: PaperKind, filling: Filling) -> None:
    """Draw one of them; where a tighter setting saves a page, tightly."""
    loose = Book(book.fonts, book.ink, book.texts)
    DRAWN[kind](loose, filling)
    if len(loose.sheets) == 1:
        book.append(loose)
        return
    tight = Book(book.fonts, book.ink, book.texts, tight=True)
    DRAWN[kind](tight, filling)
    book.append(tight if len(tight.sheets) < len(loose.sheets) else loose)
