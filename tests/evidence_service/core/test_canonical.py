"""Canonical JSON: RFC 8785 examples, equality with the oracle, and every form of input that the profile refuses."""

from __future__ import annotations

import json
import struct
import sys
import unicodedata
from time import monotonic
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core.canonical import (
    MAX_DEPTH,
    MAX_INTEGER,
    CanonicalError,
    canonical_bytes,
    encode_checked,
    parse_canonical,
    parse_strict,
)
from evidence_service.core.typed_event import TypedEvents
from evidence_service.errors import MalformedInputError
from tests.evidence_service.examples import event_value
from tests.vectors import canonical_json as known

DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # Unicode Bidi_Control


def in_profile(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not any(
        0xFDD0 <= ord(char) <= 0xFDEF or ord(char) & 0xFFFE == 0xFFFE or char in DIRECTION for char in text
    )


TEXTS = st.text(max_size=20).filter(in_profile)
NAMES = st.text(st.characters(max_codepoint=0x7F), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda children: st.lists(children, max_size=5) | st.dictionaries(NAMES, children, max_size=5),
    max_leaves=25,
)


def test_the_sample_of_rfc_8785_is_refused_for_its_floats_only_and_the_oracle_prints_the_bytes_of_the_standard() -> (
    None
):
    with pytest.raises(CanonicalError, match=r"\$\.numbers\[0\]: a number with a fraction"):
        parse_strict(known.SAMPLE)
    assert rfc8785.dumps(json.loads(known.SAMPLE)) == known.SAMPLE_CANONICAL
    without_floats = {name: value for name, value in json.loads(known.SAMPLE).items() if name != "numbers"}
    assert canonical_bytes(without_floats) == rfc8785.dumps(without_floats)


def test_the_string_of_that_sample_is_written_as_rfc_8785_3_2_4_prints_it() -> None:
    assert canonical_bytes(parse_strict(known.SAMPLE_STRING)) == known.SAMPLE_STRING_CANONICAL


def test_names_beyond_ascii_are_refused_and_the_oracle_sorts_them_as_rfc_8785_3_2_3() -> None:
    with pytest.raises(CanonicalError, match="property names are ASCII"):
        parse_strict(known.SORTING)
    assert list(json.loads(rfc8785.dumps(json.loads(known.SORTING))).values()) == known.SORTED_VALUES


@pytest.mark.parametrize("double", known.NUMBERS)
def test_the_oracle_prints_the_numbers_of_rfc_8785_appendix_b(double: str) -> None:
    assert rfc8785.dumps(struct.unpack(">d", bytes.fromhex(double))[0]).decode() == known.NUMBERS[double]


@pytest.mark.parametrize("double", known.NOT_NUMBERS)
def test_nan_and_infinity_are_errors_everywhere_as_in_rfc_8785_appendix_b(double: str) -> None:
    number = struct.unpack(">d", bytes.fromhex(double))[0]
    with pytest.raises(rfc8785.FloatDomainError):
        rfc8785.dumps(number)
    with pytest.raises(CanonicalError):
        canonical_bytes(number)


@given(VALUES)
def test_the_fast_encoder_equals_the_oracle_inside_the_profile(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_written_is_read_back_and_is_canonical(value: Any) -> None:
    raw = canonical_bytes(value)
    assert parse_strict(raw) == value
    assert parse_canonical(raw) == value


@given(VALUES)
def test_white_space_escapes_and_order_do_not_change_the_canonical_bytes(value: Any) -> None:
    loose = json.dumps(value, indent=1, ensure_ascii=True).encode()
    assert canonical_bytes(parse_strict(loose)) == canonical_bytes(value)


@given(VALUES, st.data())
def test_canonical_bytes_with_one_byte_changed_are_refused_or_mean_something_else(
    value: Any, data: st.DataObject
) -> None:
    raw = canonical_bytes(value)
    at = data.draw(st.integers(0, len(raw) - 1))
    other = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        read = parse_canonical(other)
    except CanonicalError:
        return
    assert canonical_bytes(read) == other != raw


HOSTILE = {
    "a name twice": (b'{"a":1,"a":2}', "'a' occurs twice"),
    "a name twice, once escaped": (b'{"a":1,"\\u0061":2}', "'a' occurs twice"),
    "a name twice deep inside": (b'[{"x":{"a":1,"b":2,"a":1}}]', "occurs twice"),
    "NaN": (b'{"a":NaN}', r"\$\.a: NaN is no number"),
    "Infinity": (b"[Infinity]", "Infinity is no number"),
    "minus Infinity": (b"[-Infinity]", "-Infinity is no number"),
    "a float": (b'{"amount":1.5}', r"\$\.amount: a number with a fraction"),
    "a float that is whole": (b"[1.0]", "a number with a fraction"),
    "an exponent": (b"[1e2]", "an exponent"),
    "an exponent beyond doubles": (b"[1e400]", "an exponent"),
    "2^53": (b"[9007199254740992]", r"integer beyond 2\^53-1"),
    "minus 2^53": (b"[-9007199254740992]", r"integer beyond 2\^53-1"),
    "5,000 digits": (b"[" + b"9" * 5000 + b"]", r"integer beyond 2\^53-1"),
    "100,000 digits": (b"9" * 100_000, r"integer beyond 2\^53-1"),
    "minus zero": (b"[-0]", "minus zero"),
    "a lone high surrogate": (b'["\\ud800"]', r"\$\[0\]: lone surrogate"),
    "a lone low surrogate": (b'{"a":"\\udc00"}', r"\$\.a: lone surrogate"),
    "surrogates the wrong way round": (b'"\\ude00\\ud83d"', "lone surrogate"),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', "not UTF-8: bad byte at offset 1"),
    "a lone surrogate as a name": (b'{"\\ud800":1}', "property names are ASCII"),
    "a noncharacter": (b'"\xef\xbf\xbf"', "noncharacter"),
    "a noncharacter, escaped": (b'"\\ufdd0"', "noncharacter"),
    "a noncharacter of the last plane": (b'"\xf4\x8f\xbf\xbe"', "noncharacter"),
    "an override of text direction": ('{"a":"\u202e0001"}'.encode(), r"\$\.a: a control of text direction \(U\+202E\)"),
    "an isolate, escaped": (b'"\\u2066x"', r"text direction \(U\+2066\).*文字方向控制符"),
    "an Arabic letter mark": ('"\u061c"'.encode(), r"U\+061C"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "not UTF-8"),
    "a broken byte": (b'{"a":"\xff"}', "not UTF-8: bad byte at offset 6"),
    "an overlong form": (b'"\xc0\xaf"', "not UTF-8"),
    "a character cut short": (b'"\xe8\xaf"', "not UTF-8"),
    "a string not in NFC": ('"e\u0301"'.encode(), r"\$: string is not in Unicode NFC form"),
    "a name beyond ASCII": ('{"金额":"1"}'.encode(), "property names are ASCII"),
    "33 levels": (b"[" * 33 + b"]" * 33, "nested deeper than 32"),
    "33 levels of objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper than 32"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "nested deeper than 32"),
    "100,000 levels never closed": (b"[" * 100_000, "nested deeper than 32"),
    "100,000 levels after a bracket in a string": (b'["\\"[",' * 100_000, "nested deeper than 32"),
    "nothing": (b"", "not JSON"),
    "white space": (b" \n\t", "not JSON"),
    "two values": (b"1 2", "not JSON: Extra data at offset 2"),
    "a comma at the end": (b"[1,]", "not JSON"),
    "a comment": (b"[1/*x*/]", "not JSON"),
    "a control character in a string": (b'"a\nb"', "not JSON: Invalid control character"),
    "NUL": (b"\x00", "not JSON"),
    "a name without quotes": (b"{a:1}", "not JSON"),
    "white space of Unicode": ("[1]\u00a0".encode(), "not JSON"),
    "a leading zero": (b"[01]", "not JSON"),
    "a plus sign": (b"[+1]", "not JSON"),
    "a number in hex": (b"[0x10]", "not JSON"),
    "an underscore": (b"[1_0]", "not JSON"),
    "digits of another script": ("[\u0661]".encode(), "not JSON"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_a_clear_canonical_error(name: str) -> None:
    raw, message = HOSTILE[name]
    with pytest.raises(CanonicalError, match=message) as caught:
        parse_strict(raw)
    assert isinstance(caught.value, MalformedInputError)
    assert caught.value.code == "not-canonical"
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("char", DIRECTION)
def test_every_control_of_text_direction_is_found_by_both_ways_of_looking(char: str) -> None:
    for raw in (f'{{"a":"张{char}三"}}'.encode(), json.dumps({"a": char}).encode()):
        with pytest.raises(CanonicalError, match=f"U\\+{ord(char):04X}"):
            parse_strict(raw)
    assert parse_strict('["“张三”——……"]'.encode()) == ["“张三”——……"]  # marks of the same block that people write
    plain = event_value()
    marked = event_value(loan=f"L{char}1")
    assert TypedEvents().read(canonical_bytes(plain)) is not None
    assert TypedEvents().read(encode_checked(marked)) is None


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused_and_nothing_else_is_raised(raw: bytes) -> None:
    try:
        value = parse_strict(raw)
    except CanonicalError:
        return
    assert parse_strict(canonical_bytes(value)) == value


FRAGMENTS = [
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b":",
    b",",
    b"\\",
    b"\\u",
    b"d800",
    b"1",
    b"e9",
    b"-",
    b".",
    b"0",
    b" ",
    b"\n",
]
FRAGMENTS += [b"true", b"null", b"NaN", b'"a"', "王".encode(), b"\xff", b"\xef\xbb\xbf", b"9" * 30, b"[" * 40]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(b"".join))
@settings(max_examples=400)
def test_fragments_of_json_in_any_order_are_read_or_refused_and_nothing_else_is_raised(raw: bytes) -> None:
    try:
        value = parse_strict(raw)
    except CanonicalError:
        return
    assert encode_checked(value) == rfc8785.dumps(value)


def test_an_identity_card_number_sent_without_quotes_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(CanonicalError) as caught:
        parse_strict(b'{"payload":{"id_no":350102199001011234}}')
    assert str(caught.value) == "$.payload.id_no: integer beyond 2^53-1; send it as a string"
    with pytest.raises(CanonicalError) as caught:
        parse_strict(b'{"payload":{"monthly_income":8123.45}}')
    assert "8123" not in str(caught.value)


@pytest.mark.parametrize("name", ["\n", "\x1b[2J", "a\x7f", "a" * 500, "\r\n\t"])
def test_a_hostile_name_is_printed_short_on_one_line_and_without_control_characters(name: str) -> None:
    for raw in (
        json.dumps({name: 1.5}),
        json.dumps({"x": {name: "e\u0301"}}),
        f"{json.dumps({name: 1})[:-1]},{json.dumps({name: 1})[1:]}",
    ):
        with pytest.raises(CanonicalError) as caught:
            parse_strict(raw.encode())
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 200


def test_32_levels_and_the_largest_integers_are_inside_the_profile() -> None:
    deepest: Any = "x"
    for _ in range(MAX_DEPTH):
        deepest = [deepest]
    assert parse_strict(canonical_bytes(deepest)) == deepest
    assert parse_strict(b"[9007199254740991,-9007199254740991]") == [MAX_INTEGER, -MAX_INTEGER]
    with pytest.raises(CanonicalError, match="nested deeper"):
        canonical_bytes([deepest])


def test_brackets_inside_strings_are_not_depth() -> None:
    assert parse_strict(b'["' + b"[" * 1000 + b'"]') == ["[" * 1000]
    assert parse_strict(b'["\\"' + b"{" * 1000 + b'"]') == ['"' + "{" * 1000]


@pytest.mark.parametrize(
    "value", [1.0, {"a": 2**53}, {"a": (1,)}, {1: "a"}, b"x", {"a": {"b": {1, 2}}}, "\ud800", "e\u0301"]
)
def test_python_values_outside_the_profile_are_refused(value: Any) -> None:
    with pytest.raises(CanonicalError):
        canonical_bytes(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(CanonicalError, match="nested deeper"):
        canonical_bytes(loop)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(CanonicalError, match=r"\$\.payload\.items\[1\]: float has no place here"):
        canonical_bytes({"payload": {"items": ["1", 1.5]}})


@pytest.mark.parametrize(
    "raw", [b'{ "a":1}', b'{"b":1,"a":2}', b'"\\u0041"', b'"\\/"', b"1 ", b'"\\u00e9"', b'"\\n\\u000a"']
)
def test_json_that_is_not_in_canonical_form_is_read_but_not_taken_for_canonical(raw: bytes) -> None:
    parse_strict(raw)
    with pytest.raises(CanonicalError, match="not in canonical form"):
        parse_canonical(raw)


def test_parsing_leaves_the_limits_of_the_interpreter_alone() -> None:
    before = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    with pytest.raises(CanonicalError):
        parse_strict(b"9" * 10_000)
    assert (sys.getrecursionlimit(), sys.get_int_max_str_digits()) == before


def test_a_name_that_comes_twice_at_the_end_of_a_long_object_is_found_in_no_time() -> None:
    raw = b"{" + b"".join(b'"a%d":1,' % number for number in range(100_000)) + b'"z":1,"z":1}'
    began = monotonic()
    with pytest.raises(CanonicalError, match="'z' occurs twice"):
        parse_strict(raw)
    assert monotonic() - began < 5
