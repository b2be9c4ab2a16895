"""Binding: the recorded sheets become one PDF, with page numbers, stamps, marks, links, bookmarks and exhibits.

Spec: docs/spec/papers.md sections 3 and 12. The same book gives the same bytes: no clock, no random names.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import md5
from io import BytesIO
from typing import Any

import pikepdf
from reportlab import rl_config
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from litigation.documents.exhibit_images import Picture
from litigation.documents.exhibit_pdfs import lay_under
from litigation.documents.exhibits import Shown, frame
from litigation.documents.fontobjects import RawObject, stream
from litigation.documents.fonts import Role
from litigation.documents.pdfa import Level, declare, label_pages
from litigation.documents.saving import save
from litigation.documents.sheets import LEFT, Book, PageNumber, Sheet, box
from litigation.documents.templates import fill
from litigation.documents.text import GREY, RED, Style, width_of

_FOOT = Style(Role.REGULAR, 8.5)
_NOTE = Style(Role.REGULAR, 7, GREY)
_STAMP = Style(Role.BOLD, 8.5, RED)
_SAMPLE = Style(Role.BOLD, 9, RED)
_WATERMARK = Style(Role.BOLD, 78, "0.80 0.10 0.10")
_WATERMARK_ALPHA = 0.16
_FOOT_Y = 30.0
_PRINTED = 4  # annotation flag Print: neither hidden nor left out on paper (ISO 19005-3 6.3.2)
_DIGITS = re.compile("#+")


class BareCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A canvas that mentions no font of its own: the default one would put Helvetica, unembedded, on each page."""

    def _make_preamble(self) -> None:
        self._preamble = ""

    def showPage(self) -> None:
        """Close the page. The library's own page object takes as long to write as the page's content to draw."""
        document, number = self._doc, self._doc.pageCounter
        contents = document.Reference(RawObject(stream("\n".join(self._code).encode("ascii"))), f"Content{number}")
        self._setXObjects(self)
        shared = {"ExtGState": self._extgstate.getState(), "XObject": self.XObjects}
        document.addPage(Leaf(self._pagesize, contents, self._annotationrefs, shared))
        self._startPage()


class Leaf(pdfdoc.PDFObject):  # type: ignore[misc]
    """A page object (ISO 32000-1 7.7.3.3), written in one go."""

    __RefOnly__ = 1  # the library's sign for what is never written inline

    def __init__(self, size: tuple[float, float], contents: Any, links: list[Any], shared: dict[str, Any]) -> None:
        self._size, self._contents, self._links, self._shared = size, contents, links, shared

    def format(self, document: Any) -> bytes:
        """Return the bytes as they go into the file."""

        def written(value: Any) -> str:
            return bytes(pdfdoc.format(value, document)).decode("latin-1")

        fonts = pdfdoc.PDFObjectReference(pdfdoc.BasicFonts)
        resources = "".join([f" /{name} {written(value)}" for name, value in self._shared.items() if value])
        links = " ".join([written(link) for link in self._links])
        width, height = self._size
        return (
            f"<< /Type /Page /Parent {written(document.Reference(document.Pages))} /MediaBox [0 0 {width:g} {height:g}]"
            f" /Contents {written(self._contents)} /Resources << /ProcSet [/PDF /Text /ImageB /ImageC /ImageI]"
            f" /Font {written(fonts)}{resources} >>{f' /Annots [{links}]' if links else ''} >>"
        ).encode("latin-1")


class Binder:
    """Writes one book."""

    def __init__(self, book: Book, reference: str, dated: datetime, *, sample: bool, draft: bool) -> None:
        self._book = book
        self._reference = reference
        self._dated = dated
        self._sample = sample
        self._draft = draft
        self._total = book.last_page
        self._cover = book.texts["cover"]
        self._lengths = _lengths(book)

    def bind(self, shown: list[Shown]) -> bytes:
        """Write the PDF; pages of PDF exhibits are laid under their sheets last."""
        data = self._write(min((item.level for item in shown), default=Level.UNICODE))
        sources = {item.exhibit.number: item.pdf for item in shown if item.pdf is not None}
        if not sources:
            return data
        base = pikepdf.open(BytesIO(data))
        for number, sheet in enumerate(self._book.sheets):
            if sheet.underlay:
                exhibit, page = sheet.underlay
                lay_under(base, number, sources[exhibit].pages[page], frame(sheet.size))
        return save(base)

    def _write(self, level: Level) -> bytes:
        rl_config.useA85 = 0  # base-85 would add a quarter to every stream
        canvas = BareCanvas(BytesIO(), invariant=1, pageCompression=1, pdfVersion=(1, 7), lang="zh-CN")
        _set_date(canvas._doc, self._dated)
        canvas._doc.delayedFonts.append(self._book.ink)
        canvas.setTitle(self._cover["title"]["zh"])
        canvas.setAuthor("")
        canvas.setSubject(self._reference)
        canvas.setCreator("ProofDocket")
        canvas.setProducer("ProofDocket")
        declare(canvas._doc, level, self._cover["title"]["zh"], self._reference, self._dated)
        label_pages(canvas._doc, self._book.first_page)
        marks: dict[int, list[str]] = {}
        for mark in self._book.marks:
            marks.setdefault(self._book.page_of(mark.destination), []).append(mark.destination)
        for number, sheet in enumerate(self._book.sheets, self._book.first_page):
            self._write_sheet(canvas, sheet, number, marks.get(number, []))
        for mark in self._book.marks:
            canvas.addOutlineEntry(mark.title, mark.destination, mark.level, closed=mark.level == 0)
        canvas.showOutline()
        return bytes(canvas.getpdfdata())

    def _write_sheet(self, canvas: Any, sheet: Sheet, number: int, destinations: list[str]) -> None:
        canvas._pagesize = sheet.size
        for destination in destinations:
            canvas.bookmarkPage(destination)
        for link in sheet.links:
            canvas.linkAbsolute("", link.destination, link.rectangle, Border="[0 0 0]", F=_PRINTED)
        code = canvas._code
        if sheet.picture:
            _put_picture(canvas, sheet.picture, sheet.size, f"picture{number}")
        for operator in sheet.operators:
            code.append(self._numbered(operator) if isinstance(operator, PageNumber) else operator)
        code.extend(self._furniture(sheet, number))
        if self._draft:
            canvas.setFillAlpha(_WATERMARK_ALPHA)
            code.extend(self._watermark(sheet))
        canvas.showPage()

    def _numbered(self, place: PageNumber) -> str:
        """Put the page number (or the number of pages) where # stands."""
        target = place.piece.page_of
        if target.startswith("pages:"):
            value = self._lengths[target.removeprefix("pages:")]
        else:
            value = self._book.page_of(target)
        text = _DIGITS.sub(str(value), place.piece.text)
        return self._book.ink.text(place.x, place.y, text, place.piece.style)

    def _furniture(self, sheet: Sheet, number: int) -> list[str]:
        """Write what every page carries: foot, stamp, sample mark, watermark."""
        ink, widths = self._book.ink, self._book.fonts.widths
        width, height = sheet.size
        operators: list[str] = []
        foot = fill(self._cover["footer"]["page"], page=number, pages=self._total)
        middle = (width - width_of(foot, _FOOT, widths)) / 2
        operators.append(ink.text(middle, _FOOT_Y, foot, _FOOT))
        operators.append(ink.text(LEFT, _FOOT_Y, self._reference, _NOTE))
        if sheet.stamp:
            stamp = sheet.stamp
            form = self._book.texts["exhibit"]["stamp"]
            text = fill(form, number=stamp.number, page=stamp.page, pages=stamp.pages, sheet=number)
            side = width_of(text, _STAMP, widths)
            operators += _plate(width - 36 - side - 12, height - 33, side + 12, 17, "0.72 0.08 0.08")
            operators.append(ink.text(width - 36 - side - 6, height - 28, text, _STAMP))
            title = _shortened(stamp.title, width - side - 130 - (90 if self._sample else 0), widths)
            operators.append(ink.text(36, height - 28, title, _NOTE))
        if self._sample:
            text = self._cover["sample"]
            side = width_of(text, _SAMPLE, widths)
            x = width - LEFT - side - 4 if not sheet.stamp else 36.0
            y = height - 28 if not sheet.stamp else _FOOT_Y
            x = width - LEFT - side if sheet.stamp else x
            operators += _plate(x - 4, y - 4, side + 8, 15, "0.72 0.08 0.08")
            operators.append(ink.text(x, y, text, _SAMPLE))
        return operators

    def _watermark(self, sheet: Sheet) -> list[str]:
        """Write 不得提交 / NOT FOR FILING across the page, see-through, above everything."""
        zh, en = self._cover["watermark"]
        width, height = sheet.size
        widths = self._book.fonts.widths
        cos, sin = 0.7071, 0.7071
        operators = []
        for text, style, drop in ((zh, _WATERMARK, 6.0), (en, _WATERMARK.but(size=44), -54.0)):
            length = width_of(text, style, widths)
            x = width / 2 - length / 2 * cos - drop * sin
            y = height / 2 - length / 2 * sin + drop * cos
            operators.append(self._book.ink.turned(f"{cos} {sin} {-sin} {cos} {x:.2f} {y:.2f}", text, style))
        return operators


def _set_date(document: Any, dated: datetime) -> None:
    """Date the file by its checkpoint. reportlab would take the clock, or SOURCE_DATE_EPOCH of whoever runs it."""
    stamp = TimeStamp(invariant=1)
    stamp.t = int(dated.timestamp())
    stamp.lt = dated.astimezone(UTC).timetuple()
    stamp.YMDhms = tuple(stamp.lt)[:6]
    document._timeStamp = stamp
    document.signature = md5(usedforsecurity=False)  # names the file (ISO 32000-1 14.4); proves nothing


def _lengths(book: Book) -> dict[str, int]:
    """Count the pages of each section and exhibit: up to the next mark of its level or a higher one."""
    lengths = {}
    for place, mark in enumerate(book.marks):
        first = book.page_of(mark.destination)
        later = (book.page_of(other.destination) for other in book.marks[place + 1 :] if other.level <= mark.level)
        lengths[mark.destination] = next(later, book.last_page + 1) - first
    return lengths


def section_lengths(book: Book) -> dict[str, int]:
    """Return the number of pages of each destination."""
    return _lengths(book)


def _plate(x: float, y: float, width: float, height: float, color: str) -> list[str]:
    """Draw a white plate with a coloured frame, so that a stamp is readable on a dark scan."""
    frame_line = f"0.7 w {color} RG {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S"
    return [box(x, y, width, height, "1 1 1"), frame_line]


def _shortened(text: str, room: float, widths: Any) -> str:
    if width_of(text, _NOTE, widths) <= room:
        return text
    while text and width_of(text + "…", _NOTE, widths) > room:
        text = text[:-1]
    return text + "…"


def _put_picture(canvas: Any, picture: Picture, size: tuple[float, float], name: str) -> None:
    """Place an image in the frame of the page, scaled down to fit, never enlarged above 150 dpi."""
    image = pdfdoc.PDFImageXObject(name)
    image.width, image.height, image.bitsPerComponent = picture.width, picture.height, 8
    image.colorSpace, image.streamContent, image.mask = picture.space, picture.data, None
    image._filters = (picture.filter,)
    registered = canvas._doc.getXObjectName(name)
    canvas._doc.Reference(image, registered)
    canvas._doc.addForm(name, image)
    canvas._formsinuse.append(name)
    x, y, width, height = frame(size)
    shown_width, shown_height = picture.shown
    scale = min(width / shown_width, height / shown_height, 72 / 150 * 2)
    left, low = x + (width - shown_width * scale) / 2, y + (height - shown_height * scale) / 2
    a, b, c, d, e, f = picture.turn
    canvas._code.append(
        f"q {shown_width * scale:.3f} 0 0 {shown_height * scale:.3f} {left:.3f} {low:.3f} cm "
        f"{a} {b} {c} {d} {e} {f} cm /{registered} Do Q"
    )
