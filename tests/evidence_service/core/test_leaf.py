"""Log entries: read back as written, and refused when any member is not as the specification says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.commitment import commit, digests
from evidence_service.core.leaf import LeafError, leaf_bytes, parse_leaf
from evidence_service.core.merkle import leaf_hash
from evidence_service.errors import MalformedInputError
from tests.evidence_service.examples import NOW, event

REFERENCE = "abcdefghijklmnopqrstuv"
SD = digests(commit(event(), bytes(32)))
FIRST = leaf_bytes(event(), REFERENCE, 0, "", NOW, SD)


def changed(**members: Any) -> bytes:
    value = {**json.loads(FIRST), **members}
    return canonical_bytes({name: member for name, member in value.items() if member != "gone"})


def test_an_entry_is_read_back_as_it_was_written() -> None:
    second = leaf_bytes(event(), REFERENCE, 1, leaf_hash(FIRST).hex(), NOW + timedelta(microseconds=1), SD)
    leaf = parse_leaf(second)
    assert (leaf.institution, leaf.type, leaf.type_version) == ("sample-cf", "payment.received", 1)
    assert (leaf.loan_reference, leaf.sequence, leaf.previous) == (REFERENCE, 1, leaf_hash(FIRST).hex())
    assert leaf.occurred_at == event().occurred_at
    assert leaf.captured_at == NOW + timedelta(microseconds=1)
    assert list(leaf.digests) == SD


def test_an_entry_has_exactly_the_members_of_the_specification_in_canonical_order() -> None:
    names = list(json.loads(FIRST))
    assert names == sorted(names)
    assert canonical_bytes(json.loads(FIRST)) == FIRST


WRONG: dict[str, list[Any]] = {
    "v": [0, 2, "1", True, None, "gone"],
    "kind": ["map", "", None, 1, "gone"],
    "institution": ["A", "", "x", 7, None, "sample-cf\n", ["sample-cf"], "gone"],
    "type": ["loan.eaten", "", 7, None, ["payment.received"], {}, "gone"],
    "type_version": ["1", True, None, "gone"],
    "loan": ["", "short", REFERENCE + "x", REFERENCE[:-1] + "+", 7, None, "gone"],
    "seq": [-1, "0", True, None, "gone"],
    "prev": ["ab", "AB" * 32, 0, None, "ab" * 32, "gone"],
    "occurred_at": ["", "2026-01-05", "2026-01-05T02:03:04+00:00", 7, None, "2026-02-30T00:00:00Z", "gone"],
    "captured_at": ["", "yesterday", 7, None, "gone"],
    "sd": [{"a": "b"}, None, "x", {}, [7], ["short"], [*SD, SD[-1]], SD[::-1], [*SD[:-1], SD[-1] + "="], "gone"],
    "sd_alg": ["sha-512", "SHA-256", None, 7, "gone"],
    "surprise": [1],
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [(name, wrong) for name, wrongs in WRONG.items() for wrong in wrongs],
    ids=lambda value: repr(value)[:20],
)
def test_an_entry_with_a_wrong_member_is_refused(name: str, wrong: Any) -> None:
    with pytest.raises(MalformedInputError):
        parse_leaf(changed(**{name: wrong}))


@pytest.mark.parametrize("name", [name for name in WRONG if name not in {"surprise", "occurred_at", "captured_at"}])
def test_the_refusal_names_the_member(name: str) -> None:
    with pytest.raises(LeafError, match=rf"^{name}: "):
        parse_leaf(changed(**{name: WRONG[name][1]}))


def test_only_the_first_entry_of_a_loan_has_no_entry_before_it() -> None:
    for seq, previous in ((0, "ab" * 32), (1, "")):
        with pytest.raises(LeafError, match="prev: empty exactly for the first entry"):
            parse_leaf(changed(seq=seq, prev=previous))


@given(st.data())
def test_any_flipped_bit_of_an_entry_changes_its_hash_and_is_refused_or_read_as_something_else(
    data: st.DataObject,
) -> None:
    raw = bytearray(FIRST)
    at, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[at] ^= 1 << bit
    assert leaf_hash(bytes(raw)) != leaf_hash(FIRST)
    try:
        other = parse_leaf(bytes(raw))
    except MalformedInputError:
        return
    assert other != parse_leaf(FIRST)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_entry_or_a_malformed_input_error(raw: bytes) -> None:
    with pytest.raises(MalformedInputError):
        parse_leaf(raw)


@pytest.mark.parametrize("raw", [FIRST + b"\n", b" " + FIRST, FIRST.replace(b":", b": ", 1)])
def test_an_entry_that_is_not_byte_for_byte_canonical_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedInputError, match="canonical"):
        parse_leaf(raw)
