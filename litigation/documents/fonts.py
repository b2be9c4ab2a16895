"""The fonts of the papers: Noto Serif SC in two weights, and a fallback for rare characters.

Spec: docs/spec/papers.md section 4. A character that no font holds is an error that names the character,
its code point and the field; a blank or a box in a party's name would be worse. Fonts are parsed once per
process and shared; what one document adds of its own lives in :class:`litigation.documents.ink.Ink`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from unicodedata import category

from litigation.documents.faces import Face
from litigation.documents.fontobjects import SMALLEST, EmbeddedSubset
from litigation.documents.problems import FontFileError, MissingGlyphError
from litigation.documents.seeds import seed_characters

_NOTO = Path("@expo-google-fonts/noto-serif-sc")
_REGULAR = _NOTO / "400Regular" / "NotoSerifSC_400Regular.ttf"
_BOLD = _NOTO / "700Bold" / "NotoSerifSC_700Bold.ttf"
RARE_FILE = "BabelStoneHan.ttf"
RARE_SHA256 = "a2027ca3606907f6a628e9cd869605e3879beaaa38b37c7fec95b372130628c8"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BREAKS = {"\n": 0.0, "\t": 250.0, "\r": 0.0}


class Role(StrEnum):
    """What a piece of text is set in."""

    REGULAR = "regular"
    BOLD = "bold"


class _Widths(dict[str, float]):
    """Advance of each character in one role, looked up in the faces once."""

    def __init__(self, faces: tuple[Face, ...]) -> None:
        super().__init__(_BREAKS)
        self._faces = faces

    def __missing__(self, char: str) -> float:
        for face in self._faces:
            if face.covers(char):
                width = self[char] = face.width(char)
                return width
        raise MissingGlyphError(char, "the text of the papers")


class FixedWidths(dict[Role, dict[str, float]]):
    """Widths of every face, which never change once they are made; one table is itself and no other, however alike."""

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True, slots=True)
class FontSet:
    """Every font a package may use. `faces` are tried in order; the last may be the rare-character font."""

    faces: dict[Role, tuple[Face, ...]]
    widths: FixedWidths
    seeds: dict[Role, EmbeddedSubset]
    has_rare: bool
    shown: dict[tuple[str, float, Role], str] = field(default_factory=dict)
    """How texts are written that only shared characters make: :class:`Ink` fills it."""
    _known: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, fonts_dir: Path | None, node_modules: Path) -> FontSet:
        """Load Noto Serif SC from `node_modules` and, where `fonts_dir` holds it, the rare-character font."""
        regular, bold = _face(node_modules / _REGULAR), _face(node_modules / _BOLD)
        rare = _rare_face(fonts_dir)
        faces = {Role.REGULAR: (regular, *rare), Role.BOLD: (bold, *rare)}
        seeds = {
            role: EmbeddedSubset(tuple(seed_characters(role.value, faces[role][0].covers)), faces[role][0], SMALLEST)
            for role in Role
        }
        widths = FixedWidths({role: _Widths(faces[role]) for role in Role})
        return cls(faces, widths, seeds, bool(rare))

    def check(self, text: str, field_name: str) -> None:
        """Refuse a character that no font holds, naming it and the field it stands in."""
        if self._known.issuperset(text):
            return
        for char in text:
            if char not in self._known:
                if not self.covers(char):
                    raise MissingGlyphError(char, field_name)
                self._known.add(char)

    def covers(self, char: str) -> bool:
        """Say whether the character can be printed."""
        if category(char) in _UNSEEN:  # a reader would see another text than a program: bidi controls, zero width
            return char in _BREAKS
        return any(face.covers(char) for face in self.faces[Role.REGULAR])

    def missing(self, text: Iterable[str]) -> set[str]:
        """Return the characters that cannot be printed."""
        unknown = set(text) - self._known
        lacking = {char for char in unknown if not self.covers(char)}
        self._known.update(unknown - lacking)
        return lacking


def _face(path: Path) -> Face:
    if not path.is_file():
        raise FontFileError(f"{path.name} is not there: run `npm ci`, which installs Noto Serif SC")
    return Face(path)


def _rare_face(fonts_dir: Path | None) -> tuple[Face, ...]:
    """Load the rare-character font if it is there; refuse a file that is not the pinned one."""
    path = fonts_dir / RARE_FILE if fonts_dir else None
    if path is None or not path.is_file():
        return ()
    if sha256(path.read_bytes()).hexdigest() != RARE_SHA256:
        raise FontFileError(f"{path.name} is not the pinned version: delete it and run tools/fetch_fonts.py")
    return (Face(path),)
