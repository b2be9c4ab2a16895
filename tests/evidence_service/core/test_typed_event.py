"""The fast way of reading and committing ends where the strict way ends, or does not answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evidence_service.core.canonical import MAX_INTEGER, canonical_bytes
from evidence_service.core.catalogue import CATALOGUE, EventType, Kind
from evidence_service.core.commit_batch import KEPT_ENDS, BatchCommitter
from evidence_service.core.commitment import commit_digests
from evidence_service.core.event import event_from, format_instant, parse_event
from evidence_service.core.event_parts import parts_of
from evidence_service.core.leaf import leaf_bytes, plain_leaf, plain_leaf_head
from evidence_service.core.prepared import Prepared, Preparer, prepared_bytes, prepared_from
from evidence_service.core.sealing import SECRET_BYTES
from evidence_service.core.typed_event import TypedEvents
from evidence_service.errors import MalformedInputError
from tests.evidence_service.examples import (
    GOOD,
    INSTITUTION,
    NOW,
    WRONG,
    Randomness,
    attachment,
    event_value,
    payload_of,
)

READER = TypedEvents()
PREPARER = Preparer()
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(
    ["王小明", "，。", "\n", '"', "𬱖"]
)
AMOUNTS = st.decimals(-(10**12), 10**12, places=2, allow_nan=False).map(lambda one: f"{one:f}")
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: TEXTS | st.just(""),
    Kind.AMOUNT: AMOUNTS,
    Kind.RATE: AMOUNTS,
    Kind.DATE: st.dates().map(str),
    Kind.INSTANT: st.datetimes().map(lambda one: one.isoformat() + "Z"),
    Kind.INTEGER: st.integers(-MAX_INTEGER, MAX_INTEGER),
    Kind.BOOLEAN: st.booleans(),
    Kind.DIGEST: st.binary(min_size=32, max_size=32).map(bytes.hex),
    Kind.CURRENCY: st.sampled_from(["CNY", "USD"]),
    Kind.TEXTS: st.lists(TEXTS, max_size=3),
    Kind.MAP: st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), TEXTS | st.booleans(), max_size=3),
}
SECRET = bytes(range(SECRET_BYTES))


def strict(line: bytes) -> Prepared | None:
    """What the strict way makes of a line with one secret; None where it refuses."""
    try:
        event = parse_event(line)
    except MalformedInputError:
        return None
    sd = ('"' + '","'.join(commit_digests(event, SECRET)) + '"').encode()
    subject = parts_of(event)[0].subject
    return Prepared(
        event.id, event.institution, event.loan, event.type.code, event.type.version,
        format_instant(event.occurred_at), subject, SECRET, sd, event.body,
    )  # fmt: skip


def fast(line: bytes, preparer: Preparer = PREPARER) -> Prepared | None:
    """What the fast way makes of it, its body filled in."""
    (found,) = preparer.prepare([line], lambda count: SECRET[:count])
    return None if found is None else replace(found, body=found.body or line)


def plain_value(kind: EventType, full: bool) -> dict[str, Any]:
    """An event of a type as the fast way takes it: nothing about another person."""
    payload = payload_of(kind, full=full)
    return event_value(kind.code, payload={name: payload[name] for name in payload if name not in kind.about_others})


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_type_goes_the_fast_way_and_ends_in_the_same_digests(code: str, full: bool) -> None:
    line = canonical_bytes(plain_value(CATALOGUE[code], full))
    assert READER.read(line) is not None
    assert fast(line) == strict(line) != None  # noqa: E711 - both, and neither refused


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    kind = CATALOGUE[draw(st.sampled_from(sorted(CATALOGUE)))]
    fields = [field for field in kind.fields if not field.other and (field.required or draw(st.booleans()))]
    return event_value(
        kind.code,
        id=draw(st.from_regex(r"[A-Za-z0-9._:\-]{1,20}", fullmatch=True)),
        loan=draw(TEXTS),
        occurred_at=draw(st.datetimes()).isoformat() + "Z",
        payload={field.name: draw(VALUES[field.kind]) for field in fields},
        actor={"role": draw(TEXTS), "org": "样例", **draw(st.sampled_from([{}, {"id": "staff:17"}]))},
        environment=draw(st.none() | st.dictionaries(st.sampled_from(["tz", "zone", "a b", 'q"']), TEXTS, max_size=3)),
        subjects=draw(st.none() | st.lists(TEXTS, max_size=2)),
    )


@given(events(), st.booleans(), st.booleans())
@settings(max_examples=400)
def test_random_events_end_the_same_on_both_ways(value: dict[str, Any], canonical: bool, escaped: bool) -> None:
    line = json.dumps(value, ensure_ascii=escaped, sort_keys=canonical, separators=(",", ":")).encode()
    found = fast(line)
    assert found is None or found == strict(line)


@given(events(), st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
@settings(max_examples=600)
def test_a_damaged_line_is_taken_fast_only_if_the_strict_way_takes_it_as_the_same(
    value: dict[str, Any], at: int, put: bytes, cut: int
) -> None:
    line = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    at %= len(line)
    damaged = line[:at] + put + line[at + cut :]
    found = fast(damaged)
    assert found is None or found == strict(damaged)


BASE = canonical_bytes(event_value())
NOT_FAST = {
    "a line break after a decimal": BASE.replace(b'"1200.50"', b'"1200.50\\n"'),
    "a day that is none": BASE.replace(b"2026-01-31", b"2026-02-31"),
    "an instant of a day that is none": BASE.replace(b"2026-01-05T", b"2026-02-30T"),
    "an hour that is none": BASE.replace(b"T02:", b"T24:"),
    "a name twice": BASE.replace(b'{"amount"', b'{"amount":"1","amount"'),
    "a name twice at the top": BASE.replace(b'{"actor"', b'{"id":"E-1","actor"'),
    "a fraction": BASE.replace(b'"type_version":1', b'"type_version":1.0'),
    "an exponent": BASE.replace(b'"type_version":1', b'"type_version":1e0'),
    "minus zero": BASE.replace(b'"currency":"CNY"', b'"currency":"CNY","instalment":-0'),
    "two to the 53rd": BASE.replace(b'"currency":"CNY"', b'"currency":"CNY","instalment":9007199254740992'),
    "a lone surrogate": BASE.replace(b'"east"', b'"\\ud800"'),
    "bad UTF-8": BASE.replace(b'"east"', b'"\xff"'),
    "a byte order mark": b"\xef\xbb\xbf" + BASE,
    "an unknown field": BASE.replace(b'"currency":"CNY"', b'"currency":"CNY","surprise":"x"'),
    "NaN": BASE.replace(b'"type_version":1', b'"type_version":NaN'),
    "a raw control character": BASE.replace(b'"east"', b'"e\x01st"'),
    "a noncharacter": BASE.replace(b'"east"', '"\ufdd0"'.encode()),
    "text that is not NFC": BASE.replace(b'"east"', '"e\u0301"'.encode()),
    "wide digits": BASE.replace(b'"1200.50"', '"１２"'.encode()),
    "true for a number": BASE.replace(b'"currency":"CNY"', b'"currency":"CNY","instalment":true'),
    "null": BASE.replace(b'"currency":"CNY"', b'"currency":null'),
    "an empty subject": BASE.replace(b'"borrower:B0001"', b'""'),
    "an empty line": b"",
    "two events": BASE + BASE,
    "half an event": BASE[:-9],
}


@pytest.mark.parametrize("what", NOT_FAST)
def test_every_trap_of_fast_parsers_is_left_to_the_strict_way_which_refuses(what: str) -> None:
    line = NOT_FAST[what]
    assert line != BASE
    assert READER.read(line) is None
    assert fast(line) is None
    assert strict(line) is None


LEFT = {
    "attachments": event_value(attachments=[attachment(b"x")]),
    "a correction": event_value(corrects="E-0"),
    "a link": event_value(corroborates=["E-0"]),
    "two subjects": event_value(subjects=["borrower:B0001", "guarantor:G0001"]),
}


@pytest.mark.parametrize("what", LEFT)
def test_what_is_not_plain_is_left_to_the_strict_way_which_takes_it(what: str) -> None:
    line = canonical_bytes(LEFT[what])
    assert fast(line) is None
    assert parse_event(line).body == line


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_values_of_every_kind_are_not_taken(kind: Kind) -> None:
    for found in CATALOGUE.values():
        name = next((field.name for field in found.fields if field.kind is kind and not field.other), None)
        if name is None:
            continue
        for wrong in WRONG[kind]:
            line = json.dumps(
                event_value(found.code, payload={**payload_of(found), name: wrong}), ensure_ascii=False, sort_keys=True,
                separators=(",", ":"),
            ).encode()  # fmt: skip
            assert fast(line) is None
        return


@pytest.mark.parametrize("line", [json.dumps(event_value()).encode(), json.dumps(event_value(), indent=1).encode()])
def test_white_space_and_another_order_are_put_right_on_the_fast_way(line: bytes) -> None:
    assert READER.read(line) is None
    assert fast(line) == strict(line) != None  # noqa: E711


@given(st.lists(events(), max_size=8), st.binary(min_size=8 * SECRET_BYTES, max_size=8 * SECRET_BYTES))
@example([event_value()] * 3, bytes(8 * SECRET_BYTES))
def test_a_batch_gives_each_event_the_digests_that_it_has_alone(values: list[dict[str, Any]], drawn: bytes) -> None:
    lines = [json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() for value in values]
    found = PREPARER.prepare(lines, lambda count: drawn[:count])
    for prepared, line in zip(found, lines, strict=True):
        if prepared is not None:
            digests = commit_digests(parse_event(line), prepared.secret)
            assert prepared.sd.decode() == '"' + '","'.join(digests) + '"'


def test_what_a_preparer_remembers_never_changes_a_result_also_when_it_overflows() -> None:
    preparer = Preparer()
    for number in range(2 * KEPT_ENDS + 100):
        value = event_value(
            actor={"id": f"staff:{number}", "role": "r", "org": "o"},
            environment={"zone": str(number)},
            source={"system": f"s{number}", "mechanism": "manual", "version": "1"},
            payload={**payload_of(CATALOGUE["payment.received"]), "instalment": number, "method": f"m{number}"},
        )
        line = canonical_bytes(value)
        found = fast(line, preparer)
        assert found is not None
        if number % 500 == 0:
            assert found == strict(line)


def test_true_and_one_are_kept_apart() -> None:
    values = [
        event_value("contract.signed", payload={**payload_of(CATALOGUE["contract.signed"]), "compound": compound})
        for compound in (True, False, True)
    ]
    preparer = Preparer()
    for value in values:
        line = canonical_bytes(value)
        assert fast(line, preparer) == strict(line)


@pytest.mark.parametrize("sequence", [0, 1, 10**9])
@pytest.mark.parametrize("moment", [NOW, NOW.replace(microsecond=120)])
def test_a_leaf_from_pieces_is_the_leaf_of_the_canonical_encoder(sequence: int, moment: Any) -> None:
    for code in CATALOGUE:
        event = event_from(plain_value(CATALOGUE[code], full=True))
        digests = commit_digests(event, SECRET)
        sd = ('"' + '","'.join(digests) + '"').encode()
        last = bytes(range(32)) if sequence else b""
        pieces = plain_leaf(
            plain_leaf_head(INSTITUTION, format_instant(moment)),
            b"R" * 22, format_instant(event.occurred_at), last, sd, sequence, code, 1,
        )  # fmt: skip
        assert pieces == leaf_bytes(event, "R" * 22, sequence, last.hex(), moment, digests)


def test_a_batch_survives_the_way_to_another_process() -> None:
    lines = [canonical_bytes(event_value(id=f"E-{number}")) for number in range(3)] + [b"broken"]
    batch = PREPARER.prepare(lines, Randomness())
    assert prepared_from(prepared_bytes(batch)) == batch
    assert batch[3] is None


def test_an_empty_batch_is_an_empty_batch() -> None:
    assert PREPARER.prepare([], Randomness()) == []
    assert BatchCommitter().commit([], b"") == []


def test_good_values_of_the_examples_cover_every_kind() -> None:
    assert set(VALUES) == set(GOOD) == set(Kind)
