"""Makes proof material from a node's answers: the header's RLP, and the trie of a block's receipts with one proof.

Spec: docs/spec/anchor.md (Proof material); Yellow Paper 4.3 and appendix D. What was made is compared with the block's
own hash and receipts root, so a node that answers something else, or a chain whose headers are hashed in another way,
is noticed here and not by a court.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from evidence_service.adapters.json_rpc import JsonRpc, RpcRefusedError
from evidence_service.core import rlp
from evidence_service.core.anchor_material import AnchorMaterial, ProvenAnchor, anchor_text, prove_anchor
from evidence_service.core.keccak import keccak256
from evidence_service.errors import ChainError, MalformedInputError

# Yellow Paper 4.3 and the upgrades since, in their order: name in JSON-RPC, and whether it is a number.
HEADER_FIELDS = (
    ("parentHash", False),
    ("sha3Uncles", False),
    ("miner", False),
    ("stateRoot", False),
    ("transactionsRoot", False),
    ("receiptsRoot", False),
    ("logsBloom", False),
    ("difficulty", True),
    ("number", True),
    ("gasLimit", True),
    ("gasUsed", True),
    ("timestamp", True),
    ("extraData", False),
    ("mixHash", False),
    ("nonce", False),
)
LATER_FIELDS = (
    ("baseFeePerGas", True),  # London
    ("withdrawalsRoot", False),  # Shanghai
    ("blobGasUsed", True),  # Cancun
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),  # Prague
)


_Items: TypeAlias = dict[tuple[int, ...], bytes]


class ProofMaterialError(ChainError):
    """The node's answers do not make a proof of the anchor."""

    code = "anchor-material"


def fetch_material(node: JsonRpc, tx: str, block: int, contract: str) -> tuple[str, str]:
    """The hash of a block and the material of the anchor that a transaction made in it, as text."""
    found = node.block(block)
    try:
        receipts = node.call("eth_getBlockReceipts", hex(block))
    except RpcRefusedError:  # not every node knows this question: ask for each receipt
        receipts = [node.call("eth_getTransactionReceipt", one) for one in found.get("transactions", [])]
    if not isinstance(receipts, list) or not all(isinstance(one, dict) for one in receipts):
        raise ProofMaterialError(f"the node gave no receipts of block {block}")
    material, proven = make_material(found, receipts, tx, contract)
    return proven.block.hash, anchor_text(material)


def header_bytes(block: Mapping[str, Any]) -> bytes:
    """The RLP of a header. Raises ProofMaterialError unless its hash is the block's."""
    fields = [*HEADER_FIELDS, *(one for one in LATER_FIELDS if block.get(one[0]) is not None)]
    try:
        raw = rlp.encode([_field(block[name], is_number=is_number) for name, is_number in fields])
    except (KeyError, ValueError, TypeError):
        raise ProofMaterialError("the node's block lacks a field of its header") from None
    if "0x" + keccak256(raw).hex() != block.get("hash"):
        raise ProofMaterialError(
            "the block's hash is not that of its header: this chain hashes its headers in another way"
        )
    return raw


def receipt_bytes(receipt: Mapping[str, Any]) -> bytes:
    """One receipt as its trie holds it (EIP-2718)."""
    try:
        logs = [
            [_raw(log["address"]), [_raw(topic) for topic in log["topics"]], _raw(log["data"])]
            for log in receipt["logs"]
        ]
        outcome = rlp.number(int(receipt["status"], 16)) if "status" in receipt else _raw(receipt["root"])
        gas = rlp.number(int(receipt["cumulativeGasUsed"], 16))
        body = rlp.encode([outcome, gas, _raw(receipt["logsBloom"]), logs])
        kind = int(receipt.get("type") or "0x0", 16)
    except (KeyError, ValueError, TypeError):
        raise ProofMaterialError("the node's receipt lacks a field") from None
    return body if kind == 0 else bytes([kind]) + body


def make_material(
    block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]], tx: str, contract: str
) -> tuple[AnchorMaterial, ProvenAnchor]:
    """The material of an anchor, and what it proves. Raises ProofMaterialError."""
    header = header_bytes(block)
    try:
        index = next(i for i, one in enumerate(receipts) if str(one["transactionHash"]).lower() == tx.lower())
        events = receipts[index]["logs"]
        place = next(i for i, one in enumerate(events) if str(one["address"]).lower() == contract.lower())
    except (StopIteration, KeyError, TypeError):
        raise ProofMaterialError(f"block {block.get('number')} shows no event of transaction {tx}") from None
    trie = {rlp.encode(rlp.number(i)): receipt_bytes(one) for i, one in enumerate(receipts)}
    material = AnchorMaterial(header, index, trie_proof(trie, rlp.encode(rlp.number(index))), place)
    try:
        return material, prove_anchor(material)
    except MalformedInputError as error:
        raise ProofMaterialError(f"the receipts do not make the block's receipts root: {error}") from None


def trie_root(values: Mapping[bytes, bytes]) -> bytes:
    """The root of the Merkle-Patricia trie of these values."""
    return keccak256(rlp.encode(_node(_by_halves(values))))


def trie_proof(values: Mapping[bytes, bytes], key: bytes) -> tuple[bytes, ...]:
    """The nodes from the root to a key that is there, without those that are written inside their parents."""
    items, path = _by_halves(values), _halves(key)
    nodes: list[bytes] = []
    while True:
        encoded = rlp.encode(_node(items))
        if not nodes or len(encoded) >= 32:
            nodes.append(encoded)
        if len(items) == 1:
            return tuple(nodes)
        shared = _shared(items)
        if shared:  # an extension: its child is the branch below it
            items, path = _below(items, shared), path[len(shared) :]
        elif not path:
            return tuple(nodes)
        else:
            items, path = _below(items, path[:1]), path[1:]


def _node(items: _Items) -> list[Any]:
    """One node of the trie (appendix D): leaf, extension or branch."""
    if len(items) == 1:
        ((path, value),) = items.items()
        return [_compact(path, leaf=True), value]
    if shared := _shared(items):
        return [_compact(shared, leaf=False), _reference(_below(items, shared))]
    branches = [_below(items, (half,)) for half in range(16)]
    return [*(_reference(below) if below else b"" for below in branches), items.get((), b"")]


def _reference(items: _Items) -> Any:
    node = _node(items)
    encoded = rlp.encode(node)
    return keccak256(encoded) if len(encoded) >= 32 else node


def _below(items: _Items, start: tuple[int, ...]) -> _Items:
    return {path[len(start) :]: value for path, value in items.items() if path[: len(start)] == start}


def _shared(items: _Items) -> tuple[int, ...]:
    first, last = min(items), max(items)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:length]


def _compact(path: tuple[int, ...], *, leaf: bool) -> bytes:
    """Hex-prefix encoding (appendix C)."""
    flag = 2 if leaf else 0
    halves = (flag + 1, *path) if len(path) % 2 else (flag, 0, *path)
    return bytes(halves[i] << 4 | halves[i + 1] for i in range(0, len(halves), 2))


def _by_halves(values: Mapping[bytes, bytes]) -> _Items:
    return {_halves(key): value for key, value in values.items()}


def _halves(key: bytes) -> tuple[int, ...]:
    return tuple(half for byte in key for half in (byte >> 4, byte & 15))


def _field(value: str, *, is_number: bool) -> bytes:
    return rlp.number(int(value, 16)) if is_number else _raw(value)


def _raw(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))
