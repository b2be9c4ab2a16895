"""PDF exhibits: opened before layout, laid under our sheets when the book is bound.

Spec: docs/spec/papers.md section 12. A foreign page becomes a form XObject: its look is kept, its scripts,
links, forms and attachments are not carried into the package. The original goes into the package as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pikepdf

from litigation.documents.exhibit_conformance import level_of
from litigation.documents.exhibit_limits import MAX_PAGES, contents_are_huge, unpacks_hugely
from litigation.documents.pdfa import Level


@dataclass(frozen=True, slots=True)
class ForeignPage:
    """A page of an exhibit, as a reader sees it."""

    width: float
    height: float

    @property
    def landscape(self) -> bool:
        """Wider than high."""
        return self.width > self.height * 1.05


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """An exhibit that could be opened. `repaired`: its structure was damaged, and something may be missing."""

    pdf: pikepdf.Pdf
    pages: tuple[ForeignPage, ...]
    repaired: bool
    level: Level


def read_pdf(content: bytes) -> OpenedPdf | str:
    """Open a PDF; return the name of the reason if it cannot be shown."""
    if unpacks_hugely(content):
        return "huge"
    try:
        pdf = pikepdf.open(BytesIO(content), suppress_warnings=True)
        if len(pdf.pages) > MAX_PAGES or any(contents_are_huge(page) for page in pdf.pages):
            return "huge"
        pages = tuple(_foreign_page(page) for page in pdf.pages)
        if not pages:
            return "empty"
        repaired = bool(pdf.get_warnings())
        if any(getattr(page.obj, "Annots", None) for page in pdf.pages):
            pdf.flatten_annotations("all")
        level = min(level_of(page.as_form_xobject(handle_transformations=True)) for page in pdf.pages)
    except pikepdf.PasswordError:
        return "encrypted"
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError):
        # qpdf repairs what it can; what is left is a file whose page tree or boxes make no sense
        return "damaged"
    return OpenedPdf(pdf, pages, repaired, level)


def _foreign_page(page: pikepdf.Page) -> ForeignPage:
    box = [float(value) for value in page.trimbox]
    width, height = abs(box[2] - box[0]), abs(box[3] - box[1])
    if width < 1 or height < 1:
        raise ValueError("a page without size")
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    return ForeignPage(height, width) if turned else ForeignPage(width, height)


def lay_under(base: pikepdf.Pdf, number: int, source: pikepdf.Page, room: tuple[float, float, float, float]) -> None:
    """Put a foreign page under the content of one of our pages, scaled into `room` and centred."""
    form = base.copy_foreign(source.as_form_xobject(handle_transformations=True))
    a, b, c, d, e, f = _placement(form, room)
    target = base.pages[number]
    resources = target.obj.Resources
    if "/XObject" not in resources:
        resources["/XObject"] = pikepdf.Dictionary()
    resources.XObject["/Exhibit"] = form
    operators = f"q {a:.5f} {b:.5f} {c:.5f} {d:.5f} {e:.3f} {f:.3f} cm /Exhibit Do Q\n"
    target.contents_add(operators.encode("ascii"), prepend=True)


def _placement(
    form: pikepdf.Object, room: tuple[float, float, float, float]
) -> tuple[float, float, float, float, float, float]:
    """Scale the box that the form fills (its BBox under its Matrix) into the room; never enlarge."""
    matrix = [float(value) for value in form.get("/Matrix", pikepdf.Array([1, 0, 0, 1, 0, 0]))]
    box = [float(value) for value in form.BBox]
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [matrix[0] * x + matrix[2] * y + matrix[4] for x, y in corners]
    ys = [matrix[1] * x + matrix[3] * y + matrix[5] for x, y in corners]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(room[2] / width, room[3] / height, 1.0)
    left = room[0] + (room[2] - width * scale) / 2 - min(xs) * scale
    low = room[1] + (room[3] - height * scale) / 2 - min(ys) * scale
    return scale, 0.0, 0.0, scale, left, low
