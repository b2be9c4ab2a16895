"""Events: every type of the catalogue has a valid example, and every wrong value is refused by its field's name."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.catalogue import CATALOGUE, EventType, Field, Kind, Stage
from evidence_service.core.event import (
    MAX_TEXT,
    EventError,
    check_not_future,
    event_from,
    format_instant,
    parse_event,
    parse_instant,
)
from evidence_service.core.payload import PayloadError
from evidence_service.errors import MalformedInputError
from tests.evidence_service.examples import GOOD, NOW, WRONG, attachment, event, event_value, line, payload_of

FIELDS = [(kind, field) for kind in CATALOGUE.values() for field in kind.fields]
TWO = ["borrower:B0001", "contact:C0001"]


def field_id(value: object) -> str:
    return value.code if isinstance(value, EventType) else value.name if isinstance(value, Field) else ""


def test_the_catalogue_covers_every_stage_and_names_every_type_in_two_languages() -> None:
    assert len(CATALOGUE) >= 88
    assert {kind.stage for kind in CATALOGUE.values()} == set(Stage)
    for code, kind in CATALOGUE.items():
        assert kind.code == code
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", code), code
        assert kind.zh, code
        assert kind.en.isascii(), code
        assert kind.proves, code
        assert kind.hook, code
        assert len({field.name for field in kind.fields}) == len(kind.fields), code
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", field.name) for field in kind.fields), code


@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
def test_every_type_has_a_valid_event(code: str, full: bool) -> None:
    value = event_value(code, payload=payload_of(CATALOGUE[code], full=full), subjects=TWO)
    parsed = parse_event(line(value))
    assert parsed.type is CATALOGUE[code]
    assert parsed.body == canonical_bytes(value)
    assert event_from(value) == parsed
    assert parse_event(parsed.body) == parsed


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=field_id)
def test_a_field_takes_its_own_kind_and_refuses_every_other_by_name(kind: EventType, field: Field) -> None:
    payload = payload_of(kind)
    event_from(event_value(kind.code, payload={**payload, field.name: GOOD[field.kind]}, subjects=TWO))
    for wrong in WRONG[field.kind]:
        with pytest.raises(PayloadError, match=rf"^payload\.{field.name}: "):
            event_from(event_value(kind.code, payload={**payload, field.name: wrong}))


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, field in FIELDS if field.other], ids=field_id)
def test_data_about_another_person_needs_that_person_second_in_the_subjects(kind: EventType, field: Field) -> None:
    payload = {**payload_of(kind), field.name: GOOD[field.kind]}
    for subjects in (None, [], ["borrower:B0001"]):
        with pytest.raises(EventError, match=rf"^payload\.{field.name}: is about another person"):
            event_from(event_value(kind.code, payload=payload, subjects=subjects))


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, field in FIELDS if field.required], ids=field_id)
def test_a_required_field_that_is_missing_is_named(kind: EventType, field: Field) -> None:
    payload = payload_of(kind)
    del payload[field.name]
    with pytest.raises(PayloadError, match=rf"^payload\.{field.name}: missing in {re.escape(kind.code)}"):
        event_from(event_value(kind.code, payload=payload))


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_field_that_the_type_does_not_know_is_refused(code: str) -> None:
    with pytest.raises(PayloadError, match=r"^payload\.surprise: unknown field of"):
        event_from(event_value(code, payload={**payload_of(CATALOGUE[code]), "surprise": "x"}))


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=2, allow_nan=False))
def test_any_amount_in_plain_decimals_is_taken_as_it_is_written(amount: Any) -> None:
    value = event_value(payload={"amount": f"{amount:f}", "currency": "CNY", "received_on": "2026-01-05"})
    assert event_from(value).payload["amount"] == f"{amount:f}"


TOP: dict[str, list[Any]] = {
    "id": [None, "", 7, "a b", "é", "x" * 129, "a/b", "E-1\n", ["E-1"], {}],
    "institution": [None, "", 7, "A", "x", "Sample-CF", "a_b", "-ab", "x" * 41, "样例", "ab\n", ["ab"]],
    "loan": [None, "", 7, "x" * 129, "LN\x00", "LN\n1", "\x1f", "LN\x7f", ["LN"], {}],
    "type": [None, "", 7, "loan.eaten", "payment.received ", ["payment.received"], {}],
    "type_version": [None, 0, 2, "1", True, [1]],
    "occurred_at": [
        *WRONG[Kind.INSTANT],
        "0000-01-01T00:00:00Z",
        "2026-01-05T02:03:04z",
        " 2026-01-05T02:03:04Z",
        ["x"],
    ],
    "actor": [None, "borrower", [], {"org": "x"}, {"role": "x"}, {"role": "", "org": "x"}, {"role": "x", "org": 7}],
    "source": [None, "core", [], {"system": "x", "mechanism": "automatic"}],
    "payload": [None, "x", []],
    "environment": [None, "x", ["x"], {"zone": 7}, {"zone": None}, {"zone": ""}, {"zone": ["x"]}],
    "subjects": [None, "borrower:1", {}, [7], [""], [None], ["x"] * 33],
    "attachments": [None, "x", {}, ["x"], [{}], [None], [attachment(b"x")] * 65],
    "corrects": [None, "", 7, "a b", ["E-0"]],
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [(name, wrong) for name, wrongs in TOP.items() for wrong in wrongs],
    ids=lambda value: repr(value)[:30],
)
def test_a_wrong_member_of_an_event_is_refused_by_its_name(name: str, wrong: Any) -> None:
    value = event_value()
    value[name] = wrong
    with pytest.raises(MalformedInputError, match=rf"^{name}\b"):
        event_from(value)


@pytest.mark.parametrize(
    "name", ["id", "institution", "loan", "type", "type_version", "occurred_at", "actor", "source", "payload"]
)
def test_a_member_that_is_missing_is_named(name: str) -> None:
    value = event_value()
    del value[name]
    with pytest.raises(EventError, match=rf"^{name}: missing"):
        event_from(value)


@pytest.mark.parametrize("name", ["captured_at", "Id", "__proto__", "content", "x" * 500, "\x1b[2J\n"])
def test_a_member_that_no_event_has_is_refused(name: str) -> None:
    with pytest.raises(EventError, match="unknown property of an event") as caught:
        event_from({**event_value(), name: "x"})
    assert len(str(caught.value)) < 150
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (r"actor\.name", {"actor": {"role": "x", "org": "y", "name": "z"}}),
        (r"actor\.id", {"actor": {"role": "x", "org": "y", "id": ""}}),
        (r"actor\.id", {"actor": {"role": "x", "org": "y", "id": 7}}),
        (r"source\.host", {"source": {"system": "x", "mechanism": "manual", "version": "1", "host": "z"}}),
        (r"source\.mechanism", {"source": {"system": "x", "mechanism": "guessed", "version": "1"}}),
        (r"source\.mechanism", {"source": {"system": "x", "mechanism": ["automatic"], "version": "1"}}),
        (r"source\.mechanism", {"source": {"system": "x", "mechanism": {}, "version": "1"}}),
        (r"source\.mechanism", {"source": {"system": "x", "mechanism": 1, "version": "1"}}),
        (r"source\.version", {"source": {"system": "x", "mechanism": "manual", "version": 4}}),
        (r"source\.system", {"source": {"system": "x" * (MAX_TEXT + 1), "mechanism": "manual", "version": "1"}}),
        (r"environment\.zone", {"environment": {"zone": "x" * (MAX_TEXT + 1)}}),
        (r"subjects\[1\]", {"subjects": ["ok", 7]}),
        (r"attachments\[0\]\.size", {"attachments": [{**attachment(b"x"), "size": -1}]}),
        (r"attachments\[0\]\.size", {"attachments": [{**attachment(b"x"), "size": True}]}),
        (r"attachments\[0\]\.size", {"attachments": [{**attachment(b"x"), "size": "1"}]}),
        (r"attachments\[0\]\.sha256", {"attachments": [{**attachment(b"x"), "sha256": "AB" * 32}]}),
        (r"attachments\[1\]\.sm3", {"attachments": [attachment(b"x"), {**attachment(b"y"), "sm3": "0x12"}]}),
        (r"attachments\[0\]\.name", {"attachments": [{**attachment(b"x"), "name": ""}]}),
        (r"attachments\[0\]\.media_type", {"attachments": [{**attachment(b"x"), "media_type": 7}]}),
        (r"attachments\[0\]\.content", {"attachments": [{**attachment(b"x"), "content": "eA=="}]}),
    ],
)
def test_a_wrong_value_inside_an_event_is_refused_by_its_place(place: str, change: dict[str, Any]) -> None:
    with pytest.raises(EventError, match=rf"^{place}: "):
        event_from({**event_value(), **change})


@pytest.mark.parametrize("member", ["id", "loan", "subjects", "payload", "environment", "actor"])
def test_a_refusal_never_repeats_a_value(member: str) -> None:
    secret = "350102199001011234"
    all_changes: dict[str, dict[str, Any]] = {
        "id": {"id": secret + "/"},
        "loan": {"loan": secret + "\n"},
        "subjects": {"subjects": [secret, 7]},
        "payload": {"payload": {**payload_of(CATALOGUE["payment.received"]), "amount": secret + "x"}},
        "environment": {"environment": {"zone": [secret]}},
        "actor": {"actor": {"id": [secret], "role": "x", "org": "y"}},
    }
    with pytest.raises(MalformedInputError) as caught:
        event_from({**event_value(), **all_changes[member]})
    assert secret not in str(caught.value)


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"null", b"7", b"", b"{", b'{"id":1.5}', b"\xff"])
def test_bytes_that_are_no_event_are_a_malformed_input_error(raw: bytes) -> None:
    with pytest.raises(MalformedInputError):
        parse_event(raw)


def test_floats_and_long_integers_are_refused_wherever_they_stand() -> None:
    payload = payload_of(CATALOGUE["payment.received"])
    for wrong in (1.5, 2**53, -(2**53), float("nan")):
        for change in (
            {"payload": {**payload, "instalment": wrong}},
            {"payload": {**payload, "attributes": {"x": wrong}}},
        ):
            with pytest.raises(MalformedInputError, match=r"^\$\.payload\."):
                event_from({**event_value(), **change})


def test_an_optional_member_may_be_left_out() -> None:
    bare = event(environment=None, subjects=None, actor={"role": "system", "org": "x"})
    assert json.loads(bare.body).keys() == event_value(environment=None, subjects=None).keys()


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_read_back_in_utc(moment: datetime) -> None:
    assert parse_instant(format_instant(moment), "x") == moment
    beijing = moment.astimezone(timezone(timedelta(hours=8)))
    assert format_instant(beijing) == format_instant(moment)


@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", fullmatch=True))
def test_any_text_is_an_instant_or_an_event_error(text: str) -> None:
    try:
        moment = parse_instant(text, "x")
    except EventError:
        return
    assert moment.tzinfo is UTC
    assert text.isascii()


def test_an_event_may_lie_five_minutes_ahead_of_our_clock_and_no_more() -> None:
    for seconds, good in ((-86400, True), (0, True), (300, True), (301, False), (86400, False)):
        at = event(occurred_at=format_instant(NOW + timedelta(seconds=seconds)))
        if good:
            check_not_future(at, NOW)
        else:
            with pytest.raises(EventError, match="occurred_at: lies in the future"):
                check_not_future(at, NOW)
