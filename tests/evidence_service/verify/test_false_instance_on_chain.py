"""The false instance with real chains: an attacker runs his own, of the same number, with the true contract's code.

Two local chains, two deployments of EvidenceAnchor, two whole instances. Nothing of the attacker's chain counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.ethereum import EthereumAnchor
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.chain import Deployment
from evidence_service.core.metadata import ChainClaim
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import ChainGrade, PinnedChain, TrustFile
from evidence_service.core.trust_note import read_trust, trust_text
from evidence_service.core.verify import verify_package
from evidence_service.verifier.chain_reader import RpcChainReader
from tests.evidence_service.verify.instances import Instance, make_instance
from tests.evidence_service.verify.world import NOW

pytestmark = pytest.mark.chain


@dataclass(frozen=True)
class Party:
    """An instance whose checkpoint is anchored on a chain of its own, and its trust file as its readers have it."""

    instance: Instance
    local: LocalChain
    deployment: Deployment
    trust: TrustFile
    claim: ChainClaim

    @property
    def reader(self) -> RpcChainReader:
        return RpcChainReader(self.local.rpc_url)

    def package(self, claim: ChainClaim | None = None) -> bytes:
        world = self.instance.world
        metadata = replace(world.metadata, chain=claim or self.claim)
        return world.package_zip(replace(world.contents, metadata=metadata))


def anchored(seed: str, local: LocalChain, account: ChainAccount, deployment: Deployment) -> Party:
    """Register the instance's log, anchor its checkpoint, pin all of it."""
    instance = make_instance(seed)
    world = instance.world
    anchor = EthereumAnchor(local.rpc_url, account, local.chain_id, deployment)
    log_id = anchor.register_log(world.log.name, world.log.verifier.public_key)
    prepared = anchor.prepare_anchor(log_id, len(world.entries), world.root, [])
    anchor.send(prepared)
    block = anchor.wait(prepared.tx_hash).block_number
    assert block is not None
    local.mine(3)
    chain = PinnedChain(
        deployment.chain_id,
        deployment.genesis_hash,
        deployment.evidence_anchor,
        deployment.code_hash,
        ChainGrade.CONSORTIUM,
        3,
    )
    log = replace(world.trust().logs[0], log_ids=("0x" + log_id.hex(),))
    trust = instance.trust(logs=(log,), chains=(chain,))
    raw = instance.issuer.sign_note(trust_text(trust)).encode()
    claim = ChainClaim(
        chain.chain_id, chain.genesis, chain.contract, chain.code_hash, log.log_id, prepared.tx_hash, block
    )
    return Party(instance, local, deployment, read_trust(raw, instance.issuer.vkey), claim)


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Party, Party]]:
    """The lender and the attacker, each with a chain of the same number."""
    with ExitStack() as stack:
        made = []
        for seed in ("lender", "attacker"):
            home: Path = tmp_path_factory.mktemp(seed)
            local = LocalChain(home)
            local.start()
            stack.callback(local.stop)
            account = ChainAccount.load_or_make(home)
            local.fund(account.address)
            deployment = EthereumAnchor(local.rpc_url, account, local.chain_id).deploy()
            made.append(anchored(seed, local, account, deployment))
        yield made[0], made[1]


def verify(raw: bytes, trust: TrustFile | None, reader: RpcChainReader | None) -> Report:
    return verify_package(raw, trust, reader, NOW)


def codes(report: Report) -> list[tuple[int, str]]:
    return [(check.n, check.code) for check in report.checks]


def test_each_instance_agrees_with_itself(parties: tuple[Party, Party]) -> None:
    for party in parties:
        report = verify(party.package(), party.trust, party.reader)
        others = [check for check in report.checks if check.n != 9]  # the chain's clock is today's, the world's is not
        assert {check.state.value for check in others} == {"passed"}, codes(report)


def test_the_attacker_s_package_fails_against_the_pinned_file_whichever_node_is_asked(
    parties: tuple[Party, Party],
) -> None:
    lender, attacker = parties
    for reader in (None, lender.reader, attacker.reader):
        report = verify(attacker.package(), lender.trust, reader)
        assert report.result is Result.FAILED
        assert (report.check(6).code, report.check(8).code) == ("log-key-not-pinned", "chain-not-pinned")


def test_the_attacker_s_package_is_incomplete_without_a_trust_file(parties: tuple[Party, Party]) -> None:
    _, attacker = parties
    report = verify(attacker.package(), None, attacker.reader)
    assert report.result is Result.INCOMPLETE
    assert {report.check(n).code for n in (6, 7, 8)} == {"no-trust-file"}


def test_the_attacker_s_chain_cannot_confirm_the_lender_s_own_package(parties: tuple[Party, Party]) -> None:
    """The same chain number and the same code, but another genesis and nothing anchored."""
    lender, attacker = parties
    report = verify(lender.package(), lender.trust, attacker.reader)
    assert report.result is Result.FAILED
    assert report.check(8).code in {"genesis-mismatch", "code-mismatch"}


def test_the_lender_s_key_registered_by_the_attacker_on_the_lender_s_chain_is_another_log(
    parties: tuple[Party, Party], tmp_path: Path
) -> None:
    """The right contract, origin and key, anchored under the attacker's account: the pinned log id differs."""
    lender, attacker = parties
    world = lender.instance.world
    thief = ChainAccount.load_or_make(tmp_path)
    lender.local.fund(thief.address)
    anchor = EthereumAnchor(lender.local.rpc_url, thief, lender.local.chain_id, lender.deployment)
    squatted = anchor.register_log(world.log.name, world.log.verifier.public_key)
    prepared = anchor.prepare_anchor(squatted, len(world.entries), attacker.instance.world.root, [])
    anchor.send(prepared)
    block = anchor.wait(prepared.tx_hash).block_number
    assert block is not None
    claim = replace(lender.claim, log_id="0x" + squatted.hex(), tx=prepared.tx_hash, block=block)
    report = verify(lender.package(claim), lender.trust, lender.reader)
    assert (report.check(8).code, report.result) == ("chain-not-pinned", Result.FAILED)
