"""What a profile writes behind a field: a fixed text, one column, a text with columns, or a difference.

Spec: docs/guide/importing.md, section "values". `EUR` is a fixed text, `{amount}` is the typed value of a column,
`case:{case_id}` is a text with columns in it. An expression whose column is empty has no value at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evidence_service.core.catalogue import Kind
from evidence_service.importing.columns import Cells, Column, ColumnKind, Getter, Value
from evidence_service.importing.decimals import exact_difference
from evidence_service.importing.yaml_nodes import Node

HOLE = re.compile(r"\{([^{}]*)\}")
FITS: Mapping[Kind, frozenset[ColumnKind]] = {
    Kind.AMOUNT: frozenset({ColumnKind.AMOUNT, ColumnKind.RATE}),
    Kind.RATE: frozenset({ColumnKind.AMOUNT, ColumnKind.RATE}),
    Kind.INTEGER: frozenset({ColumnKind.INTEGER}),
    Kind.BOOLEAN: frozenset({ColumnKind.BOOLEAN}),
    Kind.DATE: frozenset({ColumnKind.DATE}),
    Kind.INSTANT: frozenset({ColumnKind.INSTANT}),
}
"""Which columns may stand alone in a field of that kind; the other kinds take any."""

Bind = Callable[[Mapping[str, Getter]], Getter]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled value. `columns` are the columns it needs; `bind` makes its reader for one file."""

    columns: tuple[str, ...]
    bind: Bind


def expression_from(node: Node, columns: Mapping[str, Column], kind: Kind = Kind.TEXT) -> Expression:
    """Compile what stands behind a field of that kind; a misfit is a ProfileError with its line."""
    if isinstance(node.value, dict):
        return _difference(node, columns, kind)
    text = node.text()
    names = HOLE.findall(text)
    for name in names:
        if name not in columns:
            node.fail(f"no column {name!r} under 'columns'")
    if not names:
        return _constant(node, text, kind)
    if text == "{" + names[0] + "}":
        return _column(node, columns[names[0]], kind)
    if kind in FITS:
        node.fail(f"a field of kind {kind} takes one column or a fixed value, not a text with columns in it")
    return _template(text)


def _constant(node: Node, text: str, kind: Kind) -> Expression:
    if "{" in text or "}" in text:
        node.fail("a brace without a column name")
    value: Value = text
    if kind is Kind.BOOLEAN:
        value = node.flag()
    elif kind is Kind.INTEGER:
        if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
            node.fail("a whole number is expected here")
        value = int(text)
    return Expression((), lambda _: lambda _: value)


def _column(node: Node, column: Column, kind: Kind) -> Expression:
    if kind in FITS and column.kind not in FITS[kind]:
        node.fail(f"column {column.name!r} is of kind {column.kind}; this field takes {kind}")
    name = column.name
    if kind in (Kind.TEXT, Kind.CURRENCY, Kind.DIGEST) and column.kind in (ColumnKind.INTEGER, ColumnKind.BOOLEAN):
        return _template("{" + name + "}")
    return Expression((name,), lambda getters: getters[name])


def _template(text: str) -> Expression:
    pieces = HOLE.split(text)
    names = pieces[1::2]
    pattern = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])

    def bind(getters: Mapping[str, Getter]) -> Getter:
        holes = [getters[name] for name in names]

        def value(cells: Cells) -> str | None:
            found = [_as_text(hole(cells)) for hole in holes]
            return None if None in found else pattern % tuple(found)

        return value

    return Expression(tuple(names), bind)


def _as_text(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value is not None else None


def _difference(node: Node, columns: Mapping[str, Column], kind: Kind) -> Expression:
    operands = node.only("subtract")
    names = node.need("subtract").texts()
    if kind not in (Kind.AMOUNT, Kind.RATE) or len(names) != 2:
        node.fail("'subtract: [a, b]' takes two columns and gives an amount")
    first, second = names
    for name in (first, second):
        if name not in columns or columns[name].kind not in FITS[Kind.AMOUNT]:
            operands["subtract"].fail(f"{name!r} is not a column of kind amount or rate")

    def bind(getters: Mapping[str, Getter]) -> Getter:
        left, right = getters[first], getters[second]

        def value(cells: Cells) -> str | None:
            minuend, subtrahend = left(cells), right(cells)
            if minuend is None or subtrahend is None:
                return None
            return exact_difference(str(minuend), str(subtrahend))

        return value

    return Expression((first, second), bind)
