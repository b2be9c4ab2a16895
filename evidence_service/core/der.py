"""DER: the one-spelling encoding of ASN.1 in which timestamp tokens and certificates are written.

Spec: X.690 sections 8 and 10 to 11, docs/spec/timestamp.md. A small reader of what a timestamp token needs: definite
lengths in their shortest form, low tag numbers, and the few universal types. Anything else is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence_service.errors import MalformedInputError

BOOLEAN, INTEGER, OCTETS, NULL, OID = 0x01, 0x02, 0x04, 0x05, 0x06
UTF8, GENERALIZED_TIME, SEQUENCE, SET = 0x0C, 0x18, 0x30, 0x31
CONTEXT = 0xA0
"""Constructed, context-specific tag 0; tag n is CONTEXT + n."""
MAX_INTEGER_BYTES = 64
TIME = re.compile(rb"(\d{14})(?:\.(\d{0,8}[1-9]))?Z\Z")


class DerError(MalformedInputError):
    """Bytes are not DER, or not the element that stands here."""

    code = "der-malformed"


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag byte, its content, and all of its bytes."""

    tag: int
    content: bytes
    raw: bytes

    def reader(self) -> Reader:
        """Reads the elements inside."""
        return Reader(self.content)


class Reader:
    """Takes the elements of a content one after another."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._content)

    def any(self) -> Element:
        """The next element, whatever it is."""
        element = _element(self._content, self._at)
        self._at += len(element.raw)
        return element

    def take(self, tag: int) -> Element:
        """The next element, which must have this tag."""
        element = self.any()
        if element.tag != tag:
            raise DerError(f"an element with tag 0x{tag:02x} stands here, not 0x{element.tag:02x}")
        return element

    def take_if(self, tag: int) -> Element | None:
        """The next element if it has this tag; an optional part."""
        if self.more and self._content[self._at] == tag:
            return self.any()
        return None

    def rest(self) -> tuple[Element, ...]:
        """Every element that is left."""
        found = []
        while self.more:
            found.append(self.any())
        return tuple(found)

    def end(self) -> None:
        """Nothing may be left."""
        if self.more:
            raise DerError("more elements than belong here")


def read_der(raw: bytes, tag: int) -> Element:
    """The one element that these bytes are."""
    reader = Reader(raw)
    element = reader.take(tag)
    reader.end()
    return element


def integer(element: Element) -> int:
    """A whole number in its shortest form, at most 64 bytes."""
    content = _of(element, INTEGER)
    if not content or len(content) > MAX_INTEGER_BYTES:
        raise DerError("a number has 1 to 64 bytes")
    if len(content) > 1 and content[0] in (0x00, 0xFF) and (content[0] == 0xFF) == (content[1] >= 0x80):
        raise DerError("a number is not in its shortest form")
    return int.from_bytes(content, "big", signed=True)


def boolean(element: Element) -> bool:
    """True or false, as DER spells them."""
    content = _of(element, BOOLEAN)
    if content not in (b"\x00", b"\xff"):
        raise DerError("a truth value is 00 or ff")
    return content == b"\xff"


def octets(element: Element) -> bytes:
    """The bytes of an octet string."""
    return _of(element, OCTETS)


def oid(element: Element) -> str:
    """An object identifier in dotted form."""
    content = _of(element, OID)
    if not content or content[-1] & 0x80 or len(content) > MAX_INTEGER_BYTES:
        raise DerError("an object identifier is cut short, empty or too long")
    arcs, value, begins = [], 0, True
    for byte in content:
        if begins and byte == 0x80:
            raise DerError("an object identifier is not in its shortest form")
        value, begins = value << 7 | byte & 0x7F, not byte & 0x80
        if begins:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def generalized_time(element: Element) -> datetime:
    """An instant in UTC. Of a fraction the first six digits count: an instant here has microseconds."""
    match = TIME.match(_of(element, GENERALIZED_TIME))
    if match is None:
        raise DerError("an instant is written YYYYMMDDhhmmss, perhaps a fraction, and Z")
    digits, fraction = match[1].decode(), (match[2] or b"").decode()[:6].ljust(6, "0")
    try:
        return datetime.strptime(digits + fraction, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        raise DerError("there is no such day or hour") from None


def _of(element: Element, tag: int) -> bytes:
    if element.tag != tag:
        raise DerError(f"an element with tag 0x{tag:02x} stands here, not 0x{element.tag:02x}")
    return element.content


def _element(raw: bytes, start: int) -> Element:
    """X.690 8.1: tag, length, content. 10.1: the length in its shortest form, never indefinite."""
    if start + 2 > len(raw):
        raise DerError("the bytes end before an element does")
    tag, length, at = raw[start], raw[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag number above 30")
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or at + count > len(raw):
            raise DerError("a length that is indefinite, too long or cut short")
        length, at = int.from_bytes(raw[at : at + count], "big"), at + count
        if length < 0x80 or length < 1 << 8 * (count - 1):
            raise DerError("a length that is not in its shortest form")
    if at + length > len(raw):
        raise DerError("the bytes end before an element does")
    return Element(tag, raw[at : at + length], raw[start : at + length])
