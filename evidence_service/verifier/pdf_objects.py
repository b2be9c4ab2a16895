"""Reads the few PDF objects on the way to an embedded file: plain cross-reference tables, no compressed objects.

Spec: ISO 32000-2 7.2 to 7.5. Strict and small: what our PDFs never hold is refused, never guessed. Nothing is drawn,
run or decoded but the one stream that is asked for.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any

from evidence_service.errors import MalformedInputError

MAX_DEPTH = 24
MAX_OBJECTS = 500_000
MAX_UPDATES = 64
MAX_STREAM = 64 << 20
SPACE = b"\x00\t\n\x0c\r "
DELIMITERS = b"()<>[]{}/%" + SPACE
NUMBER = re.compile(rb"[+-]?\d{1,10}(\.\d{0,10})?\Z")
REFERENCE = re.compile(rb"(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+R(?=[\x00\t\n\x0c\r \]>/<(\[]|\Z)")
OBJECT = re.compile(rb"(\d{1,10})[\x00\t\n\x0c\r ]+(\d{1,5})[\x00\t\n\x0c\r ]+obj")
START = re.compile(rb"startxref[\r\n ]+(\d{1,12})[\r\n ]+%%EOF[\r\n ]*\Z")
SECTION = re.compile(rb"(\d{1,10}) (\d{1,10})[ \r\n]+")
ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r\n]{2}")
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class PdfError(MalformedInputError):
    """The PDF is not one of ours, or damaged on the way to its evidence."""

    code = "pdf-malformed"


class Name(str):
    """A PDF name such as /Type, without its slash."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an indirect object."""

    number: int
    generation: int


class PdfObjects:
    """The objects of one PDF, by number; the newest update of each."""

    def __init__(self, raw: bytes) -> None:
        if not raw.startswith(b"%PDF-"):
            raise PdfError("it does not begin as a PDF")
        self._raw = raw
        self._offsets: dict[int, tuple[int, int]] = {}
        self._read: dict[Reference, tuple[Any, int]] = {}
        self.trailer = self._read_tables()
        if "Encrypt" in self.trailer:
            raise PdfError("it is encrypted")

    def resolve(self, value: Any) -> Any:
        """The value itself, or the object that it refers to."""
        if not isinstance(value, Reference):
            return value
        return self._object(value)[0]

    def dictionary(self, value: Any, what: str) -> dict[str, Any]:
        """The value as a dictionary."""
        found = self.resolve(value)
        if not isinstance(found, dict):
            raise PdfError(f"{what} is not a dictionary")
        return found

    def stream(self, value: Any, what: str) -> bytes:
        """The bytes of a stream: stored plainly, or deflated (with a cap on what comes out)."""
        if not isinstance(value, Reference):
            raise PdfError(f"{what} is not a stream")
        head, at = self._object(value)
        if not isinstance(head, dict):
            raise PdfError(f"{what} is not a stream")
        length, filters = self.resolve(head.get("Length")), self.resolve(head.get("Filter"))
        at = self._skip(at)
        if self._raw[at : at + 6] != b"stream" or not isinstance(length, int) or not 0 <= length <= len(self._raw):
            raise PdfError(f"{what} is not a stream")
        at += 8 if self._raw[at + 6 : at + 8] == b"\r\n" else 7
        packed = self._raw[at : at + length]
        if len(packed) != length or not self._raw[at + length :].lstrip(b"\r\n").startswith(b"endstream"):
            raise PdfError(f"{what} does not end where it says")
        if filters is None:
            return packed
        if filters not in ("FlateDecode", ["FlateDecode"]) or head.get("DecodeParms") is not None:
            raise PdfError(f"{what} is packed in a way that is not read here")
        return _inflate(packed, what)

    def _object(self, reference: Reference) -> tuple[Any, int]:
        """The object and where it ends; read once, however often it is referred to."""
        if reference not in self._read:
            self._read[reference] = self._read_object(reference)
        return self._read[reference]

    def _read_object(self, reference: Reference) -> tuple[Any, int]:
        place = self._offsets.get(reference.number)
        if place is None or place[1] != reference.generation:
            raise PdfError(f"object {reference.number} is missing")
        match = OBJECT.match(self._raw, place[0])
        if match is None or int(match[1]) != reference.number or int(match[2]) != reference.generation:
            raise PdfError(f"object {reference.number} does not lie where the table says")
        return self._value(match.end(), 0)

    def _read_tables(self) -> dict[str, Any]:
        start = START.search(self._raw, max(0, len(self._raw) - 256))
        if start is None:
            raise PdfError("it does not end as a PDF")
        newest: dict[str, Any] | None = None
        at, seen = int(start[1]), set[int]()
        while True:
            if at in seen or len(seen) >= MAX_UPDATES:
                raise PdfError("its tables go in a circle")
            seen.add(at)
            trailer = self._read_table(at)
            newest = trailer if newest is None else newest
            earlier = trailer.get("Prev")
            if earlier is None:
                return newest
            if not isinstance(earlier, int) or "XRefStm" in trailer:
                raise PdfError("its tables are of a kind that is not read here")
            at = earlier

    def _read_table(self, at: int) -> dict[str, Any]:
        at = self._skip(at)
        if self._raw[at : at + 4] != b"xref":
            raise PdfError("its cross-reference table is not a plain one")
        at = self._skip(at + 4)
        while (section := SECTION.match(self._raw, at)) is not None:
            first, count, at = int(section[1]), int(section[2]), section.end()
            if count > MAX_OBJECTS:
                raise PdfError("too many objects")
            for number in range(first, first + count):
                entry = ENTRY.match(self._raw, at)
                if entry is None:
                    raise PdfError("its cross-reference table is damaged")
                at = entry.end()
                # The newest table was read first and wins; a freed object hides older ones.
                self._offsets.setdefault(number, (int(entry[1]), int(entry[2]) if entry[3] == b"n" else -1))
        at = self._skip(at)
        if self._raw[at : at + 7] != b"trailer":
            raise PdfError("it has no trailer")
        trailer, _ = self._value(at + 7, 0)
        if not isinstance(trailer, dict):
            raise PdfError("its trailer is damaged")
        return trailer

    def _skip(self, at: int) -> int:
        raw, end = self._raw, len(self._raw)
        while at < end:
            if raw[at] in SPACE:
                at += 1
            elif raw[at : at + 1] == b"%":
                while at < end and raw[at] not in b"\r\n":
                    at += 1
            else:
                break
        return at

    def _value(self, at: int, depth: int) -> tuple[Any, int]:
        if depth > MAX_DEPTH:
            raise PdfError("nested too deeply")
        at = self._skip(at)
        head = self._raw[at : at + 2]
        if head == b"<<":
            return self._dictionary(at + 2, depth)
        if head[:1] == b"[":
            return self._array(at + 1, depth)
        if head[:1] == b"/":
            return self._name(at + 1)
        if head[:1] == b"(":
            return self._string(at + 1)
        if head[:1] == b"<":
            return self._hex_string(at + 1)
        if (match := REFERENCE.match(self._raw, at)) is not None:
            return Reference(int(match[1]), int(match[2])), match.end()
        return self._word(at)

    def _dictionary(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            at = self._skip(at)
            if self._raw[at : at + 2] == b">>":
                return found, at + 2
            if self._raw[at : at + 1] != b"/":
                raise PdfError("a dictionary is damaged")
            name, at = self._name(at + 1)
            if name in found:
                raise PdfError("a dictionary holds a name twice")
            found[name], at = self._value(at, depth + 1)

    def _array(self, at: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            at = self._skip(at)
            if self._raw[at : at + 1] == b"]":
                return found, at + 1
            value, at = self._value(at, depth + 1)
            found.append(value)

    def _name(self, at: int) -> tuple[Name, int]:
        end = at
        while end < len(self._raw) and self._raw[end] not in DELIMITERS:
            end += 1
        raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), self._raw[at:end])
        return Name(raw.decode("latin-1")), end

    def _string(self, at: int) -> tuple[bytes, int]:
        out, open_brackets = bytearray(), 1
        while at < len(self._raw):
            char = self._raw[at : at + 1]
            at += 1
            if char == b"\\":
                char, at = self._escape(at)
            elif char == b"(":
                open_brackets += 1
            elif char == b")":
                open_brackets -= 1
                if not open_brackets:
                    return bytes(out), at
            out += char
        raise PdfError("a string does not end")

    def _escape(self, at: int) -> tuple[bytes, int]:
        octal = re.compile(rb"[0-7]{1,3}").match(self._raw, at)
        if octal is not None:
            return bytes([int(octal[0], 8) & 0xFF]), octal.end()
        char = self._raw[at : at + 1]
        return (b"" if char in (b"\r", b"\n") else ESCAPES.get(char, char)), at + 1

    def _hex_string(self, at: int) -> tuple[bytes, int]:
        end = self._raw.find(b">", at)
        digits = b"".join(self._raw[at:end].split()) if end >= 0 else b"?"
        try:
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), end + 1
        except ValueError:
            raise PdfError("a hexadecimal string is damaged") from None

    def _word(self, at: int) -> tuple[Any, int]:
        end = at
        while end < len(self._raw) and self._raw[end] not in DELIMITERS:
            end += 1
        word = self._raw[at:end]
        if NUMBER.match(word):
            return (int(word) if b"." not in word else word.decode()), end
        known = {b"true": True, b"false": False, b"null": None}
        if word in known:
            return known[word], end
        raise PdfError(f"not an object at byte {at}")


def _inflate(packed: bytes, what: str) -> bytes:
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(packed, MAX_STREAM + 1)
    except zlib.error:
        raise PdfError(f"{what} cannot be unpacked") from None
    if len(content) > MAX_STREAM:
        raise PdfError(f"{what} unpacks to more than {MAX_STREAM >> 20} MiB")
    if not inflate.eof:
        raise PdfError(f"{what} is cut off")
    return content
