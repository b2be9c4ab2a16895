"""What can stop a paper: a missing fact, a missing glyph, a font file, a template.

Each names the field, never the person. Spec: docs/spec/papers.md section 6.
"""

from __future__ import annotations

from typing import ClassVar
from unicodedata import category

from litigation.errors import LitigationError

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Mn"})


class PaperError(LitigationError):
    """A paper cannot be made."""

    code: ClassVar[str] = "paper"


class MissingFactError(PaperError):
    """Facts that a paper for filing must state are missing; all of them are named."""

    code: ClassVar[str] = "missing-fact"

    def __init__(self, defects: tuple[str, ...]) -> None:
        super().__init__(
            "this case is not ready for filing; missing: " + "; ".join(defects) + ". Supply the facts, or build a draft"
        )
        self.defects = defects


class MissingGlyphError(PaperError):
    """No font holds a character. `field` says where it stands."""

    code: ClassVar[str] = "missing-glyph"

    def __init__(self, char: str, field: str) -> None:
        if category(char) in _INVISIBLE:
            message = f"a character without visible form (U+{ord(char):04X}) stands in {field}: correct the field"
        else:
            message = (
                f"no font has the character {char} (U+{ord(char):04X}) in {field}: "
                "run tools/fetch_fonts.py for the rare-character font, or correct the field"
            )
        super().__init__(message)
        self.char = char
        self.field = field


class FontFileError(PaperError):
    """A font file is missing or is not the pinned one."""

    code: ClassVar[str] = "font-file"


class TemplateError(PaperError):
    """A template is malformed; the message names the file and the place."""

    code: ClassVar[str] = "template"


class PdfInputError(PaperError):
    """Bytes that should be one of our PDFs are not."""

    code: ClassVar[str] = "pdf-input"
