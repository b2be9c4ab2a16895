"""What check (8) asks of a chain, and how: calls and events of EvidenceAnchor in their ABI encoding.

Spec: docs/spec/anchor.md, Solidity ABI 2.0. `ChainReader` is the promise of whoever talks to a node; addresses and
hashes are lower-case hex with 0x.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from evidence_service.core.keccak import keccak256
from evidence_service.errors import ChainError

LOG_TAG = b"proofdocket/log/v1"
WORD = 32


class ChainUnreachableError(ChainError):
    """The node did not answer, or not with what was asked; nothing is known of the chain."""

    code = "chain-unreachable"


class ChainReader(Protocol):
    """Reads one chain. Every method raises ChainUnreachableError when there is no usable answer."""

    def chain_id(self) -> int:
        """EIP-155 chain id."""
        ...

    def head(self) -> int:
        """Number of the newest block."""
        ...

    def block(self, number: int) -> tuple[str, datetime]:
        """Hash and time of a block."""
        ...

    def code(self, address: str) -> bytes:
        """Runtime code at an address, now."""
        ...

    def call(self, address: str, data: bytes) -> bytes:
        """Answer of a read-only call, now."""
        ...

    def event_blocks(self, address: str, topics: Sequence[str], first: int) -> tuple[int, ...]:
        """Blocks from `first` on that hold an event of this contract with these topics, in order."""
        ...


def root_at(reader: ChainReader, contract: str, log_id: str, size: int) -> bytes:
    """The root that the contract holds for a log at a size; 32 zero bytes where there is none."""
    return _word(reader.call(contract, _selector("rootAt(bytes32,uint64)") + _bytes32(log_id) + _uint(size)))


def registrant_of(reader: ChainReader, contract: str, log_id: str) -> str:
    """The account that registered a log, which its name binds; the zero address where nobody did."""
    return "0x" + _word(reader.call(contract, _selector("registrantOf(bytes32)") + _bytes32(log_id)))[12:].hex()


def anchored_blocks(reader: ChainReader, contract: str, log_id: str, size: int, first: int) -> tuple[int, ...]:
    """Blocks from `first` on in which the contract says that it stored this log's head of this size."""
    topic = "0x" + keccak256(b"Anchored(bytes32,uint64,bytes32,uint64)").hex()
    return reader.event_blocks(contract, (topic, log_id, "0x" + _uint(size).hex()), first)


def log_id_of(origin: str, log_key: bytes, chain_id: int, contract: str, registrant: str) -> str:
    """What the contract calls a log: keccak256 of the ABI encoding of tag, origin, key, chain, contract, registrant."""
    words = [
        _uint(6 * WORD),  # where the tag, the one dynamic value, begins
        keccak256(origin.encode()),
        keccak256(log_key),
        _uint(chain_id),
        _address(contract),
        _address(registrant),
        _uint(len(LOG_TAG)),
        LOG_TAG.ljust(WORD, b"\x00"),
    ]
    return "0x" + keccak256(b"".join(words)).hex()


def _selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def _uint(value: int) -> bytes:
    return value.to_bytes(WORD, "big")


def _bytes32(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _address(value: str) -> bytes:
    return bytes.fromhex(value[2:]).rjust(WORD, b"\x00")


def _word(answer: bytes) -> bytes:
    if len(answer) != WORD:
        raise ChainUnreachableError("the contract did not answer with one word; is it deployed here?")
    return answer
