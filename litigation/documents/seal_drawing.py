"""What a seal looks like on the page: a red ring, the name along it, a star, and 样章 / SAMPLE where it is none.

Spec: docs/spec/papers.md section 15. Vectors and an embedded font: the page stays what an archive can keep.
"""

from __future__ import annotations

from io import BytesIO
from math import cos, pi, sin
from typing import Any

from litigation.documents.binding import BareCanvas
from litigation.documents.faces import Face
from litigation.documents.fontobjects import EmbeddedSubset
from litigation.documents.fonts import FontSet, Role

SIDE = 120.0
_RED = "0.78 0.05 0.05"
_RING, _TEXT, _STAR = 57.0, 43.0, 17.0
_SPREAD = 1.45 * pi  # how much of the ring the longest name may take
SAMPLE = ("样　章", "SAMPLE")


class _SealFonts:
    """The few characters of a seal, each from the first face that has it."""

    def __init__(self, fonts: FontSet, text: str) -> None:
        self._subsets: list[EmbeddedSubset] = []
        self._places: dict[str, tuple[str, str, float]] = {}
        faces = fonts.faces[Role.BOLD]
        by_face: dict[int, list[str]] = {}
        for char in dict.fromkeys(text):
            fonts.check(char, "the name on the seal")
            by_face.setdefault(next(n for n, face in enumerate(faces) if face.covers(char)), []).append(char)
        for number, (which, chars) in enumerate(sorted(by_face.items()), 1):
            face: Face = faces[which]
            subset = EmbeddedSubset(tuple(chars), face)
            self._subsets.append(subset)
            for char in chars:
                self._places[char] = (f"S{number}", subset.codes[char], face.width(char))

    def width(self, char: str, size: float) -> float:
        """Advance of a character in points."""
        return self._places[char][2] * size / 1000

    def put(self, char: str, size: float, matrix: str) -> str:
        """Write one character under a text matrix."""
        font, code, _ = self._places[char]
        return f"BT /{font} {size:g} Tf {matrix} Tm <{code}> Tj ET"

    def addObjects(self, document: Any) -> None:  # reportlab calls a delayed font by this name
        """Embed the subsets."""
        for number, subset in enumerate(self._subsets, 1):
            subset.add_to(document, f"S{number}")


def draw_seal(name: str, fonts: FontSet, *, sample: bool) -> bytes:
    """Draw a seal as a PDF of one page of 120 by 120 points."""
    used = _SealFonts(fonts, name + ("".join(SAMPLE) if sample else ""))
    canvas = BareCanvas(BytesIO(), pagesize=(SIDE, SIDE), invariant=1, pageCompression=1, pdfVersion=(1, 7))
    canvas._doc.delayedFonts.append(used)
    middle = SIDE / 2
    canvas._code.append(f"{_RED} RG {_RED} rg 2.4 w")
    canvas.circle(middle, middle, _RING, stroke=1, fill=0)
    canvas._code += [_star(middle, middle + 3), *_along(name, used)]
    if sample:
        for line, size, y in ((SAMPLE[0], 11.0, 24.0), (SAMPLE[1], 8.0, 13.5)):
            x = middle - sum(used.width(char, size) for char in line) / 2
            for char in line:
                canvas._code.append(used.put(char, size, f"1 0 0 1 {x:.2f} {y:.2f}"))
                x += used.width(char, size)
    canvas.showPage()
    return bytes(canvas.getpdfdata())


def _star(x: float, y: float) -> str:
    """Fill a five-pointed star."""
    inner = _STAR * sin(pi / 10) / sin(7 * pi / 10)
    points = []
    for number in range(10):
        radius, angle = (_STAR, inner)[number % 2], pi / 2 + number * pi / 5
        points.append(f"{x + radius * cos(angle):.2f} {y + radius * sin(angle):.2f}")
    return f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:]) + " f"


def _along(name: str, used: _SealFonts) -> list[str]:
    """Set the name along the ring, from left to right over the top; long names are set smaller."""
    size = min(13.0, _SPREAD * _TEXT / max(1.0, sum(used.width(char, 1.0) for char in name) * 1.12))
    gap = size * 0.12
    length = sum(used.width(char, size) + gap for char in name)
    angle = pi / 2 + length / _TEXT / 2
    operators = []
    for char in name:
        half = used.width(char, size) / 2
        angle -= (half + gap / 2) / _TEXT
        up, right = (cos(angle), sin(angle)), (sin(angle), -cos(angle))
        x = SIDE / 2 + up[0] * _TEXT - right[0] * half
        y = SIDE / 2 + up[1] * _TEXT - right[1] * half
        matrix = f"{right[0]:.4f} {right[1]:.4f} {up[0]:.4f} {up[1]:.4f} {x:.2f} {y:.2f}"
        operators.append(used.put(char, size, matrix))
        angle -= (half + gap / 2) / _TEXT
    return operators
