"""RLP, Ethereum's way of writing nested lists of bytes: one spelling for each value, read strictly.

Spec: Ethereum Yellow Paper, appendix B. Used by the proofs of check (8) only; the test's oracle is the library `rlp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from evidence_service.errors import MalformedInputError

Item: TypeAlias = bytes | list["Item"]
SHORT = 55
"""A payload up to here has its length in the first byte."""
MAX_DEPTH = 16


class RlpError(MalformedInputError):
    """Bytes are not RLP in its one spelling."""

    code = "rlp-malformed"


def encode(item: bytes | Sequence[object]) -> bytes:
    """Write bytes or a nested list of bytes."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < 0x80 else _head(0x80, len(item)) + item
    payload = b"".join(encode(one) for one in item if isinstance(one, bytes | list | tuple))
    return _head(0xC0, len(payload)) + payload


def number(value: int) -> bytes:
    """A whole number as RLP holds it: big-endian without leading zeros, zero as nothing."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def decode(raw: bytes) -> Item:
    """Read one item that takes up all the bytes. Raises RlpError."""
    item, end = _item(raw, 0, 0)
    if end != len(raw):
        raise RlpError("RLP: bytes after the end")
    return item


def list_of(item: Item, place: str, length: int | None = None) -> list[Item]:
    """The item as a list, of this length where one is given."""
    if not isinstance(item, list) or (length is not None and len(item) != length):
        raise RlpError(f"{place}: not a list of its length")
    return item


def bytes_of(item: Item, place: str, size: int | None = None) -> bytes:
    """The item as bytes, of this size where one is given."""
    if not isinstance(item, bytes) or (size is not None and len(item) != size):
        raise RlpError(f"{place}: not bytes of its size")
    return item


def number_of(item: Item, place: str, bits: int = 64) -> int:
    """The item as a whole number without leading zeros."""
    raw = bytes_of(item, place)
    if raw[:1] == b"\x00" or len(raw) * 8 > bits:
        raise RlpError(f"{place}: not a number of {bits} bits")
    return int.from_bytes(raw, "big")


def _item(raw: bytes, start: int, depth: int) -> tuple[Item, int]:
    """The item that begins at `start`, and where it ends."""
    if start >= len(raw):
        raise RlpError("RLP: bytes are missing")
    first = raw[start]
    if first < 0x80:
        return raw[start : start + 1], start + 1
    is_list = first >= 0xC0
    begin, end = _payload(raw, start, first - (0xC0 if is_list else 0x80))
    if not is_list:
        payload = raw[begin:end]
        if len(payload) == 1 and payload[0] < 0x80:
            raise RlpError("RLP: a small byte is its own spelling")
        return payload, end
    if depth >= MAX_DEPTH:
        raise RlpError("RLP: nested too deep")
    items: list[Item] = []
    while begin < end:
        item, begin = _item(raw[:end], begin, depth + 1)
        items.append(item)
    return items, end


def _payload(raw: bytes, start: int, code: int) -> tuple[int, int]:
    """Where a payload begins and ends; `code` is its length, or says how many bytes its length has."""
    begin, length = start + 1, code
    if code > SHORT:
        size = code - SHORT
        digits = raw[begin : begin + size]
        length = int.from_bytes(digits, "big")
        if len(digits) != size or digits[0] == 0 or length <= SHORT:
            raise RlpError("RLP: a length in another spelling than the shortest")
        begin += size
    if begin + length > len(raw):
        raise RlpError("RLP: bytes are missing")
    return begin, begin + length


def _head(base: int, length: int) -> bytes:
    if length <= SHORT:
        return bytes([base + length])
    digits = number(length)
    return bytes([base + SHORT + len(digits)]) + digits
