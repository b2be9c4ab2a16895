"""One event of a profile: its type, who, when, which loan, and what stands in its payload.

Spec: docs/guide/importing.md, sections "event", "table" and "events". Every field is checked against the event
catalogue when the profile is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evidence_service.core.catalogue import CATALOGUE, EventType, Kind
from evidence_service.core.event import MECHANISMS
from evidence_service.importing.columns import Cells, Column, ColumnKind, Getter, Value
from evidence_service.importing.decimals import exact_decimal
from evidence_service.importing.expressions import Expression, expression_from
from evidence_service.importing.records import RowError
from evidence_service.importing.yaml_nodes import Node

COMMON = ("id", "loan", "time", "actor", "source", "subjects", "environment", "attributes")
Test = Callable[[Cells], bool]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What all events of a profile share."""

    institution: str
    profile: str
    version: str
    withheld: tuple[str, ...]
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Where an event's time comes from: the first of these columns that is not empty. `basis` says in words what
    that time is; it goes into attributes.time_basis, so that nobody takes a month for a moment."""

    column: str
    basis: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on one column that must hold for the event to exist."""

    column: str
    test: Callable[[Value | None], bool]


@dataclass(frozen=True, slots=True)
class EventTemplate:
    """A checked event of the profile, not yet bound to the columns of a file."""

    type: EventType
    when: tuple[Condition, ...]
    id: Expression
    loan: Expression
    times: tuple[TimeSource, ...]
    actor: Mapping[str, Expression]
    source: Mapping[str, str]
    subjects: tuple[Expression, ...]
    environment: Mapping[str, Expression]
    payload: Mapping[str, Expression]
    attributes: Mapping[str, Expression]

    @property
    def source_system(self) -> str:
        """Name the system that the rows come from."""
        return self.source["system"]

    @property
    def columns(self) -> set[str]:
        """Name every column that this event looks at."""
        parts = [self.id, self.loan, *self.subjects]
        for group in (self.actor, self.environment, self.payload, self.attributes):
            parts.extend(group.values())
        names = {name for part in parts for name in part.columns}
        return names | {time.column for time in self.times} | {condition.column for condition in self.when}


def templates_from(root: Node, facts: FileFacts) -> tuple[str, Mapping[str, EventTemplate], tuple[EventTemplate, ...]]:
    """Read `by` and `table`, or `events`; exactly one of the two ways."""
    keys = root.pairs()
    defaults = keys["event"].only(*COMMON) if "event" in keys else {}
    if ("table" in keys) == ("events" in keys):
        root.fail("give either 'by' and 'table' (one event per row) or 'events' (several)")
    if "table" in keys:
        by = root.need("by")
        if by.text() not in facts.columns:
            by.fail(f"no column {by.text()!r} under 'columns'")
        rows = keys["table"].pairs()
        return by.text(), {cell: _template(node, defaults, facts) for cell, node in rows.items()}, ()
    entries = keys["events"].items()
    for entry in entries:
        if len(entries) > 1:
            entry.need("id")  # or two events of a row would bear one id
    return "", {}, tuple(_template(entry, defaults, facts) for entry in entries)


def _template(node: Node, defaults: Mapping[str, Node], facts: FileFacts) -> EventTemplate:
    own = node.only("type", "when", "payload", *COMMON)
    found = {**defaults, **own}
    for name in ("id", "loan", "time", "actor", "source"):
        if name not in found:
            node.fail(f"{name!r} is missing, here and under 'event'")
    kind = CATALOGUE.get(node.need("type").text())
    if kind is None:
        node.need("type").fail(f"no event type {node.need('type').text()!r} in the catalogue")
    columns = facts.columns
    attributes = {**_group(defaults.get("attributes"), columns), **_group(own.get("attributes"), columns)}
    environment = _group(found.get("environment"), columns)
    if facts.withheld:
        text = Node(node.file, node.line, ", ".join(facts.withheld))
        environment["withheld"] = expression_from(text, columns)
    subjects = found["subjects"].items() if "subjects" in found else []
    return EventTemplate(
        type=kind,
        when=_conditions(own.get("when"), columns),
        id=expression_from(found["id"], columns),
        loan=expression_from(found["loan"], columns),
        times=_times(found["time"], columns),
        actor=_actor(found["actor"], columns),
        source=_source(found["source"]),
        subjects=tuple(expression_from(item, columns) for item in subjects),
        environment=environment,
        payload=_payload(node, own.get("payload"), kind, columns),
        attributes=attributes,
    )


def _group(node: Node | None, columns: Mapping[str, Column]) -> dict[str, Expression]:
    if node is None:
        return {}
    for name, item in node.pairs().items():
        if not name.isascii() or not name:
            item.fail(f"the name {name!r} is not ASCII")
    return {name: expression_from(item, columns) for name, item in node.pairs().items()}


def _actor(node: Node, columns: Mapping[str, Column]) -> dict[str, Expression]:
    node.only("id", "role", "org")
    for name in ("role", "org"):
        node.need(name)
    return _group(node, columns)


def _source(node: Node) -> dict[str, str]:
    node.only("system", "mechanism", "version")
    found = {name: node.need(name).text() for name in ("system", "mechanism", "version")}
    if found["mechanism"] not in MECHANISMS:
        node.need("mechanism").fail("mechanism is automatic, manual or imported")
    return found


def _times(node: Node, columns: Mapping[str, Column]) -> tuple[TimeSource, ...]:
    if isinstance(node.value, dict):
        pairs = node.need("first_of").pairs()
        node.only("first_of")
        found = [(item, TimeSource(name, item.text())) for name, item in pairs.items()]
    else:
        found = [(node, TimeSource(node.text(), ""))]
    for item, source in found:
        column = columns.get(source.column)
        if column is None or column.kind not in (ColumnKind.INSTANT, ColumnKind.DATE):
            item.fail(f"{source.column!r} is not a column of kind instant or date")
        if column.kind is ColumnKind.DATE and not source.basis:
            item.fail("a day or month is no moment: write 'time: {first_of: {column: what it is}}'")
    if not found:
        node.fail("'first_of' names no column")
    return tuple(source for _, source in found)


def _payload(place: Node, node: Node | None, kind: EventType, columns: Mapping[str, Column]) -> dict[str, Expression]:
    items = node.pairs() if node else {}
    fields: dict[str, Expression] = {}
    for name, item in items.items():
        field = kind.field(name)
        if name == "attributes":
            item.fail("'attributes' stands beside 'payload', not in it")
        if field is None:
            item.fail(f"{kind.code} has no field {name!r}; put it under 'attributes'")
        if field.kind in (Kind.TEXTS, Kind.MAP):
            item.fail(f"field {name!r} is a list or map; put the values under 'attributes'")
        fields[name] = expression_from(item, columns, field.kind)
    for field in kind.fields:
        if field.required and field.name not in fields:
            place.fail(f"{kind.code} needs payload.{field.name}")
    return fields


def _conditions(node: Node | None, columns: Mapping[str, Column]) -> tuple[Condition, ...]:
    if node is None:
        return ()
    found: list[Condition] = []
    for name, test in node.pairs().items():
        if name not in columns:
            test.fail(f"no column {name!r} under 'columns'")
        found.append(Condition(name, _test(test, columns[name])))
    return tuple(found)


def _test(node: Node, column: Column) -> Callable[[Value | None], bool]:
    keys = node.only("any_of", "over", "given")
    if len(keys) != 1:
        node.fail("one of any_of, over, given")
    if "any_of" in keys:
        wanted = frozenset(keys["any_of"].texts())
        return lambda value: value is not None and str(value) in wanted
    if "given" in keys:
        given = keys["given"].flag()
        return lambda value: (value is not None) is given
    if column.kind not in (ColumnKind.AMOUNT, ColumnKind.RATE, ColumnKind.INTEGER):
        node.fail("'over' compares numbers; this column is not one")
    try:
        bound = Decimal(exact_decimal(keys["over"].text(), column.name))
    except RowError:
        keys["over"].fail("'over' takes a number")
    return lambda value: value is not None and Decimal(str(value)) > bound


def bound_tests(conditions: tuple[Condition, ...], getters: Mapping[str, Getter]) -> Test:
    """Make one test of all conditions for the columns of a file."""
    tests = [(getters[condition.column], condition.test) for condition in conditions]
    return lambda cells: all(test(get(cells)) for get, test in tests)
