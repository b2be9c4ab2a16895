"""The bookmarks of a package's PDF: titles and the pages that they open. Read with pikepdf, never run.

Spec: docs/spec/filing.md, "Examination". A PDF that cannot be read has no bookmarks; the checks say why.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf

from litigation.court_side.core.sheet import EMPTY, MAX_DOCUMENTS, MAX_TITLE, Outline, SheetDocument

DEEPEST = 2


def read_outline(pdf: bytes) -> Outline:
    """Pages and bookmarks of a PDF, down to the exhibits."""
    try:
        with pikepdf.open(BytesIO(pdf)) as opened:
            numbers = {page.obj.objgen: n for n, page in enumerate(opened.pages, 1)}
            with opened.open_outline(max_depth=DEEPEST) as outline:
                found = _walk(outline.root, numbers, 1)
            return Outline(len(numbers), tuple(found[:MAX_DOCUMENTS]))
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return EMPTY  # a hostile file; what its reader stumbles over is not ours to know


def _walk(items: Any, numbers: dict[tuple[int, int], int], level: int) -> list[SheetDocument]:
    found: list[SheetDocument] = []
    for item in items:
        if len(found) >= MAX_DOCUMENTS:
            break
        page = _page(item, numbers)
        if page:
            found.append(SheetDocument(" ".join(str(item.title).split())[:MAX_TITLE], page, level))
        if level < DEEPEST:
            found += _walk(item.children, numbers, level + 1)
    return found


def _page(item: Any, numbers: dict[tuple[int, int], int]) -> int:
    place = item.destination
    if place is None and item.action is not None and item.action.get("/S") == "/GoTo":
        place = item.action.get("/D")
    if not isinstance(place, pikepdf.Array | list) or not len(place):
        return 0
    target = place[0]
    return numbers.get(target.objgen, 0) if isinstance(target, pikepdf.Object) else 0
