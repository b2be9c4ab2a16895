"""PDFs of other people's making: what a lender's archive holds. Each is written here, none is copied."""

from __future__ import annotations

import zlib
from functools import cache
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from litigation.documents import RenderedPackage
from tests.litigation.documents.cases import photo_jpeg


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


def _with_page(pdf: pikepdf.Pdf, content: bytes, **resources: pikepdf.Object) -> bytes:
    pdf.add_blank_page(page_size=(595, 842))
    pdf.pages[0].obj.Resources = Dictionary({f"/{name}": value for name, value in resources.items()})
    pdf.pages[0].contents_add(content)
    return _saved(pdf)


@cache
def helvetica() -> bytes:
    """Text in Helvetica without its program, as most bank statements have it."""
    canvas = Canvas(BytesIO(), invariant=1)
    canvas.drawString(72, 700, "Statement of account")
    return bytes(canvas.getpdfdata())


@cache
def press_inks() -> bytes:
    """Colours of a press, set in the content stream."""
    return _with_page(pikepdf.new(), b"0 1 1 0 k 100 100 200 200 re f")


@cache
def press_image() -> bytes:
    """A picture in CMYK."""
    pdf = pikepdf.new()
    image = pdf.make_stream(b"\x10\x20\x30\x40" * 4)
    image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceCMYK
    image.Width, image.Height, image.BitsPerComponent = 2, 2, 8
    return _with_page(pdf, b"q 200 0 0 200 90 90 cm /Im Do Q", XObject=Dictionary(Im=image))


@cache
def scan() -> bytes:
    """A scanned page: one JPEG with the hint /Interpolate, as scanners write it."""
    pdf = pikepdf.new()
    image = pdf.make_stream(photo_jpeg())
    image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceRGB
    image.Width, image.Height, image.BitsPerComponent = 640, 480, 8
    image.Filter, image.Interpolate = Name.DCTDecode, True
    return _with_page(pdf, b"q 500 0 0 400 40 90 cm /Im Do Q", XObject=Dictionary(Im=image))


def reused(package: RenderedPackage, *, unicode_map: bool) -> bytes:
    """A page with embedded fonts, with or without their maps to text."""
    pdf = pikepdf.open(BytesIO(package.pdf))
    del pdf.pages[2:]
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/ToUnicode" in item and not unicode_map:
            del item.ToUnicode
    for page in pdf.pages:
        page.obj.Annots = Array()
    return _saved(pdf)


@cache
def layered() -> bytes:
    """A page part of which a viewer can switch off."""
    pdf = pikepdf.new()
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("layer")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))
    content = b"/OC /L BDC 1 0 0 rg 100 100 200 200 re f EMC"
    return _with_page(pdf, content, Properties=Dictionary(L=layer))


@cache
def bomb(size: int = 300_000_000) -> bytes:
    """A small file with one page whose content is of that size: spaces, packed twice."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    stream = pdf.make_stream(b"")
    stream.write(packed, filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = stream
    return _saved(pdf)
