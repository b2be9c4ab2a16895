"""PDF/A-3: what the file says of itself, and how far the pages of others allow it to say so.

Spec: docs/spec/papers.md section 14; ISO 19005-3. Our own papers keep level U. A foreign page with a font that is not
embedded, or with colours of a press, is shown all the same; then the file makes no claim that it would not keep.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from litigation.documents.fontobjects import SMALLEST, RawObject, stream
from litigation.documents.srgb import srgb_profile


class Level(IntEnum):
    """What a file may claim: nothing, PDF/A-3B (looks the same), PDF/A-3U (and its text can be read)."""

    NONE = 0
    BASIC = 1
    UNICODE = 2


_LETTERS = {Level.BASIC: "B", Level.UNICODE: "U"}
_CLAIM = '<pdfaid:part xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">3</pdfaid:part>' + (
    '<pdfaid:conformance xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">{letter}</pdfaid:conformance>'
)
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>ProofDocket</xmp:CreatorTool><pdf:Producer>ProofDocket</pdf:Producer>
<xmp:CreateDate>{dated}</xmp:CreateDate><xmp:ModifyDate>{dated}</xmp:ModifyDate>
{claim}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def declare(document: Any, level: Level, title: str, subject: str, dated: datetime) -> None:
    """Add colour profile and XMP metadata to a reportlab document; the claim only where `level` allows one."""
    catalog = document.Catalog

    def reference(body: bytes, name: str) -> Any:
        return document.Reference(RawObject(body), name)

    profile = reference(_profile(), "PdfaProfile").format(document).decode("ascii")
    intent = (
        "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) "
        f"/RegistryName (http://www.color.org) /DestOutputProfile {profile} >>"
    )
    catalog.OutputIntents = RawObject(f"[{intent}]".encode())
    metadata = xmp(level, title, subject, dated)
    head = f"<< /Type /Metadata /Subtype /XML /Length {len(metadata)} >>\nstream\n".encode("ascii")
    catalog.Metadata = reference(head + metadata + b"\nendstream", "PdfaMetadata")  # plain: archives read it unaided
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]


@cache
def _profile() -> bytes:
    return stream(srgb_profile(), "/N 3", SMALLEST)


def label_pages(document: Any, first: int) -> None:
    """Number the pages for the viewer as they are numbered on paper (ISO 32000-1 12.4.2)."""
    catalog = document.Catalog
    catalog.PageLabels = RawObject(b"<< /Nums [ 0 << /S /D /St %d >> ] >>" % first)
    if "PageLabels" not in catalog.__NoDefault__:
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "PageLabels"]


def xmp(level: Level, title: str, subject: str, dated: datetime) -> bytes:
    """Write the metadata. They say what the file's information dictionary says."""
    letter = _LETTERS.get(level)
    return _XMP.format(
        title=escape(title),
        subject=escape(subject),
        dated=dated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        claim=_CLAIM.format(letter=letter) + "\n" if letter else "",
    ).encode()
