"""Text as PDF operators: which font, which codes, for one document.

Spec: docs/spec/papers.md section 4; ISO 32000-1 9.4. The shared subsets come from the font set; characters that
only this case uses go into a second subset per face, in the order of their first use.
"""

from __future__ import annotations

from typing import Any

from litigation.documents.faces import Face
from litigation.documents.fontobjects import EmbeddedSubset
from litigation.documents.fonts import FontSet, Role
from litigation.documents.problems import MissingGlyphError
from litigation.documents.text import Style

KEPT = 8192
"""Texts whose codes are remembered: the form, the law and the explanations are the same in every package."""
_SEED_NAMES = {Role.REGULAR: "F1", Role.BOLD: "F2"}


class Ink:
    """Encodes the text of one document and embeds what it used."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._seeds = {role: fonts.seeds[role].codes for role in Role}
        self._own: dict[str, tuple[Face, dict[str, str]]] = {}
        self._where: dict[Role, dict[str, tuple[str, str]]] = {role: {} for role in Role}
        self._used: set[Role] = set()
        self._kept = fonts.shown

    def text(self, x: float, y: float, text: str, style: Style) -> str:
        """Write text with its baseline starting at (x, y), counted from the lower left corner."""
        if not text:
            return ""
        return f"BT {style.color} rg {x:.2f} {y:.2f} Td {self._shown(text, style)} ET"

    def turned(self, matrix: str, text: str, style: Style) -> str:
        """Write text under a text matrix (for a watermark)."""
        return f"BT {style.color} rg {matrix} Tm {self._shown(text, style)} ET"

    def _shown(self, text: str, style: Style) -> str:
        """Write the font, its size and the codes of a text. What only shared characters make is remembered."""
        role, size = style.role, style.size
        self._used.add(role)
        kept = self._kept.get((text, size, role))
        if kept is not None:
            return kept
        try:
            codes = "".join(map(self._seeds[role].__getitem__, text))
        except KeyError:
            return " ".join([f"/{font} {size:g} Tf <{codes}> Tj" for font, codes in self._runs(text, role)])
        if len(self._kept) >= KEPT:
            self._kept.clear()
        shown = self._kept[text, size, role] = f"/{_SEED_NAMES[role]} {size:g} Tf <{codes}> Tj"
        return shown

    def _runs(self, text: str, role: Role) -> list[tuple[str, str]]:
        """Split text into runs of one font and write its codes in hexadecimal."""
        runs: list[tuple[str, list[str]]] = []
        where = self._where[role]
        for char in text:
            found = where.get(char)
            if found is None:
                found = where[char] = self._place(char, role)
            if not runs or runs[-1][0] != found[0]:
                runs.append((found[0], []))
            runs[-1][1].append(found[1])
        return [(font, "".join(codes)) for font, codes in runs]

    def _place(self, char: str, role: Role) -> tuple[str, str]:
        """Find the font and code of a character, giving it a code of its own if it is new."""
        if char in self._seeds[role]:
            return _SEED_NAMES[role], self._seeds[role][char]
        faces = self._fonts.faces[role]
        for number, face in enumerate(faces):
            if face.covers(char):
                # the rare face is one for both weights; Noto has one face a weight
                name = "F5" if number else {Role.REGULAR: "F3", Role.BOLD: "F4"}[role]
                codes = self._own.setdefault(name, (face, {}))[1]
                return name, codes.setdefault(char, f"{len(codes) + 1:04X}")
        raise MissingGlyphError(char, "the text of the papers")

    def addObjects(self, document: Any) -> None:  # reportlab calls a delayed font by this name
        """Embed what was used; reportlab calls this once, before it writes the file."""
        for role in Role:
            if role in self._used:
                self._fonts.seeds[role].add_to(document, _SEED_NAMES[role])
        for name in sorted(self._own):
            face, codes = self._own[name]
            EmbeddedSubset(tuple(codes), face).add_to(document, name)
