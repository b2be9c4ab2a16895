"""Exhibits: how each original is shown, decided before layout, and drawn in order.

Spec: docs/spec/papers.md section 12; Evidence Rules 15 and 19. What cannot be shown (a damaged or encrypted
PDF, a broken image, audio) gets a cover sheet that says so: nothing is left out silently.
"""

from __future__ import annotations

from dataclasses import dataclass

import pikepdf

from litigation.core.casefile import CaseFile, Exhibit
from litigation.documents.exhibit_images import Picture, read_picture
from litigation.documents.exhibit_limits import MAX_FILE
from litigation.documents.exhibit_pdfs import ForeignPage, read_pdf
from litigation.documents.exhibit_texts import Printout, read_text
from litigation.documents.expansion import exhibit_destination
from litigation.documents.flow import BODY, CAPTION, SMALL, Flow
from litigation.documents.fonts import FontSet, Role
from litigation.documents.papertable import pair_table
from litigation.documents.pdfa import Level
from litigation.documents.sheets import A4, BOTTOM, LEFT, Book, Stamp
from litigation.documents.templates import fill
from litigation.documents.text import Style, plain

_LINE = Style(Role.REGULAR, 8.6)
_GUTTER = 26.0
DESTINATION = "exhibits"


@dataclass(frozen=True, slots=True)
class Shown:
    """One exhibit and what of it can be shown; `reason` names the text of a cover sheet, if one is needed."""

    exhibit: Exhibit
    pages: tuple[ForeignPage, ...] = ()
    pdf: pikepdf.Pdf | None = None
    picture: Picture | None = None
    printout: Printout | None = None
    reason: str = ""
    level: Level = Level.UNICODE


def prepare(case: CaseFile, fonts: FontSet) -> list[Shown]:
    """Look into every exhibit and decide how it is shown."""
    return [_prepared(exhibit, fonts) for exhibit in case.exhibits]


def _prepared(exhibit: Exhibit, fonts: FontSet) -> Shown:
    content, kind = exhibit.content, exhibit.media_type.split(";")[0].strip().lower()
    if exhibit.withheld:
        return Shown(exhibit, reason="withheld")
    if not content:
        return Shown(exhibit, reason="absent")
    if kind.startswith(("audio/", "video/")):
        return Shown(exhibit, reason="recording")
    if len(content) > MAX_FILE:
        return Shown(exhibit, reason="huge")
    if kind == "application/pdf" or content.startswith(b"%PDF-"):
        opened = read_pdf(content)
        if isinstance(opened, str):
            return Shown(exhibit, reason=opened)
        reason = "repaired" if opened.repaired else ""
        return Shown(exhibit, pages=opened.pages, pdf=opened.pdf, reason=reason, level=opened.level)
    if kind.startswith("image/"):
        picture = read_picture(content)
        return Shown(exhibit, picture=picture) if picture else Shown(exhibit, reason="image")
    if kind.startswith("text/") or kind.endswith(("/json", "+json", "/xml", "+xml", "/x-ndjson")):
        printout = read_text(content, "json" in kind, fonts)
        return Shown(exhibit, printout=printout) if printout else Shown(exhibit, reason="text")
    return Shown(exhibit, reason="other")


def draw_exhibits(book: Book, shown: list[Shown]) -> None:
    """Draw all exhibits, each with its bookmark and stamps."""
    for item in shown:
        first = len(book.sheets)
        if item.pages:
            _draw_pdf(book, item)
        elif item.picture:
            _draw_picture(book, item, item.picture)
        elif item.printout:
            _draw_text(book, item, item.printout)
        else:
            _draw_cover_sheet(book, item)
        sheets = book.sheets[first:]
        for page, sheet in enumerate(sheets, 1):
            sheet.stamp = Stamp(item.exhibit.number, page, len(sheets), item.exhibit.title)


def _mark(book: Book, item: Shown) -> None:
    if not book.marks:
        book.mark(book.texts["exhibit"]["section"], DESTINATION, 0)
    title = fill(book.texts["cover"]["index"]["exhibit"], number=item.exhibit.number, title=item.exhibit.title)
    book.mark(title, exhibit_destination(item.exhibit.number), 1)


def _draw_pdf(book: Book, item: Shown) -> None:
    """Reserve a sheet for each page; the page is laid under it when the book is bound."""
    if item.reason:
        _draw_cover_sheet(book, item)
    for number, page in enumerate(item.pages):
        sheet = book.add_sheet((A4[1], A4[0]) if page.landscape else A4)
        if number == 0 and not item.reason:
            _mark(book, item)
        sheet.underlay = (item.exhibit.number, number)


def _draw_picture(book: Book, item: Shown, picture: Picture) -> None:
    sheet = book.add_sheet((A4[1], A4[0]) if picture.landscape else A4)
    _mark(book, item)
    sheet.picture = picture


def _draw_text(book: Book, item: Shown, printout: Printout) -> None:
    """Print a text with line numbers; long lines wrap."""
    form = book.texts["exhibit"]
    flow = Flow(book)
    _mark(book, item)
    flow.heading(item.exhibit.title, form["text_heading"]["en"])
    flow.text(form["rendered_json" if printout.indented else "rendered_text"], CAPTION)
    if printout.unprintable:
        flow.text(fill(form["unprintable"], count=printout.unprintable), CAPTION)
    if printout.cut:
        flow.text(fill(form["cut"], shown=len(printout.lines), all=printout.all_lines), CAPTION)
    if printout.left_out:
        flow.text(fill(form["clipped"], line=len(printout.lines), count=printout.left_out), CAPTION)
    flow.space(4)
    grey = CAPTION.but(size=6.5)
    for number, text in enumerate(printout.lines, 1):
        for row, line in enumerate(plain(text, _LINE, flow.width - _GUTTER, flow.widths)):
            flow.lines([line], 12.2, indent=_GUTTER)
            if row == 0:
                flow.sheet.operators.append(book.ink.text(LEFT, flow.y + 2.9, str(number), grey))


def _draw_cover_sheet(book: Book, item: Shown) -> None:
    """Say why the exhibit cannot be shown here, and what identifies it."""
    form = book.texts["exhibit"]
    flow = Flow(book)
    _mark(book, item)
    exhibit = item.exhibit
    flow.space(60)
    flow.title(form["cover"]["heading"]["zh"], form["cover"]["heading"]["en"])
    flow.text(exhibit.title, BODY.but(role=Role.BOLD, size=14), "center")
    flow.space(10)
    flow.text(form["cover"][item.reason])
    flow.space(10)
    fields = form["fields"]
    size = fill(form["bytes"], size=len(exhibit.content)) if exhibit.content else "—"
    pairs = [(fields["file"], exhibit.file_name), (fields["type"], exhibit.media_type), (fields["size"], size)]
    pairs += [(fields["sha256"], exhibit.sha256), (fields["sm3"], exhibit.sm3)]
    pairs += [(fields["event"], exhibit.event_id), (fields["index"], str(exhibit.index))]
    pair_table(flow, pairs, 110, SMALL)


def frame(size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return the part of a page that a foreign page or a picture may fill: x, y, width, height."""
    return 36.0, BOTTOM - 8, size[0] - 72, size[1] - BOTTOM - 44 + 8
