"""A real local chain per test, and the consistency vectors that the contract tests read too."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.chain_folder import ChainFolder
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.chain import Deployment

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "merkle" / "consistency.json"
ORIGIN = "chain.example/log"
LOG_KEY = bytes(range(32))


@dataclass(frozen=True)
class Growth:
    """The trees of the vectors: root at each size, proof between any two."""

    roots: dict[int, bytes]
    proofs: dict[tuple[int, int], list[bytes]]


@dataclass
class Station:
    """An instance's chain with its contracts, as the anchor workflow would hold it."""

    home: Path
    chain: LocalChain
    account: ChainAccount
    deployment: Deployment
    log_id: bytes

    @property
    def anchor(self) -> EthereumAnchor:
        """A fresh client, as a new process would have."""
        return EthereumAnchor(self.chain.rpc_url, self.account, self.chain.chain_id, self.deployment)


@pytest.fixture(scope="session")
def growth() -> Growth:
    roots: dict[int, bytes] = {}
    proofs: dict[tuple[int, int], list[bytes]] = {}
    for case in json.loads(VECTORS.read_bytes())["cases"]:
        if case["why"] == "a true proof":
            sizes = (case["old_size"], case["new_size"])
            roots[sizes[0]], roots[sizes[1]] = (bytes.fromhex(case[key]) for key in ("old_root", "new_root"))
            proofs[sizes] = [bytes.fromhex(node) for node in case["proof"]]
    return Growth(roots, proofs)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    local = LocalChain(tmp_path)
    yield local
    local.stop()


@pytest.fixture
def station(chain: LocalChain, tmp_path: Path) -> Station:
    chain.start()
    account = ChainAccount.load_or_make(tmp_path)
    chain.fund(account.address)
    anchor = EthereumAnchor(chain.rpc_url, account, chain.chain_id)
    deployment = anchor.deploy()
    log_id = anchor.register_log(ORIGIN, LOG_KEY)
    chain.save_state()
    return Station(tmp_path, chain, account, deployment, log_id)


def kill_everything(home: Path) -> None:
    """kill -9 of supervisor and node, and wait until both are gone."""
    place = ChainFolder(home).rpc()
    assert place is not None
    for pid in (place.pid, place.node_pid):
        os.kill(pid, signal.SIGKILL)
    wait_until_dead(place.pid, place.node_pid)


def wait_until_dead(*pids: int) -> None:
    deadline = time.monotonic() + 20
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"one of {pids} still runs"
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    """Whether any thread of a process runs; one that waits to be buried does not."""
    states = set()
    for task in Path(f"/proc/{pid}/task").glob("*/stat"):
        try:
            states.add(task.read_text().rpartition(")")[2].split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return bool(states - {"Z", "X"})
