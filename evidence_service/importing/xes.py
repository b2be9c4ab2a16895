"""XES event logs (IEEE 1849): events streamed out of the XML, one row each, with flat memory.

Spec: docs/guide/importing.md. A document type declaration is refused, so there are no entities to expand. A row is an
event: its own attributes by key, those of its trace as `case:<key>`, its place in the trace as `event:index`.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from evidence_service.importing.lines import BROKEN_STREAM, cut_short, open_bytes
from evidence_service.importing.mapping import mapper_for
from evidence_service.importing.profile import Profile
from evidence_service.importing.records import MAX_ROW_BYTES, ImportFileError, Record, Rejected

CHUNK = 64 * 1024
MAX_TOKEN = 4 * MAX_ROW_BYTES
"""The longest single tag that is still held in memory to be rejected by itself."""
DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
REPLACED = "\ufffd"
RawEvent = tuple[int, dict[str, str]]


def read_xes(path: Path, profile: Profile) -> Iterator[Record]:
    """Read an XES log through its profile. Broken XML ends the reading with a last `Rejected` that says so."""
    header = sorted({column.xes for column in profile.columns.values()})
    map_row = mapper_for(profile, header, "xes", path.name)
    with open_bytes(path) as stream:
        for found in _events(stream, path.name):
            if isinstance(found, Rejected):
                yield found
                continue
            line, attributes = found
            bad = _unreadable(line, attributes)
            if bad:
                yield bad
            else:
                yield from map_row(line, [attributes.get(name, "") for name in header])


def _unreadable(line: int, attributes: dict[str, str]) -> Rejected | None:
    if any(REPLACED in value for value in attributes.values()):
        return Rejected(line, "broken-utf-8", "the event holds bytes that are not in the encoding of the file")
    if sum(map(len, attributes.values())) > MAX_ROW_BYTES:
        return Rejected(line, "row-too-large", "the event is longer than 4 MiB")
    return None


def _events(stream: BinaryIO, file: str) -> Iterator[RawEvent | Rejected]:
    first = b""
    try:
        first = stream.read(CHUNK)
    except BROKEN_STREAM:
        yield cut_short(1)
        return
    decoder = _decoder(first, file)
    log = _LogParser(file)
    chunk = first
    while True:
        final = not chunk
        try:
            log.feed(decoder.decode(chunk, final).encode("utf-8"), final)
        except expat.ExpatError as error:
            yield from log.drain()
            text = expat.errors.messages[error.code]
            if not log.rows:
                raise ImportFileError(f"{file}, line {error.lineno}: not XML: {text}") from None
            yield Rejected(error.lineno, "broken-xml", f"not XML from here on ({text}); later events were not read")
            return
        yield from log.drain()
        if log.stuck():
            yield Rejected(log.line, "row-too-large", "a tag is longer than 16 MiB; later events were not read")
            return
        if final:
            return
        try:
            chunk = stream.read(CHUNK)
        except BROKEN_STREAM:
            yield cut_short(log.line)
            return


def _decoder(first: bytes, file: str) -> codecs.IncrementalDecoder:
    declared = DECLARED.match(first.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode("ascii") if declared else "utf-8"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    try:
        codec = codecs.lookup("utf-8-sig" if name.lower() in ("utf-8", "utf8") else name)
    except LookupError:
        raise ImportFileError(f"{file}: unknown encoding {name}") from None
    return codec.incrementaldecoder(errors="replace")


class _LogParser:
    """Turns the tags of one log into events. `rows` counts those seen."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows = 0
        self._ready: deque[RawEvent] = deque()
        self._path: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._event_line = 0
        self._index = 0
        self._fed = 0
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._parser = parser

    @property
    def line(self) -> int:
        """The line that the parser has come to."""
        return self._parser.CurrentLineNumber

    def feed(self, text: bytes, final: bool) -> None:
        """Give the parser the next bytes."""
        self._fed += len(text)
        self._parser.Parse(text, final)

    def drain(self) -> Iterator[RawEvent]:
        """Hand out the events that are complete."""
        while self._ready:
            yield self._ready.popleft()

    def stuck(self) -> bool:
        """Say whether one tag has grown beyond what is held in memory."""
        return self._fed - max(self._parser.CurrentByteIndex, 0) > MAX_TOKEN

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        raise ImportFileError(
            f"{self.file}, line {self.line}: a document type declaration (DOCTYPE) is refused; remove it"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        path = self._path
        depth = len(path)
        if depth == 0 and tag != "log":
            raise ImportFileError(f"{self.file}, line {self.line}: not an XES log: it starts with <{tag[:40]}>")
        if path == ["log"] and tag == "trace":
            self._trace, self._index = {}, 0
        elif depth and path[0] == "log" and tag == "event" and path[-1] in ("trace", "log"):
            self._event, self._event_line = {}, self.line
        elif tag in VALUES and depth:
            self._value(attributes)
        path.append(tag)

    def _value(self, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key"), attributes.get("value")
        if key is None or value is None:
            return
        if self._path[-1] == "event":
            self._event[key] = value
        elif self._path == ["log", "trace"]:
            self._trace["case:" + key] = value

    def _end(self, tag: str) -> None:
        self._path.pop()
        if tag.rpartition(":")[2] == "event" and self._path and self._path[-1] in ("trace", "log"):
            trace = self._trace if self._path[-1] == "trace" else {}
            row = {**trace, **self._event, "event:index": str(self._index)}
            self._ready.append((self._event_line, row))
            self._index += 1
            self.rows += 1
