"""RLP against the library `rlp`: the same bytes, the same values, and every other spelling refused."""

from __future__ import annotations

from typing import Any

import pytest
import rlp as oracle  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core import rlp

items: st.SearchStrategy[Any] = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6))


@given(items)
def test_what_is_written_is_what_the_library_writes_and_is_read_back(item: Any) -> None:
    raw = rlp.encode(item)
    assert raw == oracle.encode(item)
    assert rlp.decode(raw) == item


@given(st.binary(max_size=60))
def test_whatever_is_read_has_one_spelling_and_the_library_agrees_on_the_rest(raw: bytes) -> None:
    try:
        item = rlp.decode(raw)
    except rlp.RlpError:
        with pytest.raises(oracle.DecodingError):
            oracle.decode(raw, strict=True)
    else:
        assert rlp.encode(item) == raw == oracle.encode(oracle.decode(raw, strict=True))


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "8100",  # a small byte with a head
        "817f",
        "b80100",  # a long head for a short payload
        "b838",  # nothing behind a long head
        "b90038" + "00" * 56,  # a length with a leading zero
        "c1",
        "c180ff",  # bytes after the end
        "83aabb",
        "bfffffffffffffffff",  # a length beyond all memory
        "ffffffffffffffffff",
    ],
)
def test_bytes_in_another_spelling_are_refused(raw: str) -> None:
    with pytest.raises(rlp.RlpError):
        rlp.decode(bytes.fromhex(raw))


def test_nesting_without_end_is_refused_and_not_followed() -> None:
    deep: Any = []
    for _ in range(rlp.MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(rlp.RlpError, match="nested too deep"):
        rlp.decode(oracle.encode(deep))


def test_numbers_have_no_leading_zeros() -> None:
    for value in (0, 1, 127, 128, 255, 256, 2**64 - 1):
        assert rlp.number(value) == oracle.sedes.big_endian_int.serialize(value)
        assert rlp.number_of(rlp.number(value), "n") == value
    for bad in (b"\x00", b"\x00\x01", b"\x01" * 9):
        with pytest.raises(rlp.RlpError):
            rlp.number_of(bad, "n")
