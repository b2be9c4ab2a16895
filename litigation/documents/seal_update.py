"""The incremental update that carries a seal: appended to a bundle before its signature is there.

Spec: docs/spec/papers.md section 15; ISO 32000-2 7.5.6 (incremental updates), 12.8 (digital signatures). What is signed
is the digest of everything but the gap that is left: by a key of ours, or by a provider that answers later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pikepdf

from litigation.core.prepared_seal import PreparedSeal
from litigation.documents.problems import PdfInputError
from litigation.documents.seal_drawing import SIDE

FIELD = "ProofDocketSeal"
CADES = "ETSI.CAdES.detached"
_RIGHT, _LOW = 478.0, 686.0  # upper right of the cover, beside its title: free whatever the index is
_RECT = f"[{_RIGHT - SIDE / 2:g} {_LOW:g} {_RIGHT + SIDE / 2:g} {_LOW + SIDE:g}]".encode()
_START = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_TAIL = 64
_PREVIOUS = re.compile(rb"trailer\n<< /Size \d+ /Prev (\d{1,12}) /Root ")
_TRAILER = 512
_END = b"\n%%EOF\n"
_SAID = re.compile(rb"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /\S+ /Name <([0-9a-f]+)> (/Reason )?")
_TOKEN = b"060b2a864886f70d010910020e"  # id-aa-timeStampToken in the hex of the container
_PRINTED_LOCKED = 4 + 128
_WIDGET = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F %d /Rect %s /P %d 0 R /V %d 0 R /AP << /N %d 0 R >> >>"
Part = bytes | int
"""A piece of an object: bytes as they stand, or the place of another new object that is referred to."""


@dataclass(frozen=True, slots=True)
class SealLook:
    """What every seal of one key shares: who, why, its drawing as PDF objects, and the room for a signature."""

    name: str
    reason: str
    subfilter: str
    reserve: int
    drawing: tuple[tuple[Part, ...], ...]


def seal_look(name: str, reason: str, drawing: bytes, reserve: int, subfilter: str = CADES) -> SealLook:
    """Take a seal's drawing (a PDF of one page) apart, once for all bundles."""
    with pikepdf.open(BytesIO(drawing)) as document:
        objects = _Objects().of(document.pages[0].as_form_xobject())
    return SealLook(name, reason, subfilter, reserve, objects)


def prepare_seal(pdf: bytes, look: SealLook, when: datetime) -> PreparedSeal:
    """Append the field, the drawing and the empty signature. The same arguments give the same bytes.

    The bundle is read by qpdf for its catalogue and first page; nothing of it is written anew but these two.
    """
    start = _START.search(pdf, max(0, len(pdf) - _TAIL))
    try:
        document = pikepdf.open(BytesIO(pdf))
        root, page, trailer = document.Root, document.pages[0].obj, document.trailer
        size = int(trailer.Size)
        if start is None or not pdf.startswith(b"xref", int(start[1])) or "/AcroForm" in root:
            raise PdfInputError("the file to seal is no unsealed bundle with a plain cross-reference table")
    except (pikepdf.PdfError, IndexError, AttributeError, KeyError) as problem:
        raise PdfInputError("the file to seal is no PDF that can be opened") from problem
    signature, widget, first = size, size + 1, size + 2
    annotations = b" ".join(item.unparse() for item in page.get("/Annots", []))
    if "/Annots" in page:
        del page.Annots
    changed = {
        root.objgen[0]: _with(root, b"/AcroForm << /Fields [ %d 0 R ] /SigFlags 3 >>" % widget),
        page.objgen[0]: _with(page, b"/Annots [ %s %d 0 R ]" % (annotations, widget)),
        widget: _WIDGET % (FIELD.encode(), _PRINTED_LOCKED, _RECT, page.objgen[0], signature, first),
    }
    changed |= {first + place: _numbered(parts, first) for place, parts in enumerate(look.drawing)}
    body = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    return _written(body, changed, signature, _signature(look, when), int(start[1]), trailer)


@dataclass(frozen=True, slots=True)
class SealSeen:
    """What a sealed bundle says of its seal, and the bundle as it was before. Nothing of it is verified here."""

    unsealed: bytes
    holder: str
    sample: bool
    timestamp: bool


def seal_seen(pdf: bytes) -> SealSeen | None:
    """Read a seal of ours from a sealed bundle; None where there is none.

    The unsealed bundle ends with the line %%EOF that follows the table which the newest trailer names as /Prev.
    """
    trailer = pdf.rfind(b"trailer\n", max(0, len(pdf) - _TRAILER))
    found = _PREVIOUS.match(pdf, trailer) if trailer >= 0 else None
    end = pdf.find(_END, int(found[1])) if found else -1
    said = _SAID.search(pdf, end + len(_END)) if end >= 0 else None
    if said is None:
        return None
    holder = bytes.fromhex(said[1].decode()).decode("utf-16")
    return SealSeen(pdf[: end + len(_END)], holder, said[2] is not None, _TOKEN in pdf[said.end() : trailer])


def _signature(look: SealLook, when: datetime) -> tuple[bytes, bytes]:
    """The signature's dictionary before and after its two open values."""
    reason = b"/Reason %s " % _text(look.reason) if look.reason else b""
    head = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /%s /Name %s %s/M (D:%s) " % (
        look.subfilter.encode(),
        _text(look.name),
        reason,
        when.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode(),
    )
    return head, b"<" + b"0" * (look.reserve * 2) + b">"


def _written(
    body: bytes, objects: dict[int, bytes], signature: int, open_parts: tuple[bytes, bytes], previous: int, trailer: Any
) -> PreparedSeal:
    """Write objects, table and trailer behind the bundle, then the lengths of what is signed."""
    offsets: dict[int, int] = {}
    chunks, at = [body], len(body)
    for number, content in sorted(objects.items()):
        offsets[number] = at
        chunks.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        at += len(chunks[-1])
    head, contents = open_parts
    offsets[signature] = at
    opening = b"%d 0 obj\n%s/Contents " % (signature, head)
    gap = (at + len(opening), at + len(opening) + len(contents))
    after = [b"/ByteRange [ 0 %010d %010d ", b"", b" ] >>\nendobj\n"]
    # The last length is written with ten digits, so it is known before it is counted.
    table_at = gap[1] + 1 + len(after[0] % (0, 0)) + 10 + len(after[2])
    tail = (
        _table(offsets) + _trailer(trailer, max(offsets) + 1, previous, body) + b"startxref\n%d\n%%%%EOF\n" % table_at
    )
    total = table_at + len(tail)
    ranges = after[0] % gap + b"%010d" % (total - gap[1]) + after[2]
    chunks += [opening, contents, b" " + ranges, tail]
    return PreparedSeal(b"".join(chunks), gap)


def _table(offsets: dict[int, int]) -> bytes:
    """The cross-reference table of the update: one section for each run of numbers."""
    lines, run = [b"xref\n"], list[int]()
    for number in [*sorted(offsets), -1]:
        if run and number != run[-1] + 1:
            lines.append(b"%d %d\n" % (run[0], len(run)))
            lines += [b"%010d 00000 n \n" % offsets[one] for one in run]
            run = []
        run.append(number)
    return b"".join(lines)


def _trailer(old: Any, size: int, previous: int, body: bytes) -> bytes:
    info = b" /Info " + old.Info.unparse() if "/Info" in old else b""
    first = bytes(old.ID[0]).hex().encode() if "/ID" in old else b""
    identity = b" /ID [ <%s> <%s> ]" % (first, sha256(body).hexdigest()[:32].encode()) if first else b""
    return b"trailer\n<< /Size %d /Prev %d /Root %s%s%s >>\n" % (size, previous, old.Root.unparse(), info, identity)


def _with(item: Any, more: bytes) -> bytes:
    """A dictionary written out, with another entry at its end."""
    return bytes(item.unparse(resolved=True)).removesuffix(b">>") + more + b" >>"


def _numbered(parts: Iterable[Part], first: int) -> bytes:
    return b"".join(part if isinstance(part, bytes) else b"%d 0 R" % (first + part) for part in parts)


def _text(value: str) -> bytes:
    """A text string in UTF-16 with its mark, in hex (ISO 32000-2 7.9.2.2)."""
    return b"<%s>" % (b"\xfe\xff" + value.encode("utf-16-be")).hex().encode()


class _Objects:
    """Writes an object and all that it refers to; references stay open until the numbers are known."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, int], int] = {}
        self._written: dict[int, tuple[Part, ...]] = {}

    def of(self, item: Any) -> tuple[tuple[Part, ...], ...]:
        """The object, in first place, and the others."""
        self._placed(item)
        return tuple(self._written[place] for place in range(len(self._written)))

    def _placed(self, item: Any) -> int:
        key = item.objgen
        if key not in self._places or key == (0, 0):
            place = len(self._places)
            self._places[key] = place
            self._written[place] = tuple(self._content(item))
        return self._places[key]

    def _content(self, item: Any) -> Iterable[Part]:
        if not isinstance(item, pikepdf.Stream):
            yield from self._direct(item)
            return
        data, keys = item.read_raw_bytes(), dict(item.items())
        if data.endswith(b"\r"):  # the line end after it would read as half of one (saving.py)
            data = item.read_bytes()
            keys = {key: value for key, value in keys.items() if key not in ("/Filter", "/DecodeParms")}
        keys.pop("/Length", None)
        yield b"<< "
        for key, value in keys.items():
            yield from (key.encode(), b" ", *self._value(value), b" ")
        yield b"/Length %d >>\nstream\n%s\nendstream" % (len(data), data)

    def _value(self, value: Any) -> Iterable[Part]:
        if isinstance(value, pikepdf.Object) and value.objgen != (0, 0):
            yield self._placed(value)
        else:
            yield from self._direct(value)

    def _direct(self, value: Any) -> Iterable[Part]:
        if isinstance(value, pikepdf.Dictionary):
            yield b"<< "
            for key, entry in value.items():
                yield from (key.encode(), b" ", *self._value(entry), b" ")
            yield b">>"
        elif isinstance(value, pikepdf.Array):
            yield b"[ "
            for entry in value:
                yield from (*self._value(entry), b" ")
            yield b"]"
        else:
            yield _plain(value)


def _plain(value: Any) -> bytes:
    """Numbers, names, strings, true and false."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return bytes(value.unparse()) if isinstance(value, pikepdf.Object) else str(value).encode()
