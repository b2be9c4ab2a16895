"""Canonical and strict JSON against the vectors of others: RFC 8785 pairs, ES6 numbers, JSONTestSuite."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from evidence_service.core.canonical import CanonicalError, canonical_bytes, parse_strict
from tests.conftest import CountCases

pytestmark = pytest.mark.shared


def read_or_none(raw: bytes) -> tuple[bool, Any]:
    """Whether the strict parser takes the bytes. Any other error than its own ends the test."""
    try:
        return True, parse_strict(raw)
    except CanonicalError:
        return False, None


def test_rfc_8785_pairs(vectors: Path, count_cases: CountCases) -> None:
    """The oracle gives the bytes of all six; ours gives them too where the input lies inside the profile."""
    folder, right, inside = vectors / "jcs" / "cyberphone", 0, []
    for path in sorted((folder / "input").glob("*.json")):
        expected = bytes.fromhex((folder / "outhex" / f"{path.stem}.txt").read_text())
        value = json.loads(path.read_bytes())
        right += rfc8785.dumps(value) == expected
        taken, read = read_or_none(path.read_bytes())
        if taken:
            inside.append(path.stem)
            assert canonical_bytes(read) == expected
    assert inside == ["arrays"]  # the others hold floats, names beyond ASCII or a string that is not in NFC
    count_cases("RFC 8785 pairs (cyberphone)", right, 6)


def test_es6_numbers(vectors: Path, count_cases: CountCases) -> None:
    right = 0
    with gzip.open(vectors / "jcs" / "es6-numbers" / "es6testfile100k.txt.gz", "rt") as lines:
        for line in lines:
            double, _, text = line.rstrip("\n").partition(",")
            number = struct.unpack(">d", bytes.fromhex(double.zfill(16)))[0]
            right += rfc8785.dumps(number).decode() == text
    count_cases("RFC 8785 numbers (ES6)", right, 100_000)


SUITE = Path("json-parsing") / "JSONTestSuite"


def test_what_is_not_json_is_refused(vectors: Path, count_cases: CountCases) -> None:
    files = sorted((vectors / SUITE / "test_parsing").glob("n_*.json"))
    refused = sum(not read_or_none(path.read_bytes())[0] for path in files)
    count_cases("JSONTestSuite: not JSON, refused", refused, 188)


OUTSIDE_THE_PROFILE = {
    "a number with a fraction or an exponent": [
        *("number", "number_0e+1", "number_0e1", "number_double_close_to_zero", "number_int_with_exp"),
        *("number_real_capital_e", "number_real_capital_e_neg_exp", "number_real_capital_e_pos_exp"),
        *("number_real_exponent", "number_real_fraction_exponent", "number_real_neg_exp", "number_real_pos_exponent"),
        *("number_simple_real", "object_extreme_numbers", "structure_lonely_negative_real"),
    ],
    "minus zero": ["number_minus_zero", "number_negative_zero"],
    "occurs twice": ["object_duplicated_key", "object_duplicated_key_and_value"],
    "Unicode noncharacter": [  # RFC 7493 2.1
        *("string_escaped_noncharacter", "string_last_surrogates_1_and_2", "string_nonCharacterInUTF-8_U+10FFFF"),
        *("string_nonCharacterInUTF-8_U+FFFF", "string_unicode_U+10FFFE_nonchar", "string_unicode_U+1FFFE_nonchar"),
        *("string_unicode_U+FDD0_nonchar", "string_unicode_U+FFFE_nonchar"),
    ],
}
"""Why our profile refuses 27 of the 95 texts that every JSON parser must take."""


def test_json_is_read_unless_the_profile_refuses_it(vectors: Path, count_cases: CountCases) -> None:
    files = sorted((vectors / SUITE / "test_parsing").glob("y_*.json"))
    reasons = {name: reason for reason, names in OUTSIDE_THE_PROFILE.items() for name in names}
    read = refused = 0
    for path in files:
        reason = reasons.pop(path.stem[2:], None)
        if reason is None:
            value = parse_strict(path.read_bytes())
            assert value == json.loads(path.read_bytes())
            read += canonical_bytes(value) == rfc8785.dumps(value)
        else:
            with pytest.raises(CanonicalError, match=reason):
                parse_strict(path.read_bytes())
            refused += 1
    assert not reasons
    count_cases("JSONTestSuite: JSON inside the profile, read", read, 68)
    count_cases("JSONTestSuite: JSON outside the profile, refused for its reason", refused, 27)


def test_what_parsers_may_treat_as_they_like_is_read_or_refused_and_nothing_else(
    vectors: Path, count_cases: CountCases
) -> None:
    files = sorted((vectors / SUITE / "test_parsing").glob("i_*.json"))
    files += sorted((vectors / SUITE / "test_transform").glob("*.json"))
    taken = [path.stem for path in files if read_or_none(path.read_bytes())[0]]
    assert taken == ["number_1000000000000000", "string_with_escaped_NULL"]
    count_cases("JSONTestSuite: implementation-defined and transforms, answered", len(files), 35 + 22)
