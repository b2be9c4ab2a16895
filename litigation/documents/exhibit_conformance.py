"""How far a foreign page allows the whole file to be PDF/A-3: its fonts, colours, filters and effects.

Spec: docs/spec/papers.md section 14; ISO 19005-3 6.2. What is not known to be allowed counts as not allowed: a claim
that is withheld harms nobody. Hints to the viewer that change no content (/Interpolate) are taken off the page.
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf

from litigation.documents.exhibit_limits import is_huge
from litigation.documents.pdfa import Level

_FILTERS = frozenset({"/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/ASCIIHexDecode", "/ASCII85Decode"})
_FORBIDDEN_KEYS = frozenset({"/TR", "/HTP", "/OPI", "/Ref", "/Alternates", "/OC", "/FFilter"})
_FORBIDDEN_VALUES = frozenset({"/DeviceCMYK", "/DeviceN", "/Separation", "/OCG", "/OCMD", "/PS", "/Type3"})
# inks of a press (k, K), inline images (BI): named in the stream itself, where no resource tells of them
_INKS = re.compile(rb"(?:[\d.]\s+[kK]|/DeviceCMYK|\bBI)(?:\s|$)")
_WIDEST = 20_000
"""Objects looked at; a page with more is not vouched for."""


def level_of(form: Any) -> Level:
    """Judge a page that has become a form XObject, with everything that it reaches."""
    level, seen, waiting = Level.UNICODE, set[tuple[int, int]](), [form]
    looked = 0
    while waiting:
        item = waiting.pop()
        looked += 1
        if looked > _WIDEST:
            return Level.NONE
        if isinstance(item, pikepdf.Array):
            waiting += list(item)
            continue
        if isinstance(item, pikepdf.Name) and str(item) in _FORBIDDEN_VALUES:
            return Level.NONE
        if not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        if item.objgen != (0, 0):
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        level = min(level, _own_level(item))
        if level is Level.NONE:
            return level
        waiting += [value for key, value in item.items() if key != "/Parent"]
    return level


def _own_level(item: Any) -> Level:
    """Judge one dictionary or stream without what it points at."""
    if any(key in item for key in _FORBIDDEN_KEYS):
        return Level.NONE
    if "/TR2" in item and str(item.TR2) != "/Default":
        return Level.NONE
    if "/Interpolate" in item:
        del item["/Interpolate"]
    if isinstance(item, pikepdf.Stream):
        return _stream_level(item)
    return _font_level(item) if item.get("/Type") == "/Font" else Level.UNICODE


def _stream_level(item: Any) -> Level:
    filters = item.get("/Filter", pikepdf.Array())
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    if "/F" in item or not _FILTERS.issuperset(str(name) for name in names):
        return Level.NONE
    if item.get("/Subtype") == "/Form" or "/PatternType" in item:
        return Level.NONE if is_huge(item) or _INKS.search(item.read_bytes()) else Level.UNICODE
    return Level.UNICODE


def _font_level(font: Any) -> Level:
    """A font must bring its own program; to be read as text it needs a ToUnicode map."""
    kind = str(font.get("/Subtype", ""))
    if kind in ("/CIDFontType0", "/CIDFontType2"):
        lacks_map = kind == "/CIDFontType2" and "/CIDToGIDMap" not in font
        return Level.NONE if lacks_map or not _has_program(font) else Level.UNICODE
    if kind == "/Type0":
        if str(font.get("/Encoding", "")) not in ("/Identity-H", "/Identity-V"):
            return Level.NONE
    elif not _has_program(font) or _is_muddled(font, kind):
        return Level.NONE
    return Level.UNICODE if "/ToUnicode" in font else Level.BASIC


def _has_program(font: Any) -> bool:
    descriptor = font.get("/FontDescriptor", {})
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def _is_muddled(font: Any, kind: str) -> bool:
    """A TrueType font that is symbolic has no encoding, any other has a standard one (ISO 19005-3 6.2.11.6)."""
    if kind != "/TrueType":
        return False
    symbolic = bool(int(font.FontDescriptor.get("/Flags", 0)) & 4)
    standard = str(font.get("/Encoding", "")) in ("/WinAnsiEncoding", "/MacRomanEncoding")
    return "/Encoding" in font if symbolic else not standard
