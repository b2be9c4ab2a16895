"""Chain witnesses end to end on a real chain, by the commands: enrol, attest, anchor, rotate, name a successor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.bootstrap import open_engine, open_home
from evidence_service.chain_commands import chain as chain_group
from evidence_service.commands import anchor_command, institution_group, publish_command
from evidence_service.core.attestation import Domain
from evidence_service.core.attestation_file import CheckpointStatement, Request, parse_request, request_bytes
from evidence_service.core.checkpoint import Checkpoint
from evidence_service.core.verify import verify_proof
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from evidence_service.verifier.chain_reader import RpcChainReader
from tests.evidence_service.core.signing import TestKey
from tests.evidence_service.examples import INSTITUTION, event_value

pytestmark = pytest.mark.chain


@click.group()
@click.option("--home", type=click.Path(path_type=Path))
def root(home: Path) -> None:
    """Stands for the one entry point."""


for command in (chain_group, publish_command, anchor_command, institution_group):
    root.add_command(command)


@dataclass
class House:
    """An instance with a log that is anchored once, three chain witnesses with keys of their own, and the program."""

    home: Path
    desk: Path

    @property
    def service(self) -> EvidenceService:
        return open_home(self.home)

    @property
    def log_key(self) -> str:
        return self.service.log(INSTITUTION).vkey

    def run(self, *words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(root, ["--home", str(self.home), *words, "--json"], catch_exceptions=False)
        assert done.exit_code == code, done.output + done.stderr
        return json.loads(done.stdout)

    def grow(self, first: int) -> None:
        self.service.submit([event_value(id=f"E-{first + at}") for at in range(3)])
        self.run("publish")

    def key(self, number: int) -> Path:
        return self.desk / f"witness-{number}.key"

    def answers(self, request: Path, *numbers: int) -> list[str]:
        made = []
        for number in numbers:
            out = self.desk / f"{request.stem}-{number}.answer.json"
            words = ("chain", "attest", str(request), "--key", str(self.key(number)), "-o", str(out), "--yes")
            self.run(*words, "--log-key", self.log_key)
            made.append(str(out))
        return made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    home, desk = tmp_path / "home", tmp_path / "desk"
    desk.mkdir()
    settings = read_settings(home, {})
    open_engine(settings).dispose()
    made = House(home, desk)
    made.service.add_institution(INSTITUTION)
    made.service.chain.initialise()
    try:
        made.grow(0)
        made.run("anchor")
        yield made
    finally:
        made.service.chain.local.stop()


def enrolled(house: House) -> list[str]:
    addresses = [house.run("chain", "witness-key", str(house.key(number)))["address"] for number in range(3)]
    house.run("chain", "enrol-witnesses", *addresses, "--threshold", "2")
    return addresses


def test_a_log_with_witnesses_is_anchored_with_their_attestations_and_not_without(house: House) -> None:
    enrolled(house)
    house.grow(10)
    refused = house.run("anchor", code=1)
    assert refused["error"]["code"] == "attestations-missing"
    request = house.desk / "checkpoint.json"
    house.run("chain", "request", "-o", str(request))
    first, second = house.answers(request, 0, 2)
    house.run("chain", "add-attestation", first)
    assert "no checkpoint has more than 1" in house.run("anchor", code=1)["error"]["message"]
    house.run("chain", "add-attestation", second)
    anchored = house.run("anchor")
    assert anchored["state"] == "final"
    status = house.run("chain", "status")
    assert status["logs"][0]["threshold"] == 2
    assert status["logs"][0]["material_missing"] == 0


def test_a_witness_signs_one_history_and_never_a_step_back(house: House) -> None:
    enrolled(house)
    house.grow(10)
    older = house.desk / "older.json"
    house.run("chain", "request", "-o", str(older))
    house.answers(older, 0)
    house.answers(older, 0)  # the same again is no other history
    house.grow(20)
    newer = house.desk / "newer.json"
    house.run("chain", "request", "-o", str(newer))
    words = ("chain", "attest", "--key", str(house.key(0)), "--log-key", house.log_key, "-o", str(house.desk / "no"))
    size = parse_request(older.read_bytes()).statement.checkpoint.size  # type: ignore[union-attr]
    refused = house.run(*words, str(newer), code=1)["error"]
    assert refused["code"] == "chain-witness-refuses"
    assert f"--from {size}" in refused["message"]
    house.run("chain", "request", "--from", str(size), "-o", str(newer))
    house.answers(newer, 0)
    assert "step back" in house.run(*words, str(older), code=1)["error"]["message"]
    house.answers(newer, 1)  # another witness has a memory of his own


def test_a_witness_refuses_another_history_and_another_key(house: House) -> None:
    """The log's own key signs a fork of a tree that the witness attested: the proof cannot hold."""
    enrolled(house)
    log = house.service.log(INSTITUTION)
    key = TestKey(log.origin)
    note = key.sign_note(Checkpoint(log.origin, 5, b"\x05" * 32).text())
    fork = key.sign_note(Checkpoint(log.origin, 9, b"\x09" * 32).text())
    domain = Domain(31337, "0x" + "ab" * 20)
    words = ("chain", "attest", "--key", str(house.key(0)), "-o", str(house.desk / "out.json"))
    first, second = house.desk / "first.json", house.desk / "second.json"
    first.write_bytes(request_bytes(Request(domain, "0x" + "11" * 32, CheckpointStatement(note, 0, ()))))
    second.write_bytes(request_bytes(Request(domain, "0x" + "11" * 32, CheckpointStatement(fork, 5, (bytes(32),) * 3))))
    assert "not signed" in house.run(*words, str(first), "--log-key", house.log_key, code=1)["error"]["message"]
    house.run(*words, str(first), "--log-key", key.vkey)
    refused = house.run(*words, str(second), "--log-key", key.vkey, code=1)
    assert "does not extend size 5" in refused["error"]["message"]


def test_an_answer_for_something_else_or_by_a_stranger_is_not_kept(house: House) -> None:
    enrolled(house)
    house.grow(10)
    request = house.desk / "checkpoint.json"
    house.run("chain", "request", "-o", str(request))
    house.run("chain", "witness-key", str(house.key(7)))
    (stranger,) = house.answers(request, 7)
    assert "no witness of log" in house.run("chain", "add-attestation", stranger, code=1)["error"]["message"]
    (good,) = house.answers(request, 1)
    changed = json.loads(Path(good).read_bytes())
    for name, value, why in (
        ("digest", "0x" + "00" * 32, "another request"),
        ("signature", "0x" + "00" * 65, "is not"),
        ("signer", "0x" + "00" * 20, "is not"),
    ):
        wrong = house.desk / "wrong.json"
        wrong.write_text(json.dumps({**changed, name: value}, sort_keys=True, separators=(",", ":")))
        refused = house.run("chain", "add-attestation", str(wrong), code=1)["error"]
        assert refused["code"] == "answer-foreign"
        assert why in refused["message"]


def test_a_lost_submitter_key_is_answered_by_the_witnesses_and_the_log_goes_on(house: House) -> None:
    enrolled(house)
    lost = house.home / "keys" / "chain.key"
    old = ChainAccount.load_or_make(house.home).address
    lost.rename(house.desk / "stolen.key")
    house.grow(10)
    refused = house.run("anchor", code=1)["error"]
    assert refused["code"] == "chain-other-log"
    assert "rotate-submitter" in refused["message"]
    assert old in refused["message"]
    request = house.desk / "rotation.json"
    house.run("chain", "rotate-submitter", "-o", str(request))
    one = house.answers(request, 0)
    few = house.run("chain", "rotate-submitter", "--attestation", one[0], code=1)["error"]
    assert few["code"] == "answers-missing"
    words = [word for answer in house.answers(request, 1, 2) for word in ("--attestation", answer)]
    moved = house.run("chain", "rotate-submitter", *words)
    fresh = ChainAccount.load_or_make(house.home).address
    assert moved["submitter"] == fresh != old
    assert house.run("chain", "rotate-submitter") == moved  # done already: nothing is sent
    checkpoint = house.desk / "checkpoint.json"
    house.run("chain", "request", "-o", str(checkpoint))
    house.run("chain", "add-attestation", *house.answers(checkpoint, 0, 1))
    before = house.service.anchors.newest(INSTITUTION, 1)[0]
    assert house.run("anchor")["log_id"] == before.chain_log_id


def test_witnesses_are_replaced_by_the_present_ones(house: House) -> None:
    enrolled(house)
    fresh = [house.run("chain", "witness-key", str(house.key(number)))["address"] for number in (7, 8)]
    words = ("chain", "rotate-witnesses", *fresh, "--threshold", "1")
    request = house.desk / "witnesses.json"
    house.run(*words, "-o", str(request))
    answers = [word for answer in house.answers(request, 0, 1) for word in ("--attestation", answer)]
    made = house.run(*words, *answers)
    assert made["threshold"] == 1
    assert {one.lower() for one in made["witnesses"]} == {one.lower() for one in fresh}
    assert house.run(*words) == made


def test_a_replaced_log_key_is_continued_by_a_successor_that_extends_the_same_history(house: House) -> None:
    """The trace of a lost log key: the old id ended, the new one goes on from its head once its witnesses signed."""
    enrolled(house)
    before = house.run("chain", "status")["logs"][0]
    words = ("institution", "rotate-key", INSTITUTION, "--reason", "laptop stolen")
    house.service.submit([event_value(id="E-10")])
    stolen = house.run(*words, "--stolen-since", "2026-01-01T00:00:00Z")
    assert not stolen["completed"]
    assert "name-successor" in house.run("anchor", code=1)["error"]["message"]
    request = house.desk / "succession.json"
    house.run("chain", "name-successor", "-o", str(request))
    answers = [word for answer in house.answers(request, 0, 2) for word in ("--attestation", answer)]
    named = house.run("chain", "name-successor", *answers)
    assert named["log_id"] == before["log_id"] != named["successor_id"]
    assert house.run(*words)["completed"]
    checkpoint = house.desk / "checkpoint.json"
    house.run("chain", "request", "-o", str(checkpoint))
    house.run("chain", "add-attestation", *house.answers(checkpoint, 0, 1))
    anchored = house.run("anchor")
    assert anchored["log_id"] == named["successor_id"]
    assert house.run("chain", "status")["logs"][0]["anchored_size"] == anchored["tree_size"]


def test_a_key_is_changed_in_one_command_where_the_log_has_no_chain_witnesses(house: House) -> None:
    """The old key closes and is anchored, then the contract continues the log under the new one; readers pin both."""
    before = house.run("chain", "status")["logs"][0]
    old = house.log_key
    house.service.submit([event_value(id="E-10")])
    done = house.run("institution", "rotate-key", "--reason", "yearly change")
    assert done["completed"]
    assert house.service.anchors.newest(INSTITUTION, 1)[0].size == done["last_size"]
    house.grow(20)
    anchored = house.run("anchor")
    assert anchored["log_id"] != before["log_id"]
    trust = house.service.trust_file({})
    assert trust.logs[0].log_ids == (before["log_id"], anchored["log_id"])
    assert [pin.vkey for pin in trust.logs[0].keys][::2] == [old, house.log_key]
    reader = RpcChainReader(house.service.chain.open().url)
    moment = house.service.now()
    for event_id in ("E-0", "E-20"):
        evidence = house.service.prove(house.service.event(event_id))
        report = verify_proof(evidence.proof.text().encode(), evidence.leaf, trust, reader, moment)
        assert {check.n: check.code for check in report.checks}[8] == "anchored-self-run"


def test_a_chain_that_is_away_leaves_a_change_that_the_same_command_completes(house: House) -> None:
    house.service.submit([event_value(id="E-10")])
    words = ("institution", "rotate-key", "--reason", "yearly change")
    house.service.chain.local.stop()
    state = house.home / "chain" / "state.json"
    assert state.parent.is_dir()
    away = next(path for path in state.parent.iterdir() if path.name.startswith("state"))
    away.rename(house.desk / "away")
    house.run(*words, code=1)
    (house.desk / "away").rename(away)
    assert house.run(*words)["completed"]
    assert [key["number"] for key in house.run("institution", "keys")["keys"]] == [1, 2]
