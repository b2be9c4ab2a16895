"""The trust file that an instance writes of itself: everybody that it asks, under names that a reader can check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence_service.core.note import ED25519, ML_DSA_44, VerifierKey
from evidence_service.core.policy import parse_policy
from evidence_service.core.trust import PinnedAuthority, PinnedCourt
from evidence_service.core.trust_json import parse_trust, trust_bytes
from evidence_service.ports import LogRecord
from evidence_service.workflow.trust_file import Others, fewest, trust_file
from tests.evidence_service.verify.instances import Witness
from tests.evidence_service.verify.world import NOW, Signer

ORIGIN = "log.example/sample-cf"
LOG = LogRecord(
    1,
    "sample-cf",
    "样例",
    ORIGIN,
    Signer.from_seed(ORIGIN, "l").vkey,
    Signer.from_seed(f"{ORIGIN}/package", "p").vkey,
    0,
)
W = [Witness.from_seed(f"witness-{n}.example", str(n)) for n in range(4)]
HEAD = [f"log {LOG.vkey}", *(f"witness w{n} {witness.verifier}" for n, witness in enumerate(W))]


def policy(*lines: str) -> str:
    return "\n".join([*HEAD, *lines, ""])


def test_it_pins_log_witnesses_authorities_auditors_and_courts() -> None:
    second = str(VerifierKey(ORIGIN, ML_DSA_44, bytes(1312)))
    others = Others(
        policy=parse_policy(policy("group g 2 w0 w1 w2 w3", "quorum g")),
        authorities=(PinnedAuthority("TSA", b"der"),),
        auditors=(Signer.from_seed("auditor.example", "a").vkey,),
        courts=(PinnedCourt("The court", 31337, "0x" + "ab" * 20),),
    )
    trust = trust_file(
        [replace(LOG, mldsa_vkey=second)],
        {"sample-cf": "91350000MA0000000X"},
        {"sample-cf": ["0x" + "11" * 32]},
        None,
        NOW,
        others,
    )
    assert parse_trust(trust_bytes(trust)) == trust
    assert [pin.vkey for pin in trust.logs[0].keys] == [LOG.vkey, second]
    assert trust.logs[0].vkey == LOG.vkey
    assert [pin.key.algorithm for pin in trust.logs[0].package_keys] == [ED25519]
    assert ([pin.name for pin in trust.witnesses], trust.quorum) == (["w0", "w1", "w2", "w3"], 2)
    assert (len(trust.authorities), len(trust.auditors), len(trust.courts)) == (1, 1, 1)


def test_an_instance_alone_pins_itself_only() -> None:
    trust = trust_file([LOG], {}, {}, None, NOW)
    assert (trust.witnesses, trust.quorum, trust.authorities, trust.logs[0].log_ids) == ((), 0, (), ())
    assert parse_trust(trust_bytes(trust)) == trust


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["quorum none"], 0),
        (["quorum w0"], 1),
        (["group g all w0 w1 w2", "quorum g"], 3),
        (["group g any w0 w1 w2", "quorum g"], 1),
        (["group a all w0 w1", "group b all a w2 w3", "quorum b"], 4),
        (["group a all w0 w1", "group b any a w2", "quorum b"], 1),
    ],
)
def test_the_quorum_is_the_fewest_witnesses_that_the_policy_takes(lines: list[str], count: int) -> None:
    assert fewest(parse_policy(policy(*lines))) == count
