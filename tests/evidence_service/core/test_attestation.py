"""What chain witnesses sign: eth-account's digests, requests and answers that read back, and nothing else is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence_service.adapters.chain_account import ChainAccount, signer_of
from evidence_service.core.attestation import Attestation, Domain, checkpoint_digest, in_order
from evidence_service.core.attestation_file import (
    Answer,
    CheckpointStatement,
    Request,
    Statement,
    SubmitterStatement,
    SuccessionStatement,
    WitnessesStatement,
    answer_bytes,
    parse_answer,
    parse_request,
    request_bytes,
)
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.errors import MalformedInputError
from tests.evidence_service.core.signing import TestKey
from tools.make_attestation_vectors import KEYS, TARGET, rendered

VECTORS: dict[str, Any] = json.loads(TARGET.read_bytes())
DOMAIN = Domain(VECTORS["chain_id"], VECTORS["contract"])
BY_KIND = {one["statement"]: one for one in VECTORS["statements"]}


def statement(kind: str) -> Statement:
    said = BY_KIND[kind]["message"]
    if kind == "Checkpoint":
        checkpoint = Checkpoint(VECTORS["origin"], said["size"], bytes.fromhex(said["root"][2:]))
        return CheckpointStatement(TestKey(VECTORS["origin"]).sign_note(checkpoint.text()), 7, (bytes(32),))
    if kind == "SubmitterRotation":
        return SubmitterStatement(said["submitter"].lower(), said["epoch"])
    if kind == "WitnessRotation":
        listed = tuple(one.lower() for one in said["witnesses"])
        return WitnessesStatement(listed, said["threshold"], said["epoch"])
    return SuccessionStatement(said["successorId"], said["epoch"])


def request(kind: str) -> Request:
    return Request(DOMAIN, VECTORS["log_id"], statement(kind))


def test_the_vectors_are_what_their_generator_writes() -> None:
    assert TARGET.read_text("utf-8") == rendered()


@pytest.mark.parametrize("kind", BY_KIND)
def test_every_statement_has_the_digest_of_eip_712(kind: str) -> None:
    assert "0x" + request(kind).digest().hex() == BY_KIND[kind]["digest"]
    assert VECTORS["log_id"] in request(kind).sentence()


@pytest.mark.parametrize("kind", BY_KIND)
def test_our_signatures_are_those_of_the_vectors_and_recover_to_their_signers(kind: str) -> None:
    digest = request(kind).digest()
    for key, who, signature in zip(KEYS, VECTORS["witnesses"], BY_KIND[kind]["signatures"], strict=True):
        made = ChainAccount(key).sign_digest(digest)
        assert "0x" + made.hex() == signature
        assert signer_of(digest, made) == who
        assert signer_of(digest, bytes(65)) == ""
        assert signer_of(b"\x01" * 32, made) != who


@pytest.mark.parametrize("kind", BY_KIND)
def test_requests_read_back_and_every_member_is_needed(kind: str) -> None:
    raw = request_bytes(request(kind))
    assert parse_request(raw) == request(kind)
    value = json.loads(raw)
    for place in (value, value["statement"]):
        for name in list(place):
            kept = place.pop(name)
            with pytest.raises(MalformedInputError):
                parse_request(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())
            place[name] = kept


def test_another_domain_log_size_or_root_is_another_digest() -> None:
    log_id, root = VECTORS["log_id"], b"\x07" * 32
    digests = {
        checkpoint_digest(DOMAIN, log_id, 7, root),
        checkpoint_digest(Domain(1, DOMAIN.contract), log_id, 7, root),
        checkpoint_digest(Domain(DOMAIN.chain_id, "0x" + "11" * 20), log_id, 7, root),
        checkpoint_digest(DOMAIN, "0x" + "11" * 32, 7, root),
        checkpoint_digest(DOMAIN, log_id, 8, root),
        checkpoint_digest(DOMAIN, log_id, 7, bytes(32)),
    }
    assert len(digests) == 6


def test_answers_read_back_and_other_forms_are_refused() -> None:
    answer = Answer(b"\x01" * 32, Attestation("0x" + "ab" * 20, b"\x02" * 65))
    assert parse_answer(answer_bytes(answer)) == answer
    value = json.loads(answer_bytes(answer))
    for name, wrong in (("v", 2), ("signature", "0x12"), ("signer", "ab" * 20), ("digest", 1), ("more", 1)):
        with pytest.raises(MalformedInputError):
            parse_answer(json.dumps({**value, name: wrong}, sort_keys=True, separators=(",", ":")).encode())


def test_attestations_are_put_in_the_contract_s_order_and_each_signer_counts_once() -> None:
    made = [Attestation(f"0x{number:040X}", bytes([number])) for number in (200, 9, 3, 200)]
    assert [one.signature[0] for one in in_order(made)] == [3, 9, 200]
