"""Measure on the real local chain what an anchor costs, by the length of its consistency proof, and print the table.

Usage: python -m tools.chain_gas. The table of docs/performance.md is this one's; tests/contracts holds it.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.attestation import Attestation, Domain, checkpoint_digest, in_order
from tools.make_merkle_vectors import wide

NODES = (1, 10, 20, 40)
QUORUM = 3
WITNESSES = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One length of proof: gas of the cheapest, a typical and the dearest anchor, and of the dearest with a quorum."""

    nodes: int
    cheapest: int
    typical: int
    dearest: int
    attested: int

    def line(self) -> str:
        """The row of the table."""
        return f"| {self.nodes} | {self.cheapest:,} | {self.typical:,} | {self.dearest:,} | {self.attested:,} |"


HEADING = (
    f"| proof nodes | cheapest pair | random pair | dearest pair | dearest, {QUORUM} of {WITNESSES} witnesses |\n"
    "|---|---|---|---|---|"
)


def pairs(nodes: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Sizes whose proof has so many nodes: one hash for each, some of both, two for almost each."""
    cheapest = (1, 2**nodes)  # the old tree is the first subtree of the new one, on every level
    dearest = (2 ** (nodes - 1) - 1, 2 ** (nodes - 1)) if nodes > 2 else cheapest
    chance = random.Random(f"{nodes} nodes")
    found = cheapest
    while found == cheapest and nodes > 1:
        n = chance.randrange(2, 2 ** (nodes + 1)) + 1
        m = chance.randrange(1, n)
        found = (m, n) if length(m, n) == nodes else cheapest
    if length(*cheapest) != nodes or length(*dearest) != nodes:
        raise AssertionError(f"no pair with {nodes} nodes")
    return cheapest, found, dearest


def length(m: int, n: int) -> int:
    """Nodes of the proof between two sizes."""
    return len(wide(m, n, "")[2])


class Meter:
    """The contract on a chain of its own."""

    def __init__(self, local: LocalChain, home: Path) -> None:
        account = ChainAccount.load_or_make(home)
        local.fund(account.address)
        deployment = EthereumAnchor(local.rpc_url, account, local.chain_id).deploy()
        self._anchor = EthereumAnchor(local.rpc_url, account, local.chain_id, deployment)
        self._domain = Domain(local.chain_id, deployment.evidence_anchor)
        held = [ChainAccount.load_or_make(home / f"witness-{number}") for number in range(WITNESSES)]
        self._witnesses = sorted(held, key=lambda one: int(one.address, 16))
        self._logs = 0

    def first(self) -> int:
        """Gas of a first anchor."""
        return self._begin(1, wide(1, 2, "first")[0], enrol=False)[1]

    def later(self, m: int, n: int, *, attested: bool = False) -> int:
        """Gas of an anchor from one size to another."""
        old, new, path = wide(m, n, f"{m}/{n}")
        log_id, _ = self._begin(m, old, enrol=attested)
        gas = 300_000 + 9_000 * len(path)
        if not attested:
            return self._anchor.run("anchor", [log_id, n, new, path], gas).gas_used or 0
        digest = checkpoint_digest(self._domain, "0x" + log_id.hex(), n, new)
        signed = [Attestation(one.address, one.sign_digest(digest)) for one in self._witnesses[:QUORUM]]
        signatures = [one.signature for one in in_order(signed)]
        return self._anchor.run("anchorAttested", [log_id, n, new, path, signatures], gas).gas_used or 0

    def _begin(self, size: int, root: bytes, *, enrol: bool) -> tuple[bytes, int]:
        self._logs += 1
        log_id = self._anchor.register_log("gas.example/log", self._logs.to_bytes(32, "big"))
        spent = self._anchor.run("anchor", [log_id, size, root, []], 300_000).gas_used or 0
        if enrol:
            self._anchor.run("enrolWitnesses", [log_id, [one.address for one in self._witnesses], QUORUM], 500_000)
        return log_id, spent


def rows(meter: Meter) -> Iterator[Row]:
    """The table, row by row."""
    for nodes in NODES:
        cheapest, typical, dearest = pairs(nodes)
        yield Row(
            nodes,
            meter.later(*cheapest),
            meter.later(*typical),
            meter.later(*dearest),
            meter.later(*dearest, attested=True),
        )


def measure() -> tuple[int, list[Row]]:
    """Gas of a first anchor, and the rows."""
    with tempfile.TemporaryDirectory() as home:
        local = LocalChain(Path(home))
        local.start()
        try:
            meter = Meter(local, Path(home))
            return meter.first(), list(rows(meter))
        finally:
            local.stop()


def main() -> int:
    first, found = measure()
    print(f"first anchor, without a proof: {first:,}\n\n{HEADING}")
    for row in found:
        print(row.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
