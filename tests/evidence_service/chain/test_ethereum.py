"""The anchor station on the real local chain: both failures of every outside write, and every refusal."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from evidence_service.adapters.chain_account import ChainAccount
from evidence_service.adapters.contract_errors import ContractRefusedError
from evidence_service.adapters.ethereum import EthereumAnchor, OtherChainError
from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.adapters.json_rpc import ChainUnreachableError, JsonRpc, RpcRefusedError
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.chain import LogHead, PreparedTx, TxOutcome, TxState
from evidence_service.errors import ChainError
from evidence_service.settings import read_settings
from tests.evidence_service.chain.conftest import LOG_KEY, ORIGIN, Growth, Station, kill_everything

pytestmark = pytest.mark.chain


def anchored(station: Station, growth: Growth, old: int, new: int) -> tuple[PreparedTx, TxOutcome]:
    proof = growth.proofs[old, new] if old else []
    prepared = station.anchor.prepare_anchor(station.log_id, new, growth.roots[new], proof)
    station.anchor.send(prepared)
    return prepared, station.anchor.wait(prepared.tx_hash)


def test_an_anchor_is_prepared_sent_mined_and_read_back(station: Station, growth: Growth) -> None:
    anchor = station.anchor
    assert anchor.head(station.log_id) == LogHead(0, bytes(32))
    first = anchor.prepare_anchor(station.log_id, 7, growth.roots[7], [])
    assert anchor.outcome(first.tx_hash) == TxOutcome(TxState.UNKNOWN)
    anchor.send(first)
    outcome = anchor.wait(first.tx_hash)
    assert outcome.state is TxState.MINED
    assert outcome.block_number is not None
    assert outcome.block_hash == anchor.block_hash(outcome.block_number)
    _, second = anchored(station, growth, 7, 20)
    assert anchor.head(station.log_id) == LogHead(20, growth.roots[20])
    assert anchor.root_at(station.log_id, 7) == growth.roots[7]
    assert anchor.root_at(station.log_id, 8) is None
    assert second.gas_used is not None
    assert second.gas_used < 120_000
    print(f"gas of an anchor: first {outcome.gas_used}, with {len(growth.proofs[7, 20])} nodes {second.gas_used}")


def test_the_log_id_is_computed_as_the_contract_computes_it(station: Station) -> None:
    assert station.anchor.log_id(ORIGIN, LOG_KEY) == station.log_id
    on_chain = station.anchor._read("logIdOf", ORIGIN, LOG_KEY, station.account.address)
    assert bytes(on_chain) == station.log_id


def test_registering_and_deploying_again_change_nothing(station: Station) -> None:
    before = station.anchor.block_number()
    assert station.anchor.register_log(ORIGIN, LOG_KEY) == station.log_id
    fresh = EthereumAnchor(station.chain.rpc_url, station.account, station.chain.chain_id)
    assert fresh.deploy() == station.deployment
    assert station.anchor.block_number() == before


def test_saved_anchors_survive_kill_9_of_everything(station: Station, growth: Growth) -> None:
    known: dict[int, tuple[PreparedTx, TxOutcome]] = {}
    for old, new in [(0, 3), (3, 8), (8, 13), (13, 20)]:
        known[new] = anchored(station, growth, old, new)
        station.chain.mine(3)
        saved = station.chain.save_state()
        assert saved is not None
        assert saved >= (known[new][1].block_number or 0)
        kill_everything(station.home)
        station.chain.start()
        anchor = station.anchor
        deployment = station.deployment
        anchor.check_identity(deployment.chain_id, deployment.genesis_hash, deployment.code_hash)
        assert anchor.head(station.log_id) == LogHead(new, growth.roots[new])
        for size, (prepared, outcome) in known.items():
            assert anchor.root_at(station.log_id, size) == growth.roots[size]
            assert anchor.outcome(prepared.tx_hash) == outcome


def test_an_anchor_that_was_lost_before_its_save_is_unknown_and_the_same_bytes_bring_it_back(
    station: Station, growth: Growth
) -> None:
    prepared, outcome = anchored(station, growth, 0, 5)
    assert outcome.state is TxState.MINED
    kill_everything(station.home)
    station.chain.start()
    assert station.anchor.outcome(prepared.tx_hash).state is TxState.UNKNOWN
    assert station.anchor.head(station.log_id).size == 0
    station.anchor.send(prepared)
    assert station.anchor.wait(prepared.tx_hash).state is TxState.MINED
    assert station.anchor.head(station.log_id) == LogHead(5, growth.roots[5])


def test_an_anchor_sent_but_reply_lost_is_found_by_its_hash_and_not_doubled(station: Station, growth: Growth) -> None:
    prepared, outcome = anchored(station, growth, 0, 5)
    # a new process knows only what was stored before sending
    restarted = station.anchor
    assert restarted.outcome(prepared.tx_hash) == outcome
    restarted.send(prepared)
    restarted.send(prepared)
    assert restarted.outcome(prepared.tx_hash) == outcome
    assert restarted.block_number() == outcome.block_number


def test_an_anchor_that_was_not_sent_is_sent_with_the_same_bytes(station: Station, growth: Growth) -> None:
    prepared = station.anchor.prepare_anchor(station.log_id, 5, growth.roots[5], [])
    url = station.chain.rpc_url
    station.chain.stop()
    away = EthereumAnchor(url, station.account, 31337, station.deployment, timeout=2)
    with pytest.raises(ChainUnreachableError, match="did not answer"):
        away.send(prepared)
    station.chain.start()
    assert station.anchor.outcome(prepared.tx_hash).state is TxState.UNKNOWN
    station.anchor.send(prepared)
    assert station.anchor.wait(prepared.tx_hash).state is TxState.MINED


def test_a_nonce_that_another_transaction_took_is_refused_and_not_hidden(station: Station, growth: Growth) -> None:
    first = station.anchor.prepare_anchor(station.log_id, 5, growth.roots[5], [])
    rival = station.anchor.prepare_anchor(station.log_id, 6, growth.roots[6], [])
    assert first.nonce == rival.nonce
    station.anchor.send(first)
    with pytest.raises(RpcRefusedError, match="nonce"):
        station.anchor.send(rival)
    assert station.anchor.outcome(rival.tx_hash).state is TxState.UNKNOWN


def test_an_anchor_that_fails_in_its_block_says_why(station: Station, growth: Growth) -> None:
    """Signed while it was right, sent when it no longer is: the contract refuses, and the outcome tells."""
    anchored(station, growth, 0, 5)
    prepared = station.anchor.prepare_anchor(station.log_id, 8, growth.roots[8], growth.proofs[5, 8])
    late = replace_nonce(station, prepared, prepared.nonce + 1)
    station.anchor.send(prepared)
    station.anchor.send(late)
    outcome = station.anchor.wait(late.tx_hash)
    assert outcome.state is TxState.FAILED
    assert "anchored at size 8 already and only grows" in str(outcome.error)


def replace_nonce(station: Station, prepared: PreparedTx, nonce: int) -> PreparedTx:
    fields = TypedTransaction.from_bytes(HexBytes(prepared.raw)).as_dict()
    kept = {key: value for key, value in fields.items() if key not in {"v", "r", "s", "type", "accessList"}}
    kept["to"] = station.deployment.evidence_anchor
    tx_hash, raw = station.account.sign({**kept, "nonce": nonce})
    return PreparedTx(nonce, tx_hash, raw)


def test_a_log_that_does_not_grow_is_refused_with_both_sizes(station: Station, growth: Growth) -> None:
    anchored(station, growth, 0, 8)
    with pytest.raises(ContractRefusedError, match="at size 8 already and only grows; size 5") as caught:
        station.anchor.prepare_anchor(station.log_id, 5, growth.roots[5], [])
    assert caught.value.name == "NotGrowing"
    assert caught.value.values == {"logId": "0x" + station.log_id.hex(), "size": 5, "headSize": 8}


def test_a_fork_is_refused_with_both_heads(station: Station, growth: Growth) -> None:
    anchored(station, growth, 0, 8)
    forged = bytes(31) + b"\x01"
    with pytest.raises(ContractRefusedError, match="a fork, or a wrong proof") as caught:
        station.anchor.prepare_anchor(station.log_id, 13, forged, growth.proofs[8, 13])
    assert caught.value.values == {
        "logId": "0x" + station.log_id.hex(),
        "headSize": 8,
        "headRoot": "0x" + growth.roots[8].hex(),
        "size": 13,
        "root": "0x" + forged.hex(),
    }


def test_a_stranger_is_refused_by_name(station: Station, growth: Growth, tmp_path: Path) -> None:
    stranger = ChainAccount.load_or_make(tmp_path / "stranger")
    theirs = EthereumAnchor(station.chain.rpc_url, stranger, 31337, station.deployment)
    with pytest.raises(ContractRefusedError, match="only its submitter") as caught:
        theirs.prepare_anchor(station.log_id, 5, growth.roots[5], [])
    assert str(caught.value.values["caller"]).lower() == stranger.address.lower()
    assert str(caught.value.values["submitter"]).lower() == station.account.address.lower()


def test_a_refused_anchor_costs_no_transaction(station: Station, growth: Growth) -> None:
    before = station.anchor.block_number()
    with pytest.raises(ContractRefusedError, match="not registered"):
        station.anchor.prepare_anchor(bytes(32), 5, growth.roots[5], [])
    assert station.anchor.block_number() == before


def test_another_chain_past_or_contract_is_reported(station: Station) -> None:
    anchor, known = station.anchor, station.deployment
    with pytest.raises(OtherChainError, match="serves chain 31337, but this instance anchors on chain 1"):
        anchor.check_identity(1, known.genesis_hash, known.code_hash)
    with pytest.raises(OtherChainError, match="lost its past"):
        anchor.check_identity(31337, "0x" + "00" * 32, known.code_hash)
    with pytest.raises(OtherChainError, match="missing or another one"):
        anchor.check_identity(31337, known.genesis_hash, "0x" + "00" * 32)
    elsewhere = replace(known, evidence_anchor=known.filing_registry)
    moved = EthereumAnchor(station.chain.rpc_url, station.account, 31337, elsewhere)
    with pytest.raises(OtherChainError, match=known.filing_registry):
        moved.check_identity(31337, known.genesis_hash, known.code_hash)


def test_without_contracts_the_error_says_what_to_do(chain: LocalChain, tmp_path: Path) -> None:
    anchor = EthereumAnchor("http://127.0.0.1:9", ChainAccount.load_or_make(tmp_path), 31337)
    with pytest.raises(ChainError, match="proofdocket init"):
        anchor.head(bytes(32))


def test_a_registration_is_safe_before_an_anchor_is_stored(chain: LocalChain, tmp_path: Path, growth: Growth) -> None:
    """Else the stored anchor would wait for ever for a nonce that the chain forgot."""
    instance = InstanceChain(read_settings(tmp_path, {}))
    instance.initialise()
    opened = instance.open()
    log_id = opened.ensure_registered(ORIGIN, LOG_KEY)
    prepared = opened.prepare_anchor(log_id, 5, growth.roots[5], [])
    opened.send(prepared)
    kill_everything(tmp_path)
    again = instance.open()
    assert again.outcome(prepared.tx_hash).state is TxState.UNKNOWN
    assert again.next_nonce() == prepared.nonce
    again.send(prepared)
    assert again.wait(prepared.tx_hash).state is TxState.MINED
    assert again.head(log_id) == (5, growth.roots[5])


def test_a_network_with_fees_is_paid(station: Station, growth: Growth) -> None:
    JsonRpc(station.chain.rpc_url).call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    station.chain.mine(1)
    _, outcome = anchored(station, growth, 0, 5)
    assert outcome.state is TxState.MINED


def test_the_long_headers_of_proof_of_authority_chains_are_read(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.stop()
    folder = tmp_path / "chain"
    state = json.loads((folder / "state.json").read_bytes())
    genesis = next(block["header"] for block in state["blocks"] if block["header"]["extraData"] != "0x")
    genesis["extraData"] = "0x" + "ab" * 97
    (folder / "state.json").write_text(json.dumps(state))
    for name in ("chain.json", "saved.json"):
        (folder / name).unlink()
    chain.start()
    anchor = EthereumAnchor(chain.rpc_url, ChainAccount.load_or_make(tmp_path), 31337)
    assert anchor.genesis_hash() == chain.genesis_hash


def test_web3_is_imported_only_when_a_chain_is_asked() -> None:
    script = (
        "import sys, evidence_service.adapters.ethereum, evidence_service.chain_commands\n"
        "print(sorted({'web3', 'eth_account', 'eth_abi', 'rlp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
