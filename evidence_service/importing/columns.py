"""One column of a source: where it stands in the file, what kind of value it holds, how the value is read.

Spec: docs/guide/importing.md, section "columns". A reader gives a text, a whole number, true or false, or None for
an empty cell; anything else is a RowError that names the column and never its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import NoReturn

from evidence_service.importing.decimals import exact_decimal, exact_product
from evidence_service.importing.records import RowError
from evidence_service.importing.times import (
    day_reader,
    instant_from_offset,
    instant_reader,
    iso_day,
    written_day,
    zone_named,
)
from evidence_service.importing.yaml_nodes import Node

Value = str | int | bool
Cells = Sequence[str]
Getter = Callable[[Cells], Value | None]

INTEGER = re.compile(r"-?\d{1,15}\Z", re.ASCII)
NUMBER_KINDS = frozenset({"amount", "rate"})
MEMO_ENTRIES = 50_000
MEMO_TEXT = 64


class ColumnKind(StrEnum):
    """What a cell holds. A date may also be a month (its first day)."""

    TEXT = "text"
    INTEGER = "integer"
    AMOUNT = "amount"
    RATE = "rate"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the profile. `csv` and `xes` are its names in the file; `read` turns a cell into a value.

    A source that comes in several layouts names the column differently: the first of `csv` that a file has counts.
    """

    name: str
    line: int
    csv: tuple[str, ...]
    xes: str
    kind: ColumnKind
    zone: tzinfo
    read: Callable[[str], Value | None]

    def getter(self, index: int) -> Getter:
        """Make the reader of this column for a file that has it at this place."""
        read = _Memo(self.read)
        return lambda cells: read[cells[index]]


class _Memo(dict[str, "Value | None"]):
    """Remembers what short cells mean: sources repeat their dates and amounts."""

    def __init__(self, read: Callable[[str], Value | None]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: str) -> Value | None:
        value = self._read(cell)
        if len(cell) <= MEMO_TEXT:
            if len(self) >= MEMO_ENTRIES:
                self.clear()
            self[cell] = value
        return value


def column_from(name: str, node: Node) -> Column:
    """Read one entry under `columns`; a wrong key or value is a ProfileError with its line."""
    keys = node.only("kind", "csv", "xes", "format", "zone", "values", "other", "empty", "scale")
    kind_node = node.need("kind")
    try:
        kind = ColumnKind(kind_node.text())
    except ValueError:
        kind_node.fail(f"unknown kind {kind_node.text()!r}; known: {', '.join(ColumnKind)}")
    zone = _zone(keys.get("zone"))
    convert = _converter(name, kind, node, zone)
    empty = frozenset(keys["empty"].texts()) | {""} if "empty" in keys else frozenset({""})
    read = _reader(name, convert, empty)
    if "values" in keys:
        read = _through_table(name, keys, read)
    elif "other" in keys:
        keys["other"].fail("'other' needs 'values': it says what every other cell means")
    return Column(
        name=name,
        line=node.line,
        csv=_csv_names(keys["csv"]) if "csv" in keys else (name,),
        xes=keys["xes"].text() if "xes" in keys else name,
        kind=kind,
        zone=zone,
        read=read,
    )


def _csv_names(node: Node) -> tuple[str, ...]:
    names = node.texts()
    if not names:
        node.fail("no column of the file is named")
    return names


def _zone(node: Node | None) -> tzinfo:
    if node is None:
        return UTC
    try:
        return zone_named(node.text())
    except ValueError:
        node.fail(f"no time zone {node.text()!r} on this machine; use UTC, +08:00 or Asia/Shanghai")


def _reader(name: str, convert: Callable[[str], Value], empty: frozenset[str]) -> Callable[[str], Value | None]:
    def read(cell: str) -> Value | None:
        return None if cell in empty else convert(cell)

    return read


def _through_table(
    name: str, keys: Mapping[str, Node], read: Callable[[str], Value | None]
) -> Callable[[str], Value | None]:
    table = {cell: meaning.text() for cell, meaning in keys["values"].pairs().items()}
    other = keys["other"].text() if "other" in keys else None

    def look_up(cell: str) -> Value | None:
        meaning = table.get(cell, other if cell else table.get("", ""))
        if meaning is None:
            raise RowError("unmapped-value", f"column {name}: a value that the profile's table does not have")
        return read(meaning)

    return look_up


def _converter(name: str, kind: ColumnKind, node: Node, zone: tzinfo) -> Callable[[str], Value]:
    keys = node.pairs()
    for key, kinds in (("format", {"date", "instant"}), ("zone", {"date", "instant"}), ("scale", NUMBER_KINDS)):
        if key in keys and kind not in kinds:
            keys[key].fail(f"{key!r} has no meaning for a column of kind {kind}")
    match kind:
        case ColumnKind.TEXT:
            return _text
        case ColumnKind.INTEGER:
            return lambda cell: _integer(cell.strip(), name)
        case ColumnKind.BOOLEAN:
            return lambda cell: _boolean(cell, name)
        case ColumnKind.AMOUNT | ColumnKind.RATE:
            return _decimal_converter(name, keys.get("scale"))
        case ColumnKind.DATE | ColumnKind.INSTANT:
            return _time_converter(name, kind, node, zone)


def _text(cell: str) -> Value:
    return cell


def _integer(cell: str, name: str) -> Value:
    if not INTEGER.match(cell):
        raise RowError("bad-integer", f"column {name}: not a whole number of at most 15 digits")
    return int(cell)


def _boolean(cell: str, name: str) -> Value:
    if cell not in ("true", "false"):
        raise RowError("bad-boolean", f"column {name}: neither true nor false; give the words under 'values'")
    return cell == "true"


def _decimal_converter(name: str, scale: Node | None) -> Callable[[str], Value]:
    if scale is None:
        return lambda cell: exact_decimal(cell.strip(), name)
    try:
        factor = Decimal(exact_decimal(scale.text(), "scale"))
    except RowError:
        scale.fail("'scale' is a decimal such as 0.01")
    return lambda cell: exact_decimal(exact_product(exact_decimal(cell.strip(), name), factor), name)


def _time_converter(name: str, kind: ColumnKind, node: Node, zone: tzinfo) -> Callable[[str], Value]:
    is_day = kind is ColumnKind.DATE
    format_node = node.pairs().get("format")
    pattern = format_node.text() if format_node else ("iso" if is_day else "offset")
    named: dict[str, Callable[[str], str]] = (
        {"iso": iso_day, "written": written_day} if is_day else {"offset": instant_from_offset}
    )
    parse = named.get(pattern)
    if parse is None:
        if "%" not in pattern:
            node.pairs()["format"].fail(f"unknown format; use {', '.join(named)} or a pattern such as %Y-%m-%d")
        parse = day_reader(pattern) if is_day else instant_reader(pattern, zone)
    return _timed(name, kind, parse, pattern)


def _timed(name: str, kind: ColumnKind, parse: Callable[[str], str], pattern: str) -> Callable[[str], Value]:
    def refuse() -> NoReturn:
        wanted = {"iso": "2011-12-01", "offset": "2011-10-01T00:38:44.546+02:00"}.get(pattern, pattern)
        raise RowError(f"bad-{kind}", f"column {name}: not a real time in the form {wanted}")

    def convert(cell: str) -> Value:
        try:
            return parse(cell.strip())
        except (ValueError, OverflowError):
            refuse()

    return convert
