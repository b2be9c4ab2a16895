"""Rows into events: a profile bound to the columns of one file, compiled into closures.

Spec: docs/guide/importing.md. A row gives all of its events or none; the errors name columns and fields, not values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evidence_service.core.event import EVENT_ID
from evidence_service.importing.columns import Cells, Column, ColumnKind, Getter, Value
from evidence_service.importing.expressions import Expression
from evidence_service.importing.profile import Profile
from evidence_service.importing.records import Accepted, ImportFileError, Record, RowError
from evidence_service.importing.templates import EventTemplate, TimeSource, bound_tests
from evidence_service.importing.times import start_of_day

MAX_LOAN = 128
Build = Callable[[Cells], dict[str, Any]]
MapRow = Callable[[int, Cells], Sequence[Record]]
Moment = Callable[[Cells], tuple[str, str]]


def mapper_for(profile: Profile, header: Sequence[str], kind: str, file: str) -> MapRow:
    """Bind a profile to the columns of a file of that kind (`csv` or `xes`).

    A missing column, and a column that the profile neither reads nor ignores, refuses the whole file.
    """
    places = {name: index for index, name in enumerate(header)}
    names = {name: _name_in(column, places, kind) for name, column in profile.columns.items()}
    wanted = set(names.values())
    missing = sorted(wanted - places.keys())
    if missing:
        raise ImportFileError(f"{file}: no column {', '.join(missing)}; profile {profile.name} reads it")
    others = [name for name in header if name not in wanted and name not in profile.ignored]
    if others and profile.form.other_columns == "refuse" and kind == "csv":
        raise ImportFileError(
            f"{file}: profile {profile.name} does not know column {', '.join(others)}; name it under "
            "'columns' or 'ignored', or set 'other_columns: attributes'"
        )
    extra = {name: places[name] for name in others} if profile.form.other_columns == "attributes" else {}
    getters = {name: column.getter(places[names[name]]) for name, column in profile.columns.items()}
    if profile.by:
        return _one_event(profile, getters, extra)
    return _several_events(profile, getters, extra)


def _name_in(column: Column, places: Mapping[str, int], kind: str) -> str:
    """What a column is called in this file: the first of its names that is there."""
    if kind != "csv":
        return column.xes
    return next((name for name in column.csv if name in places), column.csv[0])


def _one_event(profile: Profile, getters: Mapping[str, Getter], extra: Mapping[str, int]) -> MapRow:
    builders = {cell: _builder(template, getters, profile, extra) for cell, template in profile.table.items()}
    activity_of = getters[profile.by]

    def map_row(line: int, cells: Cells) -> Sequence[Record]:
        try:
            activity = activity_of(cells)
            build = builders.get(str(activity))
            if build is None:
                raise RowError(
                    "unmapped-activity", f"{profile.by} {str(activity)[:60]!r} is not in the profile's table"
                )
            return (Accepted(line, build(cells)),)
        except RowError as error:
            return (error.rejected(line),)

    return map_row


def _several_events(profile: Profile, getters: Mapping[str, Getter], extra: Mapping[str, int]) -> MapRow:
    builders = [
        (bound_tests(template.when, getters), _builder(template, getters, profile, extra))
        for template in profile.events
    ]

    def map_row(line: int, cells: Cells) -> Sequence[Record]:
        try:
            records = [Accepted(line, build(cells)) for holds, build in builders if holds(cells)]
            if not records:
                raise RowError("no-event", "no entry of the profile's 'events' applies to this row")
            return records
        except RowError as error:
            return (error.rejected(line),)

    return map_row


def _builder(
    template: EventTemplate, getters: Mapping[str, Getter], profile: Profile, extra: Mapping[str, int]
) -> Build:
    """Compile one event. The order of the steps is the order of the properties in docs/spec/event.md."""
    code, version, institution = template.type.code, template.type.version, profile.institution
    event_id = template.id.bind(getters)
    loan = template.loan.bind(getters)
    moment = _moment(template.times, profile.columns, getters)
    actor = _filled(template.actor, getters)
    source = dict(template.source)
    environment = _filled(template.environment, getters)
    subjects = [subject.bind(getters) for subject in template.subjects]
    required = frozenset(field.name for field in template.type.fields if field.required)
    payload = _payload(template.payload, required, getters, code)
    attributes = _filled(template.attributes, getters)

    def build(cells: Cells) -> dict[str, Any]:
        occurred_at, basis = moment(cells)
        fields = payload(cells)
        known = attributes(cells)
        if extra:
            known.update((name, cells[place]) for name, place in extra.items() if cells[place])
        if basis:
            known["time_basis"] = basis
        if known:
            fields["attributes"] = known
        who = actor(cells)
        if "role" not in who or "org" not in who:
            raise RowError("missing-value", "actor.role and actor.org are needed; a column for them is empty")
        return {
            "id": _event_id(event_id(cells)),
            "institution": institution,
            "loan": _loan(loan(cells)),
            "type": code,
            "type_version": version,
            "occurred_at": occurred_at,
            "actor": who,
            "source": source.copy(),
            "environment": environment(cells),
            "subjects": [text for subject in subjects if (text := subject(cells)) is not None],
            "payload": fields,
        }

    return build


def _filled(group: Mapping[str, Expression], getters: Mapping[str, Getter]) -> Callable[[Cells], dict[str, Value]]:
    bound = [(name, part.bind(getters)) for name, part in group.items()]

    def fill(cells: Cells) -> dict[str, Value]:
        return {name: value for name, get in bound if (value := get(cells)) is not None}

    return fill


def _payload(
    group: Mapping[str, Expression], required: frozenset[str], getters: Mapping[str, Getter], code: str
) -> Callable[[Cells], dict[str, Any]]:
    fill = _filled(group, getters)
    names = [name for name in group if name in required]

    def payload(cells: Cells) -> dict[str, Any]:
        fields: dict[str, Any] = fill(cells)
        for name in names:
            if name not in fields:
                columns = ", ".join(group[name].columns)
                raise RowError("missing-value", f"column {columns}: empty, but {code} needs payload.{name}")
        return fields

    return payload


def _moment(times: Sequence[TimeSource], columns: Mapping[str, Column], getters: Mapping[str, Getter]) -> Moment:
    if len(times) == 1 and columns[times[0].column].kind is ColumnKind.INSTANT:
        only, basis = getters[times[0].column], times[0].basis

        def instant(cells: Cells) -> tuple[str, str]:
            value = only(cells)
            if value is None:
                raise RowError("missing-value", f"column {times[0].column}: empty, but it is the time of the event")
            return str(value), basis

        return instant
    return _first_moment([(getters[time.column], columns[time.column], time.basis) for time in times])


def _first_moment(choices: Sequence[tuple[Getter, Column, str]]) -> Moment:
    def first(cells: Cells) -> tuple[str, str]:
        for get, column, basis in choices:
            value = get(cells)
            if value is not None:
                text = str(value)
                return (start_of_day(text, column.zone) if column.kind is ColumnKind.DATE else text), basis
        names = ", ".join(column.name for _, column, _ in choices)
        raise RowError("missing-value", f"column {names}: all empty, but one of them is the time of the event")

    return first


def _event_id(value: Value | None) -> str:
    if value is None:
        raise RowError("missing-value", "a column of the event id is empty")
    text = str(value)
    if not EVENT_ID.match(text):
        raise RowError("bad-id", "the event id has other characters than A-Z a-z 0-9 . _ : - or more than 128")
    return text


def _loan(value: Value | None) -> str:
    if value is None:
        raise RowError("missing-value", "the column of the loan is empty")
    text = str(value)
    if not 0 < len(text) <= MAX_LOAN:
        raise RowError("bad-loan", f"the loan reference is longer than {MAX_LOAN} characters")
    return text
