"""The PDF objects of an embedded font: Type 0, CIDFontType2, descriptor, widths, ToUnicode, font program.

Spec: docs/spec/papers.md section 4; ISO 32000-1 9.7 and 9.10.3. Written here, not by reportlab: its ToUnicode
map writes five hexadecimal digits beyond U+FFFF, and the name of a party would be searched and copied wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from zlib import compress

from reportlab.pdfbase import pdfdoc

from litigation.documents.faces import Face

QUICK, SMALLEST = 2, 9
"""Deflate levels: for what each document compresses anew (half the time of level 6, a seventh more bytes of text), and
for what a process compresses once."""
_BLOCK = 100  # ISO 32000-1 9.10.3 and Adobe Tech Note 5014: at most 100 entries a block


class RawObject(pdfdoc.PDFObject):  # type: ignore[misc]  # reportlab has no types
    """An indirect object whose bytes are already written."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def format(self, _document: Any) -> bytes:
        """Return the bytes as they go into the file."""
        return self._body


@dataclass
class EmbeddedSubset:
    """Some characters of one face, ready to embed. Character n has code n+1; code 0 is the missing glyph."""

    chars: tuple[str, ...]
    face: Face
    level: int = QUICK
    codes: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.codes = {char: f"{number:04X}" for number, char in enumerate(self.chars, 1)}

    @cached_property
    def name(self) -> str:
        """The PostScript name with a subset tag that follows from the characters."""
        digest = sha256("".join(self.chars).encode()).digest()
        return "".join(chr(65 + byte % 26) for byte in digest[:6]) + "+" + self.face.name

    @cached_property
    def program(self) -> bytes:
        """The font program as a compressed stream object."""
        data = self.face.subset(self.chars)
        return stream(data, f"/Length1 {len(data)}", self.level)

    @cached_property
    def to_unicode(self) -> bytes:
        """The map from codes to text as a compressed stream object."""
        return stream(to_unicode_map(self.chars).encode("ascii"), level=self.level)

    @cached_property
    def widths(self) -> str:
        """The W array: the advances of all codes, from 1."""
        return "[1 [" + " ".join(f"{self.face.width(char):g}" for char in self.chars) + "]]"

    def add_to(self, document: Any, resource: str) -> None:
        """Register the five objects in a reportlab document under a resource name such as F1."""

        def reference(body: bytes, part: str) -> str:
            made = document.Reference(RawObject(body), f"{resource}.{part}")
            return str(made.format(document).decode("ascii"))

        program = reference(self.program, "program")
        unicode_map = reference(self.to_unicode, "unicode")
        metrics = self.face.descriptor()
        descriptor = reference(
            f"<< /Type /FontDescriptor /FontName /{self.name} {metrics} /FontFile2 {program} >>".encode(),
            "descriptor",
        )
        descendant = reference(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{self.name} /CIDToGIDMap /Identity /DW 1000 "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {descriptor} /W {self.widths} >>".encode(),
            "descendant",
        )
        font = RawObject(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{self.name} /Encoding /Identity-H "
            f"/DescendantFonts [{descendant}] /ToUnicode {unicode_map} >>".encode()
        )
        document.idToObject["BasicFonts"].dict[resource] = document.Reference(font, resource)


def stream(data: bytes, extra: str = "", level: int = QUICK) -> bytes:
    """Write a compressed stream object."""
    packed = compress(data, level)
    head = f"<< {extra} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def to_unicode_map(chars: tuple[str, ...]) -> str:
    """Write a ToUnicode CMap; beyond U+FFFF a character is two UTF-16 units (ISO 32000-1 9.10.3)."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, len(chars), _BLOCK):
        block = chars[start : start + _BLOCK]
        lines.append(f"{len(block)} beginbfchar")
        for number, char in enumerate(block, start + 1):
            lines.append(f"<{number:04X}> <{char.encode('utf-16-be').hex().upper()}>")
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines)
