"""The material "anchor": the block header and the receipt in which the contract said that it took a checkpoint.

Spec: docs/spec/anchor.md (Proof material). Canonical JSON {"v":1,"kind":"proofdocket.anchor","header":0x…,
"tx_index":n,"receipt_proof":[0x…],"log_index":n}; `log_index` is the event's place in its receipt, from 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evidence_service.core import rlp, shape
from evidence_service.core.canonical import canonical_bytes, parse_canonical
from evidence_service.core.keccak import keccak256
from evidence_service.core.receipt_proof import Header, ReceiptProofError, proven_value, read_header, read_receipt

KIND = "proofdocket.anchor"
NAMES = frozenset({"v", "kind", "header", "tx_index", "receipt_proof", "log_index"})
BYTES_0X = re.compile(r"0x(?:[0-9a-f]{2})+\Z")
MAX_BYTES = 32 * 1024
MAX_NODES = 16
MAX_INDEX = 1 << 32
ANCHORED = keccak256(b"Anchored(bytes32,uint64,bytes32,uint64)")


@dataclass(frozen=True, slots=True)
class AnchorMaterial:
    """Header and receipt proof, as read; nothing of it is checked yet."""

    header: bytes
    tx_index: int
    receipt_proof: tuple[bytes, ...]
    log_index: int


@dataclass(frozen=True, slots=True)
class ProvenAnchor:
    """What the material proves if its block is real: this contract took this head of this log in this block."""

    block: Header
    contract: str
    log_id: str
    size: int
    root: bytes


def anchor_text(material: AnchorMaterial) -> str:
    """Write the material in canonical form."""
    text = canonical_bytes(
        {
            "v": 1,
            "kind": KIND,
            "header": _hex(material.header),
            "tx_index": material.tx_index,
            "receipt_proof": [_hex(node) for node in material.receipt_proof],
            "log_index": material.log_index,
        }
    ).decode()
    parse_anchor(text)
    return text


def parse_anchor(text: str) -> AnchorMaterial:
    """Read the material strictly. Raises MalformedInputError that names the place."""
    value = parse_canonical(text.encode())
    shape.check_version(value, KIND, "anchor")
    shape.members_of(value, NAMES, "anchor")
    nodes: Sequence[object] = shape.items(value["receipt_proof"], "anchor.receipt_proof")
    if not 1 <= len(nodes) <= MAX_NODES:
        raise shape.ShapeError(f"anchor.receipt_proof: 1 to {MAX_NODES} nodes")
    return AnchorMaterial(
        header=_bytes(value["header"], "anchor.header"),
        tx_index=_index(value["tx_index"], "anchor.tx_index"),
        receipt_proof=tuple(_bytes(node, f"anchor.receipt_proof[{i}]") for i, node in enumerate(nodes)),
        log_index=_index(value["log_index"], "anchor.log_index"),
    )


def prove_anchor(material: AnchorMaterial) -> ProvenAnchor:
    """Check the material in itself: header, receipt in it, event in that. Raises MalformedInputError."""
    header = read_header(material.header)
    key = rlp.encode(rlp.number(material.tx_index))
    logs = read_receipt(proven_value(header.receipts_root, key, material.receipt_proof))
    if material.log_index >= len(logs):
        raise ReceiptProofError("receipt: it has no event at that place")
    event = logs[material.log_index]
    if len(event.topics) != 3 or event.topics[0] != ANCHORED or len(event.data) != 64 or any(event.topics[2][:24]):
        raise ReceiptProofError("receipt: the event is not Anchored")
    return ProvenAnchor(
        block=header,
        contract=event.address,
        log_id=_hex(event.topics[1]),
        size=int.from_bytes(event.topics[2], "big"),
        root=event.data[:32],
    )


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


def _bytes(value: object, place: str) -> bytes:
    text = shape.text(value, place, BYTES_0X)
    if len(text) > 2 + 2 * MAX_BYTES:
        raise shape.ShapeError(f"{place}: larger than {MAX_BYTES >> 10} KiB")
    return bytes.fromhex(text[2:])


def _index(value: object, place: str) -> int:
    found = shape.whole(value, place)
    if found >= MAX_INDEX:
        raise shape.ShapeError(f"{place}: too large")
    return found
