"""The trust file: one spelling, strict fields, a term, and a policy that cannot wave everything through."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785

from evidence_service.core.note import parse_vkey
from evidence_service.core.trust import ALWAYS_REQUIRED, TrustError
from evidence_service.core.trust_json import parse_trust, trust_bytes
from tests.evidence_service.verify.world import NOW, Signer, make_world

WORLD = make_world()


WITNESS = Signer.from_seed("witness.example", "witness").vkey
AUTHORITY = {"name": "TSA", "certificate": "AAAA", "not_before": None, "not_after": None, "revoked_at": None}
COURT = {"name": "The court", "chain_id": 1, "address": "0x" + "ab" * 20}
BLOCK = {"number": 7, "hash": "0x" + "11" * 32}


def key(vkey: str, **changes: Any) -> dict[str, Any]:
    open_ends = {"not_before": None, "not_after": None, "revoked_at": None}
    return {"vkey": vkey, "name": "", "reason": "", **open_ends} | changes


def under_another_name(vkey: str) -> str:
    """The same key as if it were somebody else's."""
    return str(replace(parse_vkey(vkey), name="another.example"))


def changed(**changes: Any) -> bytes:
    return rfc8785.dumps(json.loads(trust_bytes(WORLD.trust())) | changes)


def with_first(group: str, **changes: Any) -> bytes:
    value = json.loads(trust_bytes(WORLD.trust()))
    value[group][0] |= changes
    return rfc8785.dumps(value)


def test_a_trust_file_survives_writing_and_reading() -> None:
    assert parse_trust(trust_bytes(WORLD.trust())) == WORLD.trust()


def test_every_part_survives_writing_and_reading() -> None:
    parts = {"witnesses": [key(WITNESS, name="Notary", not_after="2026-02-01T00:00:00.5Z", reason="retired")]}
    raw = changed(**parts, quorum=1, auditors=[key(WITNESS)], authorities=[AUTHORITY], courts=[COURT])
    value = json.loads(raw)
    value["chains"][0]["blocks"] = [BLOCK, BLOCK | {"number": 8}]
    trust = parse_trust(rfc8785.dumps(value))
    assert trust_bytes(trust).replace(b"500000Z", b"5Z") == rfc8785.dumps(value)
    assert (trust.authorities[0].certificate, trust.courts[0].name) == (b"\0\0\0", "The court")
    assert trust.chains[0].blocks[1].number == 8


def test_addresses_are_written_in_lower_case() -> None:

    chain = WORLD.trust().chains[0]
    shouting = WORLD.trust(chains=(replace(chain, contract="0x" + chain.contract[2:].upper()),))
    assert parse_trust(trust_bytes(shouting)) == WORLD.trust()


def test_it_is_in_force_from_issue_until_it_expires() -> None:
    trust = WORLD.trust()
    assert trust.in_force(trust.issued_at - timedelta(seconds=1)) == "trust-not-yet-valid"
    assert trust.in_force(trust.issued_at) == ""
    assert trust.in_force(NOW) == ""
    assert trust.in_force(trust.expires_at) == "trust-expired"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        trust_bytes(WORLD.trust()) + b"\n",
        changed(v=1),
        changed(v=True),
        changed(kind="proofdocket.package"),
        changed(extra=1),
        changed(version=0),
        changed(issuer=""),
        changed(issued_at="2026-05-02"),
        changed(expires_at="2026-01-01T00:00:00Z"),
        changed(quorum=1),
        changed(witnesses=["nobody"]),
        changed(witnesses=[key(WORLD.log.vkey)]),
        changed(witnesses=[key(WITNESS), key(under_another_name(WITNESS))], quorum=2),
        changed(auditors=[key(WITNESS), key(under_another_name(WITNESS))]),
        changed(auditors=[key(WORLD.package.vkey)]),
        changed(auditors=[key(WITNESS), key(WITNESS)]),
        changed(witnesses=[key(WITNESS, not_before="2026-02-01T00:00:00Z", not_after="2026-02-01T00:00:00Z")]),
        changed(witnesses=[key(WITNESS, revoked_at="yesterday")]),
        changed(witnesses=[key(WITNESS, reason="two\nlines")]),
        changed(witnesses=[{"vkey": WITNESS}]),
        changed(issuer_vkey="nobody"),
        changed(next_issuer_vkey=WITNESS),
        changed(authorities=[AUTHORITY | {"certificate": "AAA"}]),
        changed(authorities=[AUTHORITY | {"certificate": ""}]),
        changed(authorities=[AUTHORITY, AUTHORITY]),
        changed(courts=[COURT | {"address": "0x12"}]),
        changed(courts=[COURT, COURT]),
        with_first("chains", blocks=[BLOCK, BLOCK]),
        with_first("chains", blocks=[BLOCK | {"number": -1}]),
        with_first("chains", blocks=[BLOCK | {"hash": "0x11"}]),
        with_first("logs", log_ids=["0x" + "11" * 32] * 2),
        with_first("logs", keys=[key(WORLD.log.vkey)] * 2),
        changed(required=[]),
        changed(required=[1, 3, 5]),
        changed(required=[1, 3, 6, 5]),
        changed(required=[1, 3, 5, 6, 11]),
        changed(logs=json.loads(trust_bytes(WORLD.trust()))["logs"] * 2),
        changed(chains=json.loads(trust_bytes(WORLD.trust()))["chains"] * 2),
        with_first("logs", keys=json.loads(trust_bytes(WORLD.trust()))["logs"][0]["package_keys"]),
        with_first("logs", package_keys=json.loads(trust_bytes(WORLD.trust()))["logs"][0]["keys"]),
        with_first("logs", keys=[]),
        with_first("logs", package_keys=[]),
        with_first("logs", credit_code="short"),
        with_first("logs", log_ids=["0x12"]),
        with_first("logs", log_ids=[""]),
        with_first("chains", grade="private"),
        with_first("chains", grade=[]),
        changed(logs={}),
        changed(required=[1, "3"]),
        with_first("chains", contract="0xAB"),
        with_first("chains", genesis="11" * 32),
        with_first("chains", confirmations=-1),
        with_first("chains", chain_id=True),
    ],
)
def test_a_trust_file_out_of_form_is_refused(raw: bytes) -> None:
    with pytest.raises(TrustError):
        parse_trust(raw)


@pytest.mark.parametrize("missing", sorted(json.loads(trust_bytes(WORLD.trust()))))
def test_a_trust_file_without_a_member_is_refused(missing: str) -> None:
    value = json.loads(trust_bytes(WORLD.trust()))
    del value[missing]
    with pytest.raises(TrustError):
        parse_trust(rfc8785.dumps(value))


@pytest.mark.parametrize("dropped", sorted(ALWAYS_REQUIRED))
def test_a_policy_must_require_form_entries_inclusion_and_signature(dropped: int) -> None:
    with pytest.raises(TrustError, match="required"):
        parse_trust(changed(required=[n for n in range(1, 11) if n != dropped]))
