"""One typeface file: which characters it covers, how wide they are, and a subset of it for one PDF.

Spec: docs/spec/papers.md section 4; ISO 32000-1 9.7.4 (CIDFontType2 with an embedded TrueType program).
Glyph numbers of a subset are its character codes (Identity-H), so no cmap table is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from struct import pack, unpack

from reportlab.pdfbase.ttfonts import TTFontFile

_MORE_COMPONENTS, _WORDS, _SCALE, _XY_SCALE, _TWO_BY_TWO = 0x20, 0x01, 0x08, 0x40, 0x80
_COPIED_TABLES = ("cvt ", "fpgm", "prep")


class Face:
    """A parsed TrueType file. Widths are thousandths of an em, keyed by character."""

    def __init__(self, path: Path) -> None:
        self._file = TTFontFile(str(path))
        self.name: str = self._file.name.decode("ascii")
        self.glyph_of: dict[int, int] = self._file.charToGlyph
        self._width_of: dict[int, float] = self._file.charWidths
        self._glyf: bytes = self._file.get_table("glyf")

    def covers(self, char: str) -> bool:
        """Say whether this face has a glyph of its own for the character."""
        return self.glyph_of.get(ord(char), 0) != 0

    def width(self, char: str) -> float:
        """Return the advance of a covered character in thousandths of an em."""
        return float(self._width_of[ord(char)])

    def descriptor(self) -> str:
        """Return the metric entries of the font descriptor (ISO 32000-1 9.8); 4 = symbolic."""
        file = self._file
        box = " ".join(f"{value:.0f}" for value in file.bbox)
        return (
            f"/Flags 4 /FontBBox [{box}] /ItalicAngle 0 /Ascent {file.ascent:.0f} "
            f"/Descent {file.descent:.0f} /CapHeight {file.capHeight:.0f} /StemV 80"
        )

    def subset(self, chars: Sequence[str]) -> bytes:
        """Build a TrueType program whose glyph n+1 is ``chars[n]``; glyph 0 stays the missing-glyph box."""
        glyphs = [0, *(self.glyph_of[ord(char)] for char in chars)]
        outlines = self._with_components(glyphs)
        offsets, position = [0], 0
        for outline in outlines:
            position += len(outline)
            offsets.append(position)
        file = self._file
        metrics = b"".join(
            pack(">Hh", int(file.hmetrics[glyph][0]), _signed(int(file.hmetrics[glyph][1]))) for glyph in glyphs
        )
        tables = {tag: file.get_table(tag) for tag in _COPIED_TABLES if tag in file.table}
        tables["glyf"] = b"".join(outlines)
        tables["head"] = _patched(_patched(file.get_table("head"), 8, pack(">L", 0)), 50, pack(">h", 1))
        tables["hhea"] = _patched(file.get_table("hhea"), 34, pack(">H", len(glyphs)))
        tables["hmtx"] = metrics
        tables["loca"] = pack(f">{len(offsets)}L", *offsets)
        tables["maxp"] = _patched(file.get_table("maxp"), 4, pack(">H", len(glyphs)))
        return _sfnt(tables)

    def _with_components(self, glyphs: list[int]) -> list[bytes]:
        """Return the outlines; parts of composite glyphs are appended to `glyphs` and renumbered."""
        place = {glyph: number for number, glyph in reversed(list(enumerate(glyphs)))}
        outlines: list[bytes] = []
        number = 0
        while number < len(glyphs):
            outline = self._outline(glyphs[number])
            if len(outline) > 10 and unpack(">h", outline[:2])[0] < 0:
                outline = _renumbered(outline, glyphs, place)
            outlines.append(outline + b"\0" * (-len(outline) % 4))
            number += 1
        return outlines

    def _outline(self, glyph: int) -> bytes:
        start, end = self._file.glyphPos[glyph], self._file.glyphPos[glyph + 1]
        return self._glyf[start:end]


def _renumbered(outline: bytes, glyphs: list[int], place: dict[int, int]) -> bytes:
    """Point a composite glyph at the new numbers of its parts (OpenType, table glyf)."""
    at, flags = 10, _MORE_COMPONENTS
    while flags & _MORE_COMPONENTS:
        flags, part = unpack(">HH", outline[at : at + 4])
        if part not in place:
            place[part] = len(glyphs)
            glyphs.append(part)
        outline = _patched(outline, at + 2, pack(">H", place[part]))
        at += 8 if flags & _WORDS else 6
        at += 2 * bool(flags & _SCALE) + 4 * bool(flags & _XY_SCALE) + 8 * bool(flags & _TWO_BY_TWO)
    return outline


def _signed(value: int) -> int:
    return value - 0x10000 if value > 0x7FFF else value


def _patched(table: bytes, at: int, value: bytes) -> bytes:
    return table[:at] + value + table[at + len(value) :]


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF


def _sfnt(tables: dict[str, bytes]) -> bytes:
    """Pack tables into a TrueType file: sorted directory, four-byte alignment (OpenType, font file)."""
    power = 1 << (len(tables).bit_length() - 1)
    header = pack(">LHHHH", 0x00010000, len(tables), power * 16, power.bit_length() - 1, (len(tables) - power) * 16)
    directory, body, position = [], [], 12 + 16 * len(tables)
    for tag in sorted(tables):
        data = tables[tag]
        directory.append(tag.encode("ascii") + pack(">LLL", _checksum(data), position, len(data)))
        padded = data + b"\0" * (-len(data) % 4)
        body.append(padded)
        position += len(padded)
    return b"".join([header, *directory, *body])
