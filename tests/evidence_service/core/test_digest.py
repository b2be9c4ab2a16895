"""Digests of content against the standards' own examples."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_service.core.digest import sha256_hex, sm3_hex
from tests.vectors import digests


@pytest.mark.parametrize("content", digests.SM3)
def test_sm3_gives_the_digests_that_gb_t_32905_prints(content: bytes) -> None:
    assert sm3_hex(content) == digests.SM3[content]


@pytest.mark.parametrize("content", digests.SHA256)
def test_sha_256_gives_the_digests_that_fips_180_4_prints(content: bytes) -> None:
    assert sha256_hex(content) == digests.SHA256[content]


@given(st.binary(max_size=300))
def test_sm3_agrees_with_another_implementation(content: bytes) -> None:
    assert sm3_hex(content) == hashlib.new("sm3", content).hexdigest()


@given(st.binary(min_size=1, max_size=100), st.data())
def test_any_flipped_bit_changes_both_digests(content: bytes, data: st.DataObject) -> None:
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    other = bytearray(content)
    other[at] ^= 1 << bit
    assert sha256_hex(bytes(other)) != sha256_hex(content)
    assert sm3_hex(bytes(other)) != sm3_hex(content)
