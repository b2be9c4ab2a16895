"""What goes wrong on a real chain, whether nothing is lost, and whether `chain status` tells a person what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.bootstrap import open_engine, open_home
from evidence_service.chain_commands import chain as chain_group
from evidence_service.commands import anchor_command, publish_command
from evidence_service.core.anchor_material import parse_anchor, prove_anchor
from evidence_service.core.merkle import consistency_proof
from evidence_service.ports import AnchorRecord, AnchorState
from evidence_service.service import EvidenceService
from evidence_service.settings import read_settings
from tests.evidence_service.examples import INSTITUTION, event_value

pytestmark = pytest.mark.chain


@click.group()
@click.option("--home", type=click.Path(path_type=Path))
def root(home: Path) -> None:
    """Stands for the one entry point."""


for command in (chain_group, publish_command, anchor_command):
    root.add_command(command)


@dataclass
class Remote:
    """An instance on a chain that somebody else runs, with a log that is anchored once. `other` is that chain."""

    home: Path
    other: LocalChain
    events: int = 0

    @property
    def service(self) -> EvidenceService:
        return open_home(self.home)

    @property
    def node(self) -> JsonRpc:
        return JsonRpc(self.other.rpc_url)

    @property
    def account(self) -> str:
        return ChainAccount.load_or_make(self.home).address

    def run(self, *words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(root, ["--home", str(self.home), *words, "--json"], catch_exceptions=False)
        assert done.exit_code == code, done.output + done.stderr
        return json.loads(done.stdout)

    def people_read(self, *words: str) -> str:
        return CliRunner().invoke(root, ["--home", str(self.home), *words], catch_exceptions=False).output

    def grow(self) -> None:
        self.events += 3
        self.service.submit([event_value(id=f"E-{self.events + at}") for at in range(3)])
        self.run("publish")

    def records(self) -> list[AnchorRecord]:
        return self.service.anchors.newest(INSTITUTION, 100)


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    other = LocalChain(tmp_path / "elsewhere", chain_id=2026)
    other.start()
    monkeypatch.setenv("PROOFDOCKET_RPC_URL", other.rpc_url)
    monkeypatch.setenv("PROOFDOCKET_CONFIRMATIONS", "2")
    home = tmp_path / "home"
    try:
        open_engine(read_settings(home)).dispose()
        made = Remote(home, other)
        made.service.add_institution(INSTITUTION)
        other.fund(made.account)
        made.service.chain.initialise()
        made.grow()
        made.run("anchor")
        yield made
    finally:
        other.stop()


def test_status_tells_everything_of_a_chain_that_is_well(remote: Remote) -> None:
    remote.node.call("anvil_mine", "0x2")
    assert remote.run("anchor")["state"] == "final"
    status = remote.run("chain", "status")
    assert status["asks"] == []
    assert status["identity"]["chain_id"] == 2026
    assert status["identity"]["kind"] == "remote"
    assert status["identity"]["asked"] is True
    assert status["identity"]["problem"] == ""
    assert status["account"]["account"] == remote.account
    assert status["account"]["enough"] is True
    (log,) = status["logs"]
    assert log["anchored_size"] == log["published_size"] == 4
    assert log["depth"] >= 2
    assert log["waiting"] == 0
    assert log["intents"] == []
    assert (log["material_stored"], log["material_missing"]) == (1, 0)
    told = remote.people_read("chain", "status")
    for words in ("code the known one", "grade", "blocks", "wei", "1 stored, 0 missing", "nothing needs a person"):
        assert words.replace("blocks", "block(s)") in told


def test_an_account_out_of_funds_loses_nothing_and_goes_on_once_it_is_funded(remote: Remote) -> None:
    remote.node.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    remote.node.call("anvil_mine", "0x1")
    remote.node.call("anvil_setBalance", remote.account, "0x1")
    remote.grow()
    for _ in range(2):
        refused = remote.run("anchor", code=1)["error"]
        assert refused["code"] == "chain-out-of-funds"
        assert remote.account in refused["message"]
        assert "Nothing is lost" in refused["message"]
    assert len(remote.records()) == 1
    status = remote.run("chain", "status", code=1)
    assert status["account"] == {
        "account": remote.account,
        "balance": 1,
        "anchor_may_cost": status["account"]["anchor_may_cost"],
        "enough": False,
    }
    assert "send it money" in status["asks"][0]
    remote.grow()  # events and checkpoints go on
    remote.other.fund(remote.account)
    anchored = remote.run("anchor")
    assert anchored["tree_size"] == 12
    assert len(remote.records()) == 2


def test_money_that_is_gone_between_signing_and_sending_leaves_an_intent_that_is_sent_later(remote: Remote) -> None:
    remote.node.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    remote.node.call("anvil_mine", "0x1")
    remote.grow()
    service = remote.service
    doors = service.anchoring()
    published = service.store.latest_checkpoint(INSTITUTION)
    assert published is not None
    before = remote.records()[0]
    size, _ = doors.chain.head(before.chain_log_id)
    new, root_hash = published.checkpoint.size, published.checkpoint.root
    proof = consistency_proof(service.store.tree(INSTITUTION, new), size, new)
    prepared = doors.chain.prepare_anchor(before.chain_log_id, new, root_hash, proof)
    intent = replace(
        before,
        id=0,
        size=published.checkpoint.size,
        root=published.checkpoint.root,
        nonce=prepared.nonce,
        tx=prepared.tx_hash,
        raw_tx=prepared.raw,
        state=AnchorState.PREPARED,
        block=None,
        block_hash=None,
        gas=None,
    )
    doors.anchors.add(intent)
    remote.node.call("anvil_setBalance", remote.account, "0x1")
    refused = remote.run("anchor", code=1)["error"]
    assert refused["code"] == "chain-out-of-funds"
    assert prepared.tx_hash in refused["message"]
    remote.other.fund(remote.account)
    assert remote.run("anchor")["tx"] == prepared.tx_hash
    assert len(remote.records()) == 2


def test_a_reorganisation_that_drops_an_anchor_is_noticed_and_the_same_bytes_are_sent_again(remote: Remote) -> None:
    remote.node.call("anvil_mine", "0x2")
    remote.run("anchor")
    remote.grow()
    snapshot = remote.node.call("evm_snapshot")
    first = remote.run("anchor")
    assert first["state"] == "mined"
    remote.node.call("evm_revert", snapshot)
    remote.node.call("anvil_mine", "0x3")  # another branch, longer than the one that is gone
    again = remote.run("anchor")
    assert again["tx"] == first["tx"]
    assert again["block"] == first["block"] + 3
    assert len(remote.records()) == 2
    newest = remote.records()[0]
    text = remote.service.anchors.material(newest)
    assert text is not None
    proven = prove_anchor(parse_anchor(text))
    assert (proven.block.number, proven.block.hash) == (newest.block, newest.block_hash)
    assert proven.size == newest.size
    assert proven.root == newest.root


def test_an_anchor_that_moved_to_another_block_is_recorded_there_with_its_new_material(remote: Remote) -> None:
    remote.grow()
    snapshot = remote.node.call("evm_snapshot")
    first = remote.run("anchor")
    raw = remote.records()[0].raw_tx
    remote.node.call("evm_revert", snapshot)
    remote.node.call("anvil_mine", "0x1")
    remote.node.call("eth_sendRawTransaction", "0x" + raw.hex())  # another node delivered our bytes
    moved = remote.run("anchor")
    assert moved["tx"] == first["tx"]
    assert moved["block"] == first["block"] + 1
    text = remote.service.anchors.material(remote.records()[0])
    assert text is not None
    assert prove_anchor(parse_anchor(text)).block.number == moved["block"]


def test_a_node_that_is_down_stops_neither_ingest_nor_publishing_and_the_backlog_is_one_anchor(remote: Remote) -> None:
    remote.other.stop()
    for _ in range(5):
        remote.grow()
    refused = remote.run("anchor", code=1)["error"]
    assert refused["code"] == "chain-unreachable"
    status = remote.run("chain", "status", code=1)
    assert "did not answer" in status["asks"][0]
    assert status["identity"]["asked"] is False
    assert status["logs"][0]["waiting"] == 5
    assert "not asked" in remote.people_read("chain", "status")
    remote.other.start()
    anchored = remote.run("anchor")
    assert anchored["tree_size"] == 4 + 5 * 4
    assert len(remote.records()) == 2


def test_a_backlog_that_waits_too_long_needs_a_person(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.grow()
    assert remote.run("chain", "status")["asks"] == []
    later = remote.service.now() + timedelta(hours=3)
    monkeypatch.setattr("evidence_service.chain_status_words.now", lambda: later)
    (waiting, intent) = remote.run("chain", "status", code=1)["asks"]
    assert "not anchored, the oldest for 3 h" in waiting
    assert "`proofdocket anchor`" in waiting
    assert "is mined for" in intent
    assert remote.run("chain", "status", "--alert-after", "600")["asks"] == []


def test_another_chain_behind_the_same_address_needs_a_person_and_nothing_is_sent(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = LocalChain(tmp_path / "stranger", chain_id=2026)
    stranger.start()
    try:
        monkeypatch.setenv("PROOFDOCKET_RPC_URL", stranger.rpc_url)
        remote.grow()
        status = remote.run("chain", "status", code=1)
        assert "lost its past" in status["identity"]["problem"]
        assert "NOT the known one" in remote.people_read("chain", "status")
        assert remote.run("anchor", code=1)["error"]["code"] == "chain-other"
        assert stranger.status().head == 0
    finally:
        stranger.stop()


def test_a_chain_that_lost_the_anchor_but_kept_the_contract_needs_a_person(remote: Remote) -> None:
    remote.node.call("anvil_mine", "0x2")
    snapshot = remote.node.call("evm_snapshot")
    remote.grow()
    remote.run("anchor")
    remote.node.call("anvil_mine", "0x2")
    assert remote.run("anchor")["state"] == "final"
    remote.node.call("evm_revert", snapshot)
    asks = remote.run("chain", "status", code=1)["asks"]
    assert any("the chain lost its past" in ask for ask in asks)
    refused = remote.run("anchor", code=1)["error"]
    assert refused["code"] == "chain-lost-its-past"


def test_the_account_key_never_appears_in_what_status_prints(remote: Remote) -> None:
    key = (remote.home / "keys" / "chain.key").read_text("ascii").strip()
    assert key not in remote.people_read("chain", "status")
    assert key not in json.dumps(remote.run("chain", "status"))
