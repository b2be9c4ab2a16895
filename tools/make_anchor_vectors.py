"""Record blocks of the real local chain in which a log was anchored, for the tests of proof material.

Usage: python -m tools.make_anchor_vectors. Block hashes hold random bytes, so every run writes other vectors: they are
recorded once and kept. What the material must prove is read from the node's own receipts, not from our code.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.adapters.receipt_trie import fetch_material
from tools.make_merkle_vectors import leaves, proof, root

TARGET = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "anchor" / "blocks.json"
OTHERS = 20
"""Other transactions in the busy block, of the types 0, 1 and 2 in turn."""
PLACE = 13
"""The anchor's place among them."""


def other(account: ChainAccount, nonce: int, kind: int) -> bytes:
    """A transfer of nothing, of one of the three transaction types."""
    fields: dict[str, Any] = {"nonce": nonce, "gas": 30_000, "chainId": 31337, "value": 0, "to": "0x" + "11" * 20}
    if kind == 2:
        fields |= {"maxFeePerGas": 0, "maxPriorityFeePerGas": 0}
    else:
        fields |= {"gasPrice": 0}
    if kind == 1:
        fields |= {"accessList": [{"address": "0x" + "11" * 20, "storageKeys": []}]}
    return account.sign(fields)[1]


def recorded(node: JsonRpc, why: str, tx: str, contract: str) -> dict[str, Any]:
    """One block with its receipts, the material that was made of it, and what the node says that it shows."""
    receipt = node.call("eth_getTransactionReceipt", tx)
    block = node.block(int(receipt["blockNumber"], 16))
    event = receipt["logs"][0]
    return {
        "why": why,
        "block": block,
        "receipts": node.call("eth_getBlockReceipts", receipt["blockNumber"]),
        "tx": tx,
        "contract": contract,
        "material": fetch_material(node, tx, int(receipt["blockNumber"], 16), contract)[1],
        "log_id": event["topics"][1],
        "size": int(event["topics"][2], 16),
        "root": event["data"][:66],
        "time": int(block["timestamp"], 16),
    }


def blocks(home: Path) -> list[dict[str, Any]]:
    """A block with the first anchor alone, and one among transactions of every type."""
    local = LocalChain(home)
    local.start()
    try:
        account, busy = ChainAccount.load_or_make(home / "a"), ChainAccount.load_or_make(home / "b")
        local.fund(account.address)
        local.fund(busy.address)
        node = JsonRpc(local.rpc_url)
        deployment = EthereumAnchor(local.rpc_url, account, local.chain_id).deploy()
        anchor = EthereumAnchor(local.rpc_url, account, local.chain_id, deployment)
        log_id = anchor.register_log("vectors.example/log", bytes(range(32)))
        entries = leaves(300)
        first = anchor.prepare_anchor(log_id, 7, root(entries[:7]), [])
        anchor.send(first)
        anchor.wait(first.tx_hash)
        contract = deployment.evidence_anchor
        made = [recorded(node, "the first anchor, alone in its block", first.tx_hash, contract)]
        node.call("evm_setAutomine", False)
        second = anchor.prepare_anchor(log_id, 300, root(entries), proof(7, entries))
        for number in range(OTHERS):
            if number == PLACE:
                anchor.send(second)
            node.call("eth_sendRawTransaction", "0x" + other(busy, number, number % 3).hex())
        node.call("evm_mine")
        made.append(recorded(node, "among transactions of the types 0, 1 and 2", second.tx_hash, contract))
        return made
    finally:
        local.stop()


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        made = blocks(Path(home))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(one, sort_keys=True) for one in made)
    TARGET.write_text('{"blocks":[\n' + lines + "\n]}\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
