"""Check (8) against the real contract on the real local chain, asked over its JSON-RPC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.metadata import ChainClaim
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import ChainGrade, PinnedChain, TrustFile
from evidence_service.core.verify import verify_package, verify_proof
from evidence_service.verifier.chain_reader import RpcChainReader
from tests.evidence_service.verify.world import NOW, World, make_world

pytestmark = pytest.mark.chain
WORLD = make_world()


@dataclass
class Anchored:
    """A chain on which the world's checkpoint is anchored, and what an honest trust file and package say of it."""

    local: LocalChain
    trust: TrustFile
    claim: ChainClaim

    def verify(self, world: World = WORLD, claim: ChainClaim | None = None) -> Report:
        metadata = replace(world.metadata, chain=claim or self.claim)
        raw = world.package_zip(replace(world.contents, metadata=metadata))
        return verify_package(raw, self.trust, RpcChainReader(self.local.rpc_url), NOW)


@pytest.fixture(scope="module")
def anchored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anchored]:
    home: Path = tmp_path_factory.mktemp("chain")
    local = LocalChain(home)
    local.start()
    try:
        account = ChainAccount.load_or_make(home)
        local.fund(account.address)
        deployment = EthereumAnchor(local.rpc_url, account, local.chain_id).deploy()
        anchor = EthereumAnchor(local.rpc_url, account, local.chain_id, deployment)
        log_id = anchor.register_log(WORLD.log.name, WORLD.log.verifier.public_key)
        prepared = anchor.prepare_anchor(log_id, len(WORLD.entries), WORLD.root, [])
        anchor.send(prepared)
        block = anchor.wait(prepared.tx_hash).block_number
        assert block is not None
        local.mine(3)
        local.save_state()
        chain = PinnedChain(
            deployment.chain_id,
            deployment.genesis_hash,
            deployment.evidence_anchor,  # checksummed, as Ethereum tools write it: the verifier does not mind
            deployment.code_hash,
            ChainGrade.SELF_RUN,
            3,
        )
        log = replace(WORLD.trust().logs[0], log_ids=("0x" + log_id.hex(),))
        claim = ChainClaim(
            chain.chain_id, chain.genesis, chain.contract, chain.code_hash, log.log_id, prepared.tx_hash, block
        )
        yield Anchored(local, WORLD.trust(logs=(log,), chains=(chain,)), claim)
    finally:
        local.stop()


def test_check_8_passes_on_the_real_chain_and_still_does_after_a_restart(anchored: Anchored) -> None:
    for _ in range(2):
        report = anchored.verify()
        assert report.check(8).code == "anchored-self-run", report.check(8).reason
        assert report.result is Result.PASSED
        anchored.local.stop()
        anchored.local.start()


def test_check_8_passes_for_a_bare_proof_on_the_real_chain(anchored: Anchored) -> None:
    index = WORLD.mine[0]
    reader = RpcChainReader(anchored.local.rpc_url)
    proof = WORLD.proof(index).encode()
    assert (
        verify_proof(proof, WORLD.entries[index].leaf, anchored.trust, reader, NOW).check(8).code == "anchored-self-run"
    )


def test_check_8_fails_for_a_fork_signed_by_the_lender_s_own_key(anchored: Anchored) -> None:
    """Same keys, same size, another history: signature and inclusion hold, the chain contradicts."""
    fork = replace(make_world("other history"), log=WORLD.log, package=WORLD.package)
    report = anchored.verify(fork)
    assert report.check(6).code == "log-signature-valid"
    assert report.check(5).code == "included"
    assert report.check(8).code == "root-mismatch"


def test_check_8_fails_for_a_size_that_was_never_anchored(anchored: Anchored) -> None:
    longer = make_world(events=4)
    assert anchored.verify(longer).check(8).code == "root-missing"


def test_check_8_is_not_checked_when_the_anchor_is_not_deep_enough(anchored: Anchored) -> None:
    deep = tuple(replace(chain, confirmations=1000) for chain in anchored.trust.chains)
    shallow = replace(anchored, trust=replace(anchored.trust, chains=deep))
    assert shallow.verify().check(8).code == "not-deep-enough"


def test_check_8_fails_for_the_wrong_genesis_code_or_log(anchored: Anchored) -> None:
    chain, log = anchored.trust.chains[0], anchored.trust.logs[0]
    other = "0x" + "12" * 32
    for trust, claim, code in (
        (replace(chain, genesis=other), replace(anchored.claim, genesis=other), "genesis-mismatch"),
        (replace(chain, code_hash=other), replace(anchored.claim, code_hash=other), "code-mismatch"),
    ):
        changed = replace(anchored, trust=replace(anchored.trust, chains=(trust,)))
        assert changed.verify(claim=claim).check(8).code == code
    changed = replace(anchored, trust=replace(anchored.trust, logs=(replace(log, log_ids=(other,)),)))
    assert changed.verify(claim=replace(anchored.claim, log_id=other)).check(8).code == "log-id-mismatch"


def test_check_9_takes_no_bound_from_an_anchor_that_failed(anchored: Anchored) -> None:
    future = make_world(captured=lambda number: NOW + timedelta(days=36500 + number))
    index = future.mine[0]
    reader = RpcChainReader(anchored.local.rpc_url)
    report = verify_proof(future.proof(index).encode(), future.entries[index].leaf, anchored.trust, reader, NOW)
    assert report.check(8).code == "root-mismatch"
    assert report.check(9).code == "in-time"  # no anchor, no bound
