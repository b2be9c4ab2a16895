"""An attacker builds a whole instance of his own: it is worth nothing against a pinned trust file, and little without.

His log has the lender's origin and institution, his keys bear the same names, his chain has the same number; witnesses,
auditor and timestamp authority are his. The package is perfect: against his own trust file all ten checks pass.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_service.core import anchor_view, container, package
from evidence_service.core.container import Limits
from evidence_service.core.metadata import metadata_bytes
from evidence_service.core.policy import parse_policy
from evidence_service.core.reasons import CheckState
from evidence_service.core.report import Report, Result
from evidence_service.core.trust import IssuerStanding, PinnedKey, TrustError, TrustFile
from evidence_service.core.trust_note import (
    TrustIssuerError,
    TrustRollbackError,
    read_successor,
    read_trust,
)
from evidence_service.core.twin import twin_bytes
from evidence_service.core.verify import verify_package, verify_proof, verify_twin
from tests.evidence_service.verify.instances import Instance, make_instance
from tests.evidence_service.verify.world import CONTRACT, NOW, Chain, reseal

NEEDS_TRUST = (6, 7, 8)


@cache
def lender() -> Instance:
    return make_instance("lender")


@cache
def attacker() -> Instance:
    return make_instance("attacker")


def verify(instance: Instance, trust: TrustFile | None, chain: Chain | None = None) -> Report:
    return verify_package(instance.package, trust, chain, NOW)


def test_both_instances_are_perfect_by_their_own_trust_files() -> None:
    for one in (lender(), attacker()):
        report = verify(one, one.pinned(), one.chain)
        assert report.result is Result.PASSED, [(check.n, check.code) for check in report.checks]


def test_the_false_instance_fails_against_the_pinned_trust_file() -> None:
    for chain in (None, attacker().chain, lender().chain):
        report = verify(attacker(), lender().pinned(), chain)
        assert report.result is Result.FAILED
        assert report.check(6).code == "log-key-not-pinned"
        assert report.check(7).state is not CheckState.PASSED
        assert report.check(8).state is not CheckState.PASSED
        assert report.check(10).state is not CheckState.PASSED
        assert report.unaltered_since is None


def test_the_false_instance_is_incomplete_without_a_trust_file() -> None:
    for chain in (None, attacker().chain):
        report = verify(attacker(), None, chain)
        assert report.result is Result.INCOMPLETE
        assert {report.check(n).code for n in NEEDS_TRUST} == {"no-trust-file"}
        assert report.unaltered_since is None


def test_a_trust_file_of_the_attacker_is_refused_by_who_pinned_an_issuer() -> None:
    with pytest.raises(TrustIssuerError):
        read_trust(attacker().trust_file(), lender().issuer.vkey)
    with pytest.raises(TrustIssuerError):
        read_successor(attacker().trust_file(version=9), lender().pinned())


def test_who_takes_the_attacker_s_file_without_an_issuer_is_told_that_nobody_verified_it() -> None:
    trust = read_trust(attacker().trust_file())
    report = verify(attacker(), trust, attacker().chain)
    assert report.result is Result.PASSED  # the reader asked whether the attacker agrees with himself
    assert report.as_json()["trust"]["standing"] == "signed"
    assert trust.standing is IssuerStanding.SIGNED


def test_a_package_that_names_the_lender_s_keys_but_was_signed_by_others_fails() -> None:
    world = attacker().world
    metadata = replace(world.metadata, log_vkey=lender().world.log.vkey, package_vkey=lender().world.package.vkey)
    members = container.read(attacker().package)
    members[package.METADATA] = metadata_bytes(metadata)
    report = verify_package(reseal(world, members), lender().pinned(), None, NOW)
    assert report.result is Result.FAILED
    assert report.check(6).code == "log-signature-invalid"
    assert report.check(2).code == "manifest-signature-invalid"


def test_the_right_keys_with_another_credit_code_fail() -> None:
    metadata = replace(lender().world.metadata, credit_code="91350000MA0000001X")
    raw = lender().world.package_zip(replace(lender().world.contents, metadata=metadata))
    report = verify_package(raw, lender().pinned(), lender().chain, NOW)
    assert (report.check(6).code, report.result) == ("credit-code-mismatch", Result.FAILED)


def test_the_right_log_id_at_another_contract_fails() -> None:
    claim = replace(lender().world.claim, contract="0x" + "ee" * 20)
    metadata = replace(lender().world.metadata, chain=claim)
    raw = lender().world.package_zip(replace(lender().world.contents, metadata=metadata))
    report = verify_package(raw, lender().pinned(), lender().chain, NOW)
    assert (report.check(8).code, report.result) == ("chain-not-pinned", Result.FAILED)
    elsewhere = replace(lender().chain, runtime=b"another contract at the pinned address")
    assert verify(lender(), lender().pinned(), elsewhere).check(8).code == "code-mismatch"


def test_the_right_contract_where_somebody_else_registered_the_log_fails() -> None:
    """Anybody may register the lender's origin and key on the contract under his own account."""
    other = "0x" + "66" * 20
    key = lender().world.log.verifier.public_key
    squatted = anchor_view.log_id_of(lender().world.log.name, key, lender().chain.identity, CONTRACT, other)
    claim = replace(lender().world.claim, log_id=squatted)
    metadata = replace(lender().world.metadata, chain=claim)
    raw = lender().world.package_zip(replace(lender().world.contents, metadata=metadata))
    assert verify_package(raw, lender().pinned(), None, NOW).check(8).code == "chain-not-pinned"


def test_witness_keys_that_only_the_package_s_policy_names_count_for_nothing() -> None:
    """The lender signs a fork honestly; only witnesses of the attacker cosigned it, and the policy praises them."""
    one = lender()
    theirs = attacker().witnesses
    lines = [f"log {one.world.log.vkey}"]
    lines += [f"witness w{n} {witness.verifier}" for n, witness in enumerate(theirs)]
    policy = "\n".join([*lines, "group g all w0 w1 w2", "quorum g", ""])
    parse_policy(policy)
    world = replace(
        one.world, seen=tuple((witness, at) for witness, (_, at) in zip(theirs, one.world.seen, strict=True))
    )
    raw = world.package_zip(replace(world.contents, material={**world.material, "policy": policy}))
    report = verify_package(raw, one.pinned(), one.chain, NOW)
    assert report.check(7).code == "witness-quorum-missing"
    assert report.result is not Result.PASSED
    assert verify_package(raw, None, None, NOW).check(7).code == "no-trust-file"


def test_a_replayed_older_trust_file_is_refused_once_a_newer_one_was_installed() -> None:
    """The older one still pins a key that the newer one revokes."""
    old = lender().trust_file(version=1)
    revoking = replace(lender().trust().logs[0], keys=(PinnedKey(lender().world.log.vkey, revoked_at=NOW),))
    installed = lender().pinned(version=2, logs=(revoking,))
    with pytest.raises(TrustRollbackError):
        read_successor(old, installed)


def test_an_expired_trust_file_confirms_nothing() -> None:
    trust = lender().pinned(expires_at=NOW)
    report = verify(lender(), trust, lender().chain)
    assert {report.check(n).code for n in NEEDS_TRUST} == {"trust-expired"}
    assert (report.result, report.trust, report.unaltered_since) == (Result.INCOMPLETE, None, None)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_trust_file_edited_in_one_byte_is_never_used(data: st.DataObject) -> None:
    raw = lender().trust_file()
    place = data.draw(st.integers(0, len(raw) - 1))
    flip = data.draw(st.integers(1, 255))
    with pytest.raises(TrustError):
        read_trust(raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :], lender().issuer.vkey)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.sampled_from(["lender", "attacker", "third"]),
    events=st.integers(1, 3),
    others=st.integers(0, 2),
    online=st.booleans(),
    form=st.sampled_from(["package", "twin", "proof"]),
    expired=st.booleans(),
    days=st.integers(-400, 4000),
)
def test_without_a_trust_file_in_force_checks_6_to_8_never_pass(
    seed: str, events: int, others: int, online: bool, form: str, expired: bool, days: int
) -> None:
    one = make_instance(seed, events=events, others=others)
    trust = one.pinned(expires_at=one.trust().issued_at + timedelta(seconds=1)) if expired else None
    now = NOW + timedelta(days=days)
    if expired and trust is not None and not trust.in_force(now):
        return
    chain = one.chain if online else None
    report = _verified(one, form, trust, chain, now)
    for n in NEEDS_TRUST:
        assert report.check(n).state in (CheckState.NOT_CHECKED, CheckState.FAILED)
    assert report.check(10).state is not CheckState.PASSED
    assert report.result is not Result.PASSED
    assert report.unaltered_since is None


def _verified(one: Instance, form: str, trust: TrustFile | None, chain: Any, now: Any) -> Report:
    world = one.world
    if form == "package":
        return verify_package(one.package, trust, chain, now, limits=Limits())
    if form == "twin":
        return verify_twin(twin_bytes(world.metadata, world.packaged, world.material), trust, chain, now)
    index = world.mine[0]
    return verify_proof(world.proof(index).encode(), world.entries[index].leaf, trust, chain, now)
