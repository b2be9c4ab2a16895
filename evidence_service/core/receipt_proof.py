"""What a block header and a receipt prove: that a contract said this in that block. Nobody is asked.

Spec: docs/spec/anchor.md (Proof material); Yellow Paper 4.3 (header, receipt) and appendix D (Merkle-Patricia trie),
EIP-2718 (typed receipts). All of it hangs on the header's hash, which somebody whom the reader trusts must confirm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence_service.core import rlp
from evidence_service.core.keccak import keccak256
from evidence_service.errors import MalformedInputError

HASH = 32
RECEIPTS_ROOT, NUMBER, TIME = 5, 8, 11
LEAST_FIELDS, MOST_FIELDS = 15, 32
"""Of a header: fifteen before London; every upgrade since has added some."""
LATEST_SECOND = 253402300799
"""The end of the year 9999: beyond it there is no date to show."""
SUCCESS = b"\x01"


class ReceiptProofError(MalformedInputError):
    """A header or a receipt proof does not follow its format, or does not lead where it says."""

    code = "receipt-proof"


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says, and the hash that names it (0x…)."""

    hash: str
    number: int
    time: datetime
    receipts_root: bytes


@dataclass(frozen=True, slots=True)
class ReceiptLog:
    """One event in a receipt: the contract's address (0x…), topics and data."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes


def read_header(raw: bytes) -> Header:
    """Read the RLP of a block header. Raises ReceiptProofError or RlpError."""
    fields = rlp.list_of(rlp.decode(raw), "header")
    if not LEAST_FIELDS <= len(fields) <= MOST_FIELDS:
        raise ReceiptProofError("header: not as many fields as a header has")
    seconds = rlp.number_of(fields[TIME], "header time")
    if seconds > LATEST_SECOND:
        raise ReceiptProofError("header: its time is no time")
    return Header(
        hash="0x" + keccak256(raw).hex(),
        number=rlp.number_of(fields[NUMBER], "header number"),
        time=datetime.fromtimestamp(seconds, UTC),
        receipts_root=rlp.bytes_of(fields[RECEIPTS_ROOT], "header receipts root", HASH),
    )


def proven_value(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes:
    """The value at a key of the trie of `root`, by the nodes on the way from the root. Raises ReceiptProofError."""
    path = [half for byte in key for half in (byte >> 4, byte & 15)]
    left = list(nodes)
    node = _node(root, left)
    while True:
        if len(node) == 17:
            if not path:
                value = node[16]
                break
            child, path = node[path[0]], path[1:]
        else:
            part, is_leaf = _hex_prefix(rlp.bytes_of(node[0], "trie path"))
            if path[: len(part)] != part or (is_leaf and path != part):
                raise ReceiptProofError("receipt proof: it leads to another receipt")
            child, path = node[1], path[len(part) :]
            if is_leaf:
                value = child
                break
        node = _node(child, left)
    if left or not value:
        raise ReceiptProofError("receipt proof: it does not end at a receipt")
    return rlp.bytes_of(value, "receipt")


def read_receipt(raw: bytes) -> tuple[ReceiptLog, ...]:
    """The events of a transaction that succeeded. Raises ReceiptProofError or RlpError."""
    typed = raw[:1] < b"\x80"  # EIP-2718: a type byte, then the list; before it, the list alone
    status, _, _, logs = rlp.list_of(rlp.decode(raw[1:] if typed else raw), "receipt", 4)
    if status != SUCCESS:
        raise ReceiptProofError("receipt: its transaction did not succeed")
    return tuple(_log(item) for item in rlp.list_of(logs, "receipt events"))


def _log(item: rlp.Item) -> ReceiptLog:
    address, topics, data = rlp.list_of(item, "event", 3)
    return ReceiptLog(
        address="0x" + rlp.bytes_of(address, "event address", 20).hex(),
        topics=tuple(rlp.bytes_of(topic, "event topic", HASH) for topic in rlp.list_of(topics, "event topics")),
        data=rlp.bytes_of(data, "event data"),
    )


def _node(item: rlp.Item, left: list[bytes]) -> list[rlp.Item]:
    """The node that an item stands for: the node itself where it is short, else the next one, by its hash."""
    if isinstance(item, bytes):
        if len(item) != HASH or not left or keccak256(left[0]) != item:
            raise ReceiptProofError("receipt proof: a node has another hash")
        item = rlp.decode(left.pop(0))
    node = rlp.list_of(item, "trie node")
    if len(node) not in (2, 17):
        raise ReceiptProofError("receipt proof: a node of no known kind")
    return node


def _hex_prefix(raw: bytes) -> tuple[list[int], bool]:
    """The half-bytes of a compact path, and whether it ends in a leaf (appendix C)."""
    halves = [half for byte in raw for half in (byte >> 4, byte & 15)]
    if not halves or halves[0] > 3 or (halves[0] & 1 == 0 and halves[1] != 0):
        raise ReceiptProofError("receipt proof: a path in no known form")
    return halves[1 if halves[0] & 1 else 2 :], halves[0] >= 2
