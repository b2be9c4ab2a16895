"""Header and receipt proofs: recorded blocks of a real node, py-trie as the oracle, and nothing altered is accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
import rlp as oracle_rlp  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from evidence_service.adapters.receipt_trie import (
    ProofMaterialError,
    header_bytes,
    make_material,
    receipt_bytes,
    trie_proof,
    trie_root,
)
from evidence_service.core import rlp
from evidence_service.core.anchor_material import AnchorMaterial, anchor_text, parse_anchor, prove_anchor
from evidence_service.core.receipt_proof import ReceiptProofError, proven_value
from evidence_service.errors import MalformedInputError
from tests.conftest import ROOT

VECTORS = ROOT / "tests" / "vectors" / "anchor" / "blocks.json"
BLOCKS: list[dict[str, Any]] = json.loads(VECTORS.read_bytes())["blocks"]
BUSY = BLOCKS[1]


def material(block: dict[str, Any]) -> AnchorMaterial:
    return parse_anchor(block["material"])


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["why"])
def test_recorded_material_proves_what_the_node_said(block: dict[str, Any]) -> None:
    proven = prove_anchor(material(block))
    assert proven.block.hash == block["block"]["hash"]
    assert proven.block.number == int(block["block"]["number"], 16)
    assert proven.block.time == datetime.fromtimestamp(block["time"], UTC)
    assert proven.contract == block["contract"].lower()
    assert (proven.log_id, proven.size, "0x" + proven.root.hex()) == (block["log_id"], block["size"], block["root"])


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["why"])
def test_material_is_made_of_the_node_s_answers_and_reads_back(block: dict[str, Any]) -> None:
    made, _ = make_material(block["block"], block["receipts"], block["tx"], block["contract"])
    assert anchor_text(made) == block["material"]
    assert parse_anchor(anchor_text(made)) == made


def test_the_busy_block_holds_every_old_type_of_transaction() -> None:
    assert {receipt["type"] for receipt in BUSY["receipts"]} == {"0x0", "0x1", "0x2"}
    assert material(BUSY).tx_index == 13
    assert len(material(BUSY).receipt_proof) == 3


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["why"])
def test_the_receipts_root_is_the_header_s_and_py_trie_s(block: dict[str, Any]) -> None:
    receipts = {rlp.encode(rlp.number(i)): receipt_bytes(one) for i, one in enumerate(block["receipts"])}
    trie = HexaryTrie({})
    for key, value in receipts.items():
        trie[key] = value
    assert trie_root(receipts) == trie.root_hash == bytes.fromhex(block["block"]["receiptsRoot"][2:])
    for key, value in receipts.items():
        nodes = trie_proof(receipts, key)
        assert proven_value(trie.root_hash, key, nodes) == value
        decoded = tuple(oracle_rlp.decode(node) for node in nodes)
        assert HexaryTrie.get_from_proof(trie.root_hash, key, decoded) == value  # type: ignore[no-untyped-call]


@settings(max_examples=25)
@given(st.integers(1, 300), st.integers(0, 40), st.data())
def test_the_trie_agrees_with_py_trie_for_any_number_of_receipts(count: int, size: int, data: st.DataObject) -> None:
    values = {rlp.encode(rlp.number(i)): sha256(bytes([i % 251])).digest()[:1] + bytes(size) for i in range(count)}
    trie = HexaryTrie({})
    for key, value in values.items():
        trie[key] = value
    assert trie_root(values) == trie.root_hash
    key = data.draw(st.sampled_from(sorted(values)))
    nodes = trie_proof(values, key)
    assert proven_value(trie.root_hash, key, nodes) == values[key]
    absent = rlp.encode(rlp.number(count + data.draw(st.integers(0, 300))))
    with pytest.raises(MalformedInputError):
        proven_value(trie.root_hash, absent, nodes)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["why"])
def test_any_flipped_bit_of_a_node_is_noticed(block: dict[str, Any]) -> None:
    good = material(block)
    for number, node in enumerate(good.receipt_proof):
        for at in range(0, len(node) * 8, 7):
            changed = bytearray(node)
            changed[at // 8] ^= 1 << at % 8
            nodes = (*good.receipt_proof[:number], bytes(changed), *good.receipt_proof[number + 1 :])
            with pytest.raises(MalformedInputError):
                prove_anchor(replace(good, receipt_proof=nodes))


def test_any_flipped_bit_of_the_header_is_another_block_or_none() -> None:
    good = material(BUSY)
    known = prove_anchor(good).block.hash
    for at in range(0, len(good.header) * 8, 11):
        changed = bytearray(good.header)
        changed[at // 8] ^= 1 << at % 8
        try:
            assert prove_anchor(replace(good, header=bytes(changed))).block.hash != known
        except MalformedInputError:
            continue


def test_nodes_left_out_added_or_swapped_are_refused() -> None:
    good = material(BUSY)
    nodes = good.receipt_proof
    for wrong in (nodes[1:], nodes[:-1], (*nodes, nodes[-1]), (nodes[1], nodes[0], nodes[2]), nodes[:1], ()):
        with pytest.raises(ReceiptProofError):
            prove_anchor(replace(good, receipt_proof=wrong))


def test_another_place_in_the_block_or_in_the_receipt_is_refused() -> None:
    good = material(BUSY)
    for index in (0, 12, 14, 20, 21, 1 << 31):
        with pytest.raises(ReceiptProofError):
            prove_anchor(replace(good, tx_index=index))
    with pytest.raises(ReceiptProofError, match="no event at that place"):
        prove_anchor(replace(good, log_index=1))


def test_the_receipt_of_another_transaction_is_no_anchor() -> None:
    """A true receipt of the same block, whose transaction said nothing."""
    receipts = {rlp.encode(rlp.number(i)): receipt_bytes(one) for i, one in enumerate(BUSY["receipts"])}
    nodes = trie_proof(receipts, rlp.encode(rlp.number(2)))
    with pytest.raises(ReceiptProofError, match="no event at that place"):
        prove_anchor(replace(material(BUSY), tx_index=2, receipt_proof=nodes))


def forged(receipt: dict[str, Any]) -> AnchorMaterial:
    """Material in itself sound, of a block that nobody made: what a forger can always do."""
    key = rlp.encode(rlp.number(0))
    trie = {key: receipt_bytes(receipt)}
    fields = rlp.list_of(rlp.decode(material(BUSY).header), "header")
    fields[5] = trie_root(trie)
    return AnchorMaterial(rlp.encode(fields), 0, trie_proof(trie, key), 0)


def test_a_failed_transaction_and_another_event_prove_nothing() -> None:
    anchor = BUSY["receipts"][13]
    log = anchor["logs"][0]
    assert prove_anchor(forged(anchor)).size == BUSY["size"]  # of a block that is on no chain
    other = ["0x" + "00" * 32, *log["topics"][1:]]
    wide = [*log["topics"][:2], "0x" + "ff" * 32]
    for wrong in (
        {**anchor, "status": "0x0"},
        {**anchor, "logs": [{**log, "topics": other}]},
        {**anchor, "logs": [{**log, "topics": wide}]},
        {**anchor, "logs": [{**log, "topics": log["topics"][:2]}]},
        {**anchor, "logs": [{**log, "data": log["data"] + "00"}]},
        {**anchor, "logs": []},
    ):
        with pytest.raises(ReceiptProofError):
            prove_anchor(forged(wrong))


def test_a_node_that_answers_something_else_is_noticed_when_material_is_made() -> None:
    block, receipts = BUSY["block"], BUSY["receipts"]
    for wrong in ({**block, "gasUsed": "0x1"}, {**block, "hash": "0x" + "00" * 32}):
        with pytest.raises(ProofMaterialError, match="another way"):
            header_bytes(wrong)
    with pytest.raises(ProofMaterialError, match="lacks a field"):
        header_bytes({"hash": block["hash"]})
    with pytest.raises(ProofMaterialError, match="receipts root"):
        make_material(block, receipts[:-1], BUSY["tx"], BUSY["contract"])
    with pytest.raises(ProofMaterialError, match="no event of transaction"):
        make_material(block, receipts, "0x" + "00" * 32, BUSY["contract"])
    with pytest.raises(ProofMaterialError, match="no event of transaction"):
        make_material(block, receipts, BUSY["tx"], "0x" + "00" * 20)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("v", 2),
        ("kind", "proofdocket.other"),
        ("header", "0x"),
        ("header", "0xAB"),
        ("header", "abcd"),
        ("tx_index", -1),
        ("tx_index", True),
        ("tx_index", 1 << 32),
        ("receipt_proof", []),
        ("receipt_proof", ["0x00"] * 17),
        ("receipt_proof", ["0x" + "00" * (32 * 1024 + 1)]),
        ("log_index", "0"),
        ("extra", 1),
    ],
)
def test_material_in_another_form_is_refused(member: str, value: object) -> None:
    changed = {**json.loads(BUSY["material"]), member: value}
    with pytest.raises(MalformedInputError):
        parse_anchor(json.dumps(changed, separators=(",", ":"), sort_keys=True))


@given(st.binary(max_size=700))
def test_no_bytes_bring_the_reader_down(raw: bytes) -> None:
    good = material(BUSY)
    for hostile in (replace(good, header=raw or b"\x00"), replace(good, receipt_proof=(raw,))):
        with pytest.raises(MalformedInputError):
            prove_anchor(hostile)
