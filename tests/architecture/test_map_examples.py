"""The loan map's examples in the spec, recomputed by our code, and once more by hashlib and json alone."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.event import parse_instant
from evidence_service.core.loan_map import (
    LoanState,
    MapProofError,
    check_absence,
    check_membership,
    loan_hash,
    map_key,
    map_root,
    proof_from,
    proof_json,
)
from evidence_service.core.map_audit import MapAudit, parse_map_audit
from evidence_service.core.map_leaf import MapLeaf, map_leaf_bytes, parse_map_leaf
from evidence_service.core.merkle import leaf_hash, root_of
from evidence_service.core.note import ED25519, NoteSignature, VerifierKey, format_note
from tests.architecture.markdown import block
from tests.evidence_service.core.loan_maps import MemoryMap

LOG = "docs/spec/log.md"


def reference(first: int) -> str:
    return base64.urlsafe_b64encode(bytes(range(first, first + 16))).decode().rstrip("=")


def leaves() -> list[bytes]:
    return [line.encode() for line in block(LOG, "leaves").splitlines()]


def states() -> dict[str, LoanState]:
    return {
        reference(0x00): LoanState(3, leaf_hash(leaves()[2])),
        reference(0x20): LoanState(2, b"\x22" * 32),
        reference(0x30): LoanState(3, b"\x33" * 32),
    }


def proofs() -> list[dict[str, Any]]:
    return [json.loads(line) for line in block(LOG, "map-proofs").splitlines()]


def test_the_map_entry_is_that_of_the_page() -> None:
    raw = block(LOG, "map-leaf").encode()
    root = map_root({reference(0): states()[reference(0)]})
    at = parse_instant("2025-03-01T02:40:00Z", "captured_at")
    assert raw == map_leaf_bytes(MapLeaf("sample-cf", 3, 1, root, at))
    assert parse_map_leaf(raw).root == root
    assert sha256(b"\x00" + raw).hexdigest() == block(LOG, "map-leaf-hash")


def test_keys_loan_hashes_and_the_root_are_those_of_the_page() -> None:
    lines = block(LOG, "map-loans").splitlines()
    for line, (name, state) in zip(lines, states().items(), strict=True):
        key = sha256(b"proofdocket/map/key/v1" + name.encode()).digest()
        digest = sha256(b"\x02" + key + state.count.to_bytes(8, "big") + state.last).digest()
        assert line == f"{key.hex()} {digest.hex()}"
        assert (map_key(name), loan_hash(key, state)) == (key, digest)
    first, second, third = (bytes.fromhex(line.split()[1]) for line in lines)
    # Bits of the keys: 0010…, 1001…, 0000…: the first and the third part at the third bit, under an empty sibling.
    inner = sha256(b"\x03" + sha256(b"\x03" + third + first).digest() + bytes(32)).digest()
    root = sha256(b"\x03" + inner + second).digest()
    assert root.hex() == block(LOG, "map-root")
    assert root == map_root(states()) == MemoryMap().put(1, states())


def test_the_proofs_are_those_of_the_page() -> None:
    made, root = MemoryMap(), bytes.fromhex(block(LOG, "map-root"))
    made.put(1, states())
    names = [reference(first) for first in (0x00, 0x10, 0x60)]
    lines = block(LOG, "map-proofs").splitlines()
    assert lines == [canonical_bytes(proof_json(made.prove(name))).decode() for name in names]
    member, nothing, other = (proof_from(value, "proof") for value in proofs())
    assert check_membership(names[0], member, root) == states()[names[0]]
    check_absence(names[1], nothing, root)
    check_absence(names[2], other, root)
    with pytest.raises(MapProofError):
        check_membership(names[1], nothing, root)


def test_a_reader_who_knows_only_the_page_comes_to_the_same_root() -> None:
    for first, value in zip((0x00, 0x10, 0x60), proofs(), strict=True):
        key = sha256(b"proofdocket/map/key/v1" + reference(first).encode()).digest()
        bits = "".join(f"{byte:08b}" for byte in key)
        there = "".join(f"{byte:08b}" for byte in bytes.fromhex(value["bitmap"]))[: value["depth"]]
        rest, siblings = list(value["siblings"]), []
        for one in there:
            siblings.append(bytes.fromhex(rest.pop(0)) if one == "1" else bytes(32))
        end = value["end"]
        digest = bytes(32)
        if end["kind"] != "nothing":
            at = bytes.fromhex(end["key"]) if end["kind"] == "other" else key
            digest = sha256(b"\x02" + at + end["count"].to_bytes(8, "big") + bytes.fromhex(end["last"])).digest()
        for level in reversed(range(value["depth"])):
            pair = digest + siblings[level] if bits[level] == "0" else siblings[level] + digest
            digest = sha256(b"\x03" + pair).digest()
        assert digest.hex() == block(LOG, "map-root")


def test_the_auditors_note_is_that_of_the_page() -> None:
    entry = block(LOG, "map-leaf").encode()
    checkpoint = Checkpoint("proofdocket.example/sample-cf", 4, root_of([leaf_hash(one) for one in [*leaves(), entry]]))
    audit = MapAudit(checkpoint, parse_map_leaf(entry).root)
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    key = VerifierKey("auditor.example", ED25519, private.public_key().public_bytes_raw())
    assert str(key) == block(LOG, "map-auditor")
    text = audit.text()
    note = format_note(text, [NoteSignature(key.name, key.key_id, private.sign(text.encode()))])
    assert note == block(LOG, "map-audit") + "\n"
    assert parse_map_audit(text) == audit
