"""Keccak-256: known answers of the original submission and of Ethereum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from evidence_service.core.keccak import RATE, keccak256


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"),
        (b"Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
    ],
)
def test_known_answers(message: bytes, digest: str) -> None:
    assert keccak256(message).hex() == digest


@pytest.mark.parametrize("length", [RATE - 2, RATE - 1, RATE, RATE + 1, 2 * RATE - 1, 2 * RATE])
def test_padding_at_the_edges_of_a_block_equals_an_independent_implementation(length: int) -> None:
    assert keccak256(b"\xa5" * length) == bytes(Web3.keccak(b"\xa5" * length))


@given(st.binary(max_size=600))
def test_any_message_equals_an_independent_implementation(message: bytes) -> None:
    assert keccak256(message) == bytes(Web3.keccak(message))
