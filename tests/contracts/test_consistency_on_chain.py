"""The deployed contract against Python: every pair of sizes up to 70, and random pairs up to 2^40."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from eth_abi.abi import encode

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.contract_client import ContractClient
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.keccak import keccak256
from tests.contracts.test_python_and_solidity_agree import accepts
from tools.make_merkle_vectors import flipped, leaves, proof, root, wide

pytestmark = pytest.mark.chain

LARGEST = 70
RANDOM_PAIRS = 150
MOST = 2**40
ANCHOR = keccak256(b"anchor(bytes32,uint64,bytes32,bytes32[])")[:4]
INCONSISTENT = "0x" + keccak256(b"Inconsistent(bytes32,uint64,bytes32,uint64,bytes32)")[:4].hex()


class Station:
    """The contract on a real chain, and many questions at once."""

    def __init__(self, local: LocalChain, home: Path) -> None:
        self.account = ChainAccount.load_or_make(home)
        local.fund(self.account.address)
        deployment = EthereumAnchor(local.rpc_url, self.account, local.chain_id).deploy()
        self.anchor = EthereumAnchor(local.rpc_url, self.account, local.chain_id, deployment)
        self.contract: ContractClient = self.anchor.contract()
        self._url = urlsplit(local.rpc_url)
        self._logs = 0

    def log_at(self, size: int, head: bytes) -> bytes:
        """A new log that stands at a head."""
        self._logs += 1
        log_id = self.anchor.register_log("pairs.example/log", self._logs.to_bytes(32, "big"))
        self.anchor.run("anchor", [log_id, size, head, []], 400_000)
        return log_id

    def refused(self, calls: list[tuple[bytes, int, bytes, list[bytes]]]) -> list[str]:
        """For each call of anchor the name of the refusal's selector, or empty where the contract would take it."""
        answers: list[str] = []
        for start in range(0, len(calls), 500):
            answers += self._ask(calls[start : start + 500])
        return answers

    def _ask(self, calls: list[tuple[bytes, int, bytes, list[bytes]]]) -> list[str]:
        def one(number: int, call: tuple[bytes, int, bytes, list[bytes]]) -> dict[str, object]:
            data = ANCHOR + encode(["bytes32", "uint64", "bytes32", "bytes32[]"], list(call))
            asked = {"from": self.account.address, "to": self.contract.address, "data": "0x" + data.hex()}
            return {"jsonrpc": "2.0", "id": number, "method": "eth_call", "params": [asked, "latest"]}

        body = json.dumps([one(number, call) for number, call in enumerate(calls)])
        connection = http.client.HTTPConnection(str(self._url.hostname), self._url.port, timeout=120)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answers = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert [answer["id"] for answer in answers] == list(range(len(calls)))
        return [answer["error"]["data"][:10] if "error" in answer else "" for answer in answers]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    home = tmp_path_factory.mktemp("pairs")
    local = LocalChain(home)
    local.start()
    try:
        yield Station(local, home)
    finally:
        local.stop()


def with_flipped(path: list[bytes], place: int) -> list[bytes]:
    return [*path[:place], flipped(path[place]), *path[place + 1 :]]


def test_every_pair_of_sizes_up_to_70_is_taken_and_refused_with_one_bit_flipped(station: Station) -> None:
    entries = leaves(LARGEST)
    roots = {size: root(entries[:size]) for size in range(1, LARGEST + 1)}
    asked = 0
    for m in range(1, LARGEST):
        log_id = station.log_at(m, roots[m])
        sizes = range(m + 1, LARGEST + 1)
        paths = {n: proof(m, entries[:n]) for n in sizes}
        assert station.refused([(log_id, n, roots[n], paths[n]) for n in sizes]) == [""] * len(sizes)
        broken = {
            n: [*path[: n % len(path)], flipped(path[n % len(path)]), *path[n % len(path) + 1 :]]
            for n, path in paths.items()
        }
        found = station.refused([(log_id, n, roots[n], broken[n]) for n in sizes])
        assert found == [INCONSISTENT] * len(sizes)
        assert all(accepts(m, n, roots[m], roots[n], paths[n]) for n in sizes)
        assert not any(accepts(m, n, roots[m], roots[n], broken[n]) for n in sizes)
        asked += len(sizes)
    assert asked == LARGEST * (LARGEST - 1) // 2 == 2415
    print(f"{asked} pairs taken, {asked} with a flipped bit refused, Python agrees on all")


def test_random_pairs_up_to_two_to_the_forty_agree_with_python(station: Station) -> None:
    chance = random.Random("pairs up to 2^40")
    longest = 0
    for number in range(RANDOM_PAIRS):
        n = chance.randrange(2, 2 ** chance.randrange(2, 41)) + 1
        m = chance.randrange(1, n)
        old, new, path = wide(m, n, f"seed {number}")
        log_id = station.log_at(m, old)
        place = chance.randrange(len(path))
        wrong = [
            with_flipped(path, place),
            [*path[:place], *path[place + 1 :]],
            [*path[:place], path[place], *path[place:]],
            path[::-1],
        ]
        candidates = [path, *wrong]
        expected = ["" if accepts(m, n, old, new, one) else INCONSISTENT for one in candidates]
        assert expected[:4] == ["", *[INCONSISTENT] * 3]
        assert station.refused([(log_id, n, new, one) for one in candidates]) == expected, (m, n)
        longest = max(longest, len(path))
    assert longest >= 35
    print(f"{RANDOM_PAIRS} random pairs up to 2^40, proofs of up to {longest} nodes: contract and Python agree")
