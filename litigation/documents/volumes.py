"""Volumes: one package PDF taken apart for courts that want a file for each paper, or files below a size.

Spec: docs/spec/export.md. Pages are copied as they are; links and the seal's field stay behind,
since neither means anything in a part. The same PDF gives the same parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from litigation.documents.problems import PaperError, PdfInputError
from litigation.documents.saving import save


class PageTooLargeError(PaperError):
    """A single page alone is larger than a court takes."""

    code = "page-too-large"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A paper or exhibit: its bookmark and its pages, counted from 0, the last one not included."""

    title: str
    first: int
    end: int


def opened(data: bytes) -> pikepdf.Pdf:
    """Open one of our PDFs."""
    try:
        return pikepdf.open(BytesIO(data))
    except pikepdf.PdfError as problem:
        raise PdfInputError("the package holds no readable PDF") from problem


def chapters(pdf: pikepdf.Pdf) -> tuple[Chapter, ...]:
    """The papers and exhibits by their bookmarks; a bookmark that only gathers others is left out."""
    starts: list[tuple[str, int]] = []
    pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
    with pdf.open_outline() as outline:
        for item in outline.root:
            below = list(item.children)
            for one in below or [item]:
                starts.append((str(one.title), pages[_page(pdf, one.destination).objgen]))
    if not starts or starts[0][1] != 0:
        raise PdfInputError("the PDF has no bookmarks that begin on its first page: it is not one of our packages")
    ends = [first for _, first in starts[1:]] + [len(pdf.pages)]
    return tuple(Chapter(title, first, end) for (title, first), end in zip(starts, ends, strict=True) if end > first)


def _page(pdf: pikepdf.Pdf, destination: Any) -> Any:
    """The page that a destination leads to, named or spelled out."""
    found = destination
    if isinstance(found, (pikepdf.Name, pikepdf.String)):
        found = pdf.Root.Dests[f"/{str(found).removeprefix('/')}"]
    if isinstance(found, pikepdf.Dictionary):
        found = found.D
    return found[0]


def parts(pdf: pikepdf.Pdf, first: int, end: int, max_bytes: int) -> list[bytes]:
    """Those pages as one PDF, or as several below a size, each as long as it can be by halves."""
    whole = _extract(pdf, first, end)
    if len(whole) <= max_bytes:
        return [whole]
    if end - first == 1:
        raise PageTooLargeError(
            f"page {first + 1} alone takes {len(whole):,} bytes, more than the {max_bytes:,} of the profile"
        )
    middle = (first + end) // 2
    return [*parts(pdf, first, middle, max_bytes), *parts(pdf, middle, end, max_bytes)]


def _extract(pdf: pikepdf.Pdf, first: int, end: int) -> bytes:
    part = pikepdf.new()
    for number in range(first, end):
        part.pages.append(pdf.pages[number])
        copied = part.pages[-1]
        if "/Annots" in copied:
            del copied.Annots
    part.remove_unreferenced_resources()
    return save(part)
