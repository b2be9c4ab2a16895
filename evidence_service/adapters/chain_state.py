"""The local chain's state on disk: saved whole after every anchor, checked before it is loaded.

Spec: docs/spec/anchor.md, "The local chain". The node's own way of writing its state truncates the
file first and does not sync it; a kill at that moment loses the chain. Ours does not.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from typing import Any

from evidence_service.adapters.chain_folder import ChainFolder, SavedHead, write_whole
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.errors import ChainError

# A dump grows with the chain; half a second at 4,000 transactions was measured.
DUMP_TIMEOUT = 120.0


class ChainStateError(ChainError):
    """The saved chain is damaged, older than what was recorded, or another one."""

    code = "chain-state"


def save_state(folder: ChainFolder, url: str) -> SavedHead:
    """Write the running chain to disk and record how far it goes."""
    rpc = JsonRpc(url, timeout=DUMP_TIMEOUT)
    with folder.state_held():
        check_identity(folder, rpc)
        # Asked before the dump: a block that comes in between is saved but not claimed.
        newest = rpc.block("latest")
        state = _unpacked(rpc.call("anvil_dumpState"))
        write_whole(folder.state, state)
        # crash here: the state is newer than the record, and the record is still true
        saved = SavedHead(int(newest["number"], 16), newest["hash"])
        folder.write_saved(saved)
    return saved


def check_identity(folder: ChainFolder, rpc: JsonRpc) -> None:
    """Refuse a chain that is not the one this home knows, or that lost a block it had."""
    identity = folder.identity()
    if identity is None:
        return
    genesis = rpc.block(0)["hash"]
    if genesis != identity.genesis_hash:
        raise ChainStateError(
            f"{folder.path} belongs to the chain with genesis {identity.genesis_hash}, "
            f"but the chain that runs has genesis {genesis}: another chain"
        )
    saved = folder.saved()
    if saved is not None and rpc.block(saved.head)["hash"] != saved.block_hash:
        raise ChainStateError(
            f"block {saved.head} of the chain in {folder.path} is not the one that was saved "
            f"({saved.block_hash}): the chain lost its past"
        )


def check_state(folder: ChainFolder) -> bool:
    """Whether there is a saved chain to load; a damaged, missing or older one is an error, never a new chain."""
    recorded = folder.saved()
    if not folder.state.exists():
        if recorded is None:
            return False
        raise ChainStateError(
            f"{folder.state} is missing, but the chain was saved up to block {recorded.head}. "
            "Restore it from a backup; a new chain would not hold the anchors."
        )
    try:
        state = json.loads(folder.state.read_bytes())
        head = int(state["best_block_number"])
        foreign = _drop_foreign_genesis(state)
        numbers = sorted(int(block["header"]["number"], 16) for block in state["blocks"])
    except (ValueError, KeyError, TypeError) as error:
        raise ChainStateError(
            f"{folder.state} is damaged ({type(error).__name__}: {error}). Restore it from a backup; it is not "
            "replaced by a new chain, because a new chain would not hold the anchors."
        ) from error
    if numbers != list(range(head + 1)) or (recorded is not None and head < recorded.head):
        saved = head if recorded is None else recorded.head
        raise ChainStateError(
            f"{folder.state} holds {len(numbers)} blocks up to {head}, but all blocks up to {saved} were saved: "
            "the file is not the newest one. Restore the newest backup."
        )
    if foreign:
        write_whole(folder.state, json.dumps(state).encode("ascii"))
    return True


def _drop_foreign_genesis(state: dict[str, Any]) -> int:
    """Drop every block 0 but ours, which alone has extra data; how many were dropped.

    A node that loads a state makes a block 0 of its own first and dumps both, in any order; the next node
    would take either for its genesis.
    """
    blocks = state["blocks"]
    state["blocks"] = [
        block for block in blocks if int(block["header"]["number"], 16) > 0 or block["header"]["extraData"] != "0x"
    ]
    return len(blocks) - len(state["blocks"])


def make_genesis(folder: ChainFolder, dump: str) -> None:
    """Write the first state: the node's empty chain under a random name of its own.

    The node would tell two chains of the same second apart by nothing; the extra data of block 0 does.
    """
    state = _parsed(_unpacked(dump))
    state["blocks"][0]["header"]["extraData"] = "0x" + os.urandom(16).hex()
    write_whole(folder.state, json.dumps(state).encode("ascii"))


def _unpacked(dump: Any) -> bytes:
    try:
        return gzip.decompress(bytes.fromhex(dump.removeprefix("0x")))
    except (ValueError, OSError, EOFError, zlib.error, AttributeError) as error:
        raise ChainStateError(f"the node's dump of its state cannot be read: {error}") from error


def _parsed(state: bytes) -> Any:
    try:
        return json.loads(state)
    except ValueError as error:
        raise ChainStateError("the node's dump of its state is not JSON") from error
