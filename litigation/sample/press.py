"""A small press for the sample originals: text and tables on A4, every page marked 样例 / SAMPLE.

Spec: ISO 32000-1. Small files matter here, because every original travels inside the NDJSON file: one weight of Noto
Serif SC, embedded as two subsets (the words of the form, built once, and the few characters of this loan). The same
text gives the same bytes; there is no date and no random number in the file. A missing glyph is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from litigation.documents.faces import Face
from litigation.documents.fontobjects import EmbeddedSubset, stream
from litigation.documents.fonts import Role
from litigation.documents.problems import FontFileError, MissingGlyphError
from litigation.documents.text import Line, Style, plain

REGULAR = Path("@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf")
WIDTH, HEIGHT = 595.28, 841.89
LEFT, TOP, BOTTOM = 64.0, 782.0, 56.0
MEASURE = WIDTH - 2 * LEFT
MARK = "样例 / SAMPLE"
NOTICE = "样例 / SAMPLE · 虚构数据，仅供演示，不具有法律效力 · fictional data"
FOOT = "第页共 0123456789"
BODY, SMALL, HEADING, TITLE = 10.0, 8.0, 11.0, 17.0
_GREY, _RED = "0.4 0.4 0.4", "0.72 0.08 0.08"


class _Widths(dict[str, float]):
    """Advances of one face, looked up once."""

    def __init__(self, face: Face) -> None:
        super().__init__({"\n": 0.0})
        self._face = face

    def __missing__(self, char: str) -> float:
        if not self._face.covers(char):
            raise MissingGlyphError(char, "a sample original")
        width = self[char] = self._face.width(char)
        return width


class Press:
    """One face, parsed once, and the subsets that forms share."""

    def __init__(self, node_modules: Path) -> None:
        path = node_modules / REGULAR
        if not path.is_file():
            raise FontFileError(f"{path.name} is not there: run `npm ci`, which installs Noto Serif SC")
        self.face = Face(path)
        self.widths = {Role.REGULAR: _Widths(self.face), Role.BOLD: _Widths(self.face)}
        self.form_subset = lru_cache(maxsize=32)(self._form_subset)

    def _form_subset(self, words: str) -> EmbeddedSubset:
        """Subset for the fixed words of one kind of paper."""
        chars = dict.fromkeys(words + NOTICE + FOOT)
        return EmbeddedSubset(tuple(char for char in chars if char != "\n"), self.face, 6)

    def covers(self, char: str) -> bool:
        """Say whether the face can print the character."""
        return self.face.covers(char)

    def lines(self, text: str, size: float, width: float) -> list[Line]:
        """Break a text into lines."""
        return plain(text, Style(Role.REGULAR, size), width, self.widths)


class Paper:
    """One original while it is set. `words` are the fixed words of its kind."""

    def __init__(self, press: Press, words: str) -> None:
        self._press = press
        self._form = press.form_subset(words)
        self._own: dict[str, str] = {}
        self._pages: list[list[str]] = []
        self._y = 0.0
        self.turn()

    def title(self, text: str, under: str = "") -> None:
        """Set the title, centred, and a line under it."""
        self._centred(text, TITLE, 27)
        if under:
            self._centred(under, BODY, 16)
        self._y -= 8

    def heading(self, text: str) -> None:
        """Set the heading of an article; it keeps room for two lines under it."""
        self.keep(48)
        self._y -= 3
        self._put(self._press.lines(text, HEADING, MEASURE), HEADING, 15.5)

    def text(self, text: str, size: float = BODY) -> None:
        """Set a paragraph."""
        self._put(self._press.lines(text, size, MEASURE), size, size * 1.48)

    def gap(self, height: float) -> None:
        """Leave room."""
        self._y -= height

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float = 9.5) -> None:
        """Draw a ruled table; widths are shares of the measure."""
        total = sum(widths)
        for row in rows:
            columns = [MEASURE * width / total for width in widths]
            cells = [self._press.lines(text, size, column - 8) for text, column in zip(row, columns, strict=True)]
            height = max(len(lines) for lines in cells) * size * 1.45 + 6
            self.keep(height)
            x, self._y = LEFT, self._y - height
            for lines, column in zip(cells, columns, strict=True):
                self._op(f"0.5 w 0.55 G {x:.2f} {self._y:.2f} {column:.2f} {height:.2f} re S")
                baseline = self._y + height - 4 - size
                for line in lines:
                    self._op(self._show(line, x + 4, baseline, size, "0 0 0"))
                    baseline -= size * 1.45
                x += column
        self._y -= 4

    def finish(self, title: str) -> bytes:
        """Number the pages and write the file."""
        count = len(self._pages)
        for number, page in enumerate(self._pages, 1):
            foot = self._press.lines(f"第 {number} 页 / 共 {count} 页", SMALL, MEASURE)[0]
            page.append(self._show(foot, (WIDTH - foot.width) / 2, 36, SMALL, _GREY))
        return _pdf(self._pages, self._form, EmbeddedSubset(tuple(self._own), self._press.face, 6), title)

    def turn(self) -> None:
        """Start a new page, with its mark."""
        self._pages.append([])
        self._y = TOP
        mark = self._show(self._press.lines(MARK, 66, WIDTH * 2)[0], 0, 0, 66, "0.93 0.93 0.93")
        self._op(f"q 0.8192 0.5736 -0.5736 0.8192 128 292 cm {mark} Q")
        notice = self._press.lines(NOTICE, SMALL, MEASURE)[0]
        self._op(self._show(notice, WIDTH - LEFT - notice.width, HEIGHT - 42, SMALL, _RED))

    def keep(self, height: float) -> None:
        """Turn the page unless that much is left."""
        if self._y - height < BOTTOM:
            self.turn()

    def _centred(self, text: str, size: float, leading: float) -> None:
        for line in self._press.lines(text, size, MEASURE):
            self.keep(leading)
            self._y -= leading
            self._op(self._show(line, (WIDTH - line.width) / 2, self._y + leading * 0.25, size, "0 0 0"))

    def _put(self, lines: list[Line], size: float, leading: float) -> None:
        for line in lines:
            self.keep(leading)
            self._y -= leading
            self._op(self._show(line, LEFT, self._y + leading * 0.25, size, "0 0 0"))

    def _op(self, operators: str) -> None:
        self._pages[-1].append(operators)

    def _show(self, line: Line, x: float, y: float, size: float, color: str) -> str:
        """Write the operators of a line, each run in the subset that holds it."""
        runs: list[tuple[str, list[str]]] = []
        for char in "".join(piece.text for piece in line.pieces):
            code = self._form.codes.get(char)
            font = "F1" if code else "F2"
            code = code or self._own.setdefault(char, f"{len(self._own) + 1:04X}")
            if not runs or runs[-1][0] != font:
                runs.append((font, []))
            runs[-1][1].append(code)
        shown = " ".join(f"/{font} {size:g} Tf <{''.join(codes)}> Tj" for font, codes in runs)
        return f"BT {color} rg {x:.2f} {y:.2f} Td {shown} ET"


def _pdf(pages: list[list[str]], form: EmbeddedSubset, own: EmbeddedSubset, title: str) -> bytes:
    """Write catalog, page tree, information, fonts and pages, in that order."""
    objects: list[bytes] = [b"", b"", f"<< /Title <FEFF{title.encode('utf-16-be').hex().upper()}> >>".encode()]
    fonts = [f"/F1 {_font(objects, form)} 0 R"]
    if own.chars:
        fonts.append(f"/F2 {_font(objects, own)} 0 R")
    kids: list[str] = []
    for page in pages:
        objects.append(stream("\n".join(page).encode("ascii"), level=6))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << {' '.join(fonts)} >> >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>"
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _file(objects)


def _font(objects: list[bytes], subset: EmbeddedSubset) -> int:
    """Append the five objects of a font; return the number of the Type 0 font."""
    first = len(objects) + 1
    objects.append(subset.program)
    objects.append(subset.to_unicode)
    objects.append(
        f"<< /Type /FontDescriptor /FontName /{subset.name} {subset.face.descriptor()} "
        f"/FontFile2 {first} 0 R >>".encode()
    )
    objects.append(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{subset.name} /CIDToGIDMap /Identity /DW 1000 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {first + 2} 0 R /W {subset.widths} >>".encode()
    )
    objects.append(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{subset.name} /Encoding /Identity-H "
        f"/DescendantFonts [{first + 3} 0 R] /ToUnicode {first + 1} 0 R >>".encode()
    )
    return len(objects)


def _file(objects: list[bytes]) -> bytes:
    """Number the objects and write the cross-reference table; the file id is a digest of the content."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start, identity = len(out), sha256(out).hexdigest()[:32].upper()
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R /ID [<{identity}> <{identity}>] >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)
