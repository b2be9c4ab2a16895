"""Merkle trees against the vectors of other implementations: RFC 6962 probes, Certificate Transparency, tile logs."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from evidence_service.core.checkpoint import parse_checkpoint
from evidence_service.core.merkle import (
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)
from evidence_service.core.note import parse_note, parse_vkey, verify_ed25519
from tests.conftest import CountCases
from tests.evidence_service.core.trees import reader

pytestmark = pytest.mark.shared


def probes(folder: Path) -> list[Any]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("*.json"))]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def accepted(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except ProofError:
        return False
    return True


def test_inclusion_probes(vectors: Path, count_cases: CountCases) -> None:
    found = probes(vectors / "merkle-rfc6962" / "transparency-dev-merkle" / "inclusion")
    right = 0
    for probe in found:
        path = [raw(node) for node in probe["proof"] or []]
        arguments = (raw(probe["leafHash"]), probe["leafIdx"], probe["treeSize"], path, raw(probe["root"]))
        right += accepted(check_inclusion, *arguments) is not probe["wantErr"]
    count_cases("RFC 6962 inclusion probes (transparency-dev)", right, 98)


def test_consistency_probes(vectors: Path, count_cases: CountCases) -> None:
    found = probes(vectors / "merkle-rfc6962" / "transparency-dev-merkle" / "consistency")
    right = 0
    for probe in found:
        path = [raw(node) for node in probe["proof"] or []]
        arguments = (probe["size1"], probe["size2"], raw(probe["root1"]), raw(probe["root2"]), path)
        right += accepted(check_consistency, *arguments) is not probe["wantErr"]
    count_cases("RFC 6962 consistency probes (transparency-dev)", right, 98)


def test_leaves_nodes_and_roots_of_certificate_transparency(vectors: Path, count_cases: CountCases) -> None:
    folder = vectors / "merkle-rfc6962" / "transcribed"
    known = json.loads((folder / "transparency-dev-merkle-constants.json").read_text())
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in known["leaf_inputs_hex"]]
    right = sum(root_of(hashes[:size]).hex() == root for size, root in enumerate(known["root_hashes_by_size_hex"]))
    read = reader(hashes)
    right += sum(
        read(level, index).hex() == node
        for level, nodes in enumerate(known["node_hashes_by_level_hex"])
        for index, node in enumerate(nodes)
    )
    count_cases("RFC 6962 reference roots and nodes", right, 9 + 15)


def test_certificate_transparency_reference_cases(vectors: Path, count_cases: CountCases) -> None:
    path = vectors / "merkle-rfc6962" / "transcribed" / "ct-reference-merkle_test.json"
    known = json.loads(path.read_text())
    right = sum(leaf_hash(bytes.fromhex(leaf)).hex() == digest for leaf, digest in known["tree_hash"]["leaves_hex"])
    right += sum(
        node_hash(bytes.fromhex(left), bytes.fromhex(other)).hex() == digest
        for left, other, digest in known["tree_hash"]["node_hex"]
    )
    for case in known["consistency_ok"]:
        roots = (bytes.fromhex(case["root1"]), bytes.fromhex(case["root2"]))
        proof = [bytes.fromhex(node) for node in case["proof"]]
        right += accepted(check_consistency, case["size1"], case["size2"], *roots, proof)
    real = known["real_ct_inclusion"]
    leaf = leaf_hash(bytes.fromhex(real["raw_leaf_hex"]))
    assert leaf.hex() == real["leaf_hash"]
    audit_path = [bytes.fromhex(node) for node in real["audit_path"]]
    arguments = (real["leaf_index"], real["tree_size"], audit_path, bytes.fromhex(real["root"]))
    right += accepted(check_inclusion, leaf, *arguments)
    assert not accepted(check_inclusion, leaf_hash(b""), *arguments)
    count_cases("Certificate Transparency hashes, consistency proofs and one real certificate", right, 3 + 4 + 1)


def test_checkpoints_and_roots_of_a_tile_log(vectors: Path, count_cases: CountCases) -> None:
    folder = vectors / "tlog-tiles"
    keys = json.loads((folder / "tessera-testlog-KEYS.json").read_text())
    key = parse_vkey(keys["public_vkey"])
    hashes = [leaf_hash(entry.encode()) for entry in keys["entries"]]
    roots: dict[int, bytes] = {}
    right = 0
    for path in sorted((folder / "tessera-testlog").glob("checkpoint.*")):
        note = parse_note(path.read_bytes())
        checkpoint = parse_checkpoint(note.text)
        roots[checkpoint.size] = checkpoint.root
        right += (
            verify_ed25519(note, key)
            and checkpoint.origin == key.name
            and checkpoint.root == root_of(hashes[: checkpoint.size])
            and path.name == f"checkpoint.{checkpoint.size}"
        )
    count_cases("tlog-tiles checkpoints: signature and root (Tessera)", right, 16)
    read, newest = reader(hashes), len(hashes)
    for size in range(1, newest + 1):
        check_consistency(size, newest, roots[size], roots[newest], consistency_proof(read, size, newest))
    for index, leaf in enumerate(hashes):
        check_inclusion(leaf, index, newest, inclusion_proof(read, index, newest), roots[newest])


def test_hash_tiles_of_a_tile_log_hold_the_leaf_hashes(vectors: Path, count_cases: CountCases) -> None:
    folder = vectors / "tlog-tiles"
    entries = json.loads((folder / "tessera-testlog-KEYS.json").read_text())["entries"]
    hashes = [leaf_hash(entry.encode()) for entry in entries]
    tiles = sorted((folder / "tessera-testlog" / "tile" / "0" / "000.p").iterdir())
    right = sum(path.read_bytes() == b"".join(hashes[: int(path.name)]) for path in tiles)
    count_cases("tlog-tiles hash tiles (Tessera)", right, 15)
