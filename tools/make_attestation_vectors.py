"""Write the vectors of what chain witnesses sign, for Python and Solidity alike.

Usage: python -m tools.make_attestation_vectors [--check]. Digests and signatures are eth-account's (EIP-712), not the
product's. Keys are the small numbers 1, 2, 3, known to everybody.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tools.make_merkle_vectors import leaves, proof, root

TARGET = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "anchor" / "attestations.json"
CHAIN_ID, CONTRACT = 31337, "0x00000000000000000000000000000000000a4c40"
ORIGIN, LOG_KEY = "vectors.example/log", "0x" + "01" * 32
REGISTRANT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
"""The first account of every development chain."""
SIZES = (7, 20)
FIELDS = {
    "Checkpoint": (("bytes32", "logId"), ("uint64", "size"), ("bytes32", "root")),
    "SubmitterRotation": (("bytes32", "logId"), ("address", "submitter"), ("uint64", "epoch")),
    "WitnessRotation": (
        ("bytes32", "logId"),
        ("address[]", "witnesses"),
        ("uint8", "threshold"),
        ("uint64", "epoch"),
    ),
    "Succession": (("bytes32", "logId"), ("bytes32", "successorId"), ("uint64", "epoch")),
}


def log_id(key: str) -> str:
    bound = ["proofdocket/log/v1", keccak(text=ORIGIN), keccak(hexstr=key), CHAIN_ID, CONTRACT, REGISTRANT]
    return "0x" + keccak(encode(["string", "bytes32", "bytes32", "uint256", "address", "address"], bound)).hex()


def signed(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    """One statement with its digest and the signatures of all witnesses, in the rising order of their addresses."""
    domain = {"name": "ProofDocket EvidenceAnchor", "version": "1", "chainId": CHAIN_ID, "verifyingContract": CONTRACT}
    types = {kind: [{"type": type_, "name": name} for type_, name in FIELDS[kind]]}
    full = encode_typed_data(domain, types, message)
    digest = keccak(b"\x19" + full.version + full.header + full.body)
    made = [Account.sign_message(full, key) for key in KEYS]
    signatures = ["0x" + bytes(one.signature).hex() for one in made]
    return {"statement": kind, "message": message, "digest": "0x" + digest.hex(), "signatures": signatures}


KEYS = sorted(
    ((number).to_bytes(32, "big") for number in (1, 2, 3)), key=lambda key: int(Account.from_key(key).address, 16)
)


def vectors() -> dict[str, Any]:
    witnesses = [Account.from_key(key).address for key in KEYS]
    entries = leaves(max(SIZES))
    old, new = (root(entries[:size]) for size in SIZES)
    log, successor = log_id(LOG_KEY), log_id("0x" + "02" * 32)
    submitter = to_checksum_address("0x" + "5b" * 20)
    return {
        "chain_id": CHAIN_ID,
        "contract": CONTRACT,
        "origin": ORIGIN,
        "log_key": LOG_KEY,
        "registrant": REGISTRANT,
        "log_id": log,
        "successor_id": successor,
        "witnesses": witnesses,
        "old": {"size": SIZES[0], "root": "0x" + old.hex()},
        "proof": ["0x" + node.hex() for node in proof(SIZES[0], entries)],
        "statements": [
            signed("Checkpoint", {"logId": log, "size": SIZES[1], "root": "0x" + new.hex()}),
            signed("SubmitterRotation", {"logId": log, "submitter": submitter, "epoch": 0}),
            signed("WitnessRotation", {"logId": log, "witnesses": witnesses[:2], "threshold": 1, "epoch": 0}),
            signed("Succession", {"logId": log, "successorId": successor, "epoch": 0}),
        ],
    }


def rendered() -> str:
    return json.dumps(vectors(), indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is stale")
    text = rendered()
    if parser.parse_args().check:
        return 0 if TARGET.is_file() and TARGET.read_text("utf-8") == text else 1
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
