"""The contract of `ports.AnchorChain`, on the simulator and on the real local chain: the simulator must not flatter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.adapters.sql_anchor_store import SqlAnchorStore
from evidence_service.core.chain import TxState
from evidence_service.core.merkle import consistency_proof, root_of
from evidence_service.core.note import parse_vkey
from evidence_service.errors import ChainError
from evidence_service.ports import AnchorChain, AnchorState
from evidence_service.settings import read_settings
from evidence_service.workflow.anchor import Anchoring, anchor
from tests.evidence_service.core.trees import leaves, reader
from tests.evidence_service.examples import NOW
from tests.evidence_service.workflow.instance import Instance
from tests.simulators.chain import ChainSimulator

HASHES = leaves(20)
NUMBERS = count()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def local_chain(home: Path) -> Iterator[AnchorChain]:
    """The chain of an instance, with its contracts, as the workflow opens it."""
    instance_chain = InstanceChain(read_settings(home, environ={}))
    instance_chain.initialise()
    yield instance_chain.open()
    instance_chain.local.stop()


@pytest.fixture(params=["simulator", pytest.param("local chain", marks=pytest.mark.chain)])
def chain(request: pytest.FixtureRequest) -> AnchorChain:
    if request.param == "simulator":
        return ChainSimulator()
    found: AnchorChain = request.getfixturevalue("local_chain")
    return found


@pytest.fixture
def log_id(chain: AnchorChain) -> str:
    """A log that nobody anchored yet."""
    return chain.ensure_registered(f"log.example/{next(NUMBERS)}", bytes(32))


def proof_between(old: int, new: int) -> tuple[bytes, ...]:
    return consistency_proof(reader(HASHES), old, new)


def put(chain: AnchorChain, log_id: str, old: int, new: int) -> str:
    """Anchor one size on top of another; the transaction's hash."""
    proof = proof_between(old, new) if old else ()
    prepared = chain.prepare_anchor(log_id, new, root_of(HASHES[:new]), proof)
    chain.send(prepared)
    assert chain.wait(prepared.tx_hash).state is TxState.MINED
    return prepared.tx_hash


def test_a_chain_knows_itself_and_is_the_one_we_know(chain: AnchorChain) -> None:
    chain.check()
    assert chain.chain_id == 31337
    assert chain.contract.startswith("0x")
    assert len(chain.contract) == 42


def test_a_log_is_registered_once_and_has_one_name(chain: AnchorChain) -> None:
    names = {chain.ensure_registered("log.example/same", bytes(32)) for _ in range(3)}
    assert len(names) == 1
    name = names.pop()
    assert name.startswith("0x")
    assert len(name) == 66
    assert chain.ensure_registered("log.example/another", bytes(32)) != name
    assert chain.ensure_registered("log.example/same", b"\x01" * 32) != name


def test_a_log_without_an_anchor_has_size_zero(chain: AnchorChain, log_id: str) -> None:
    assert chain.head(log_id) == (0, bytes(32))


def test_an_anchor_is_prepared_without_effect_then_sent_and_found(chain: AnchorChain, log_id: str) -> None:
    nonce = chain.next_nonce()
    prepared = chain.prepare_anchor(log_id, 5, root_of(HASHES[:5]), ())
    assert prepared.nonce == nonce == chain.next_nonce()
    assert chain.head(log_id)[0] == 0
    assert chain.outcome(prepared.tx_hash).state is TxState.UNKNOWN
    chain.send(prepared)
    outcome = chain.wait(prepared.tx_hash)
    assert outcome.state is TxState.MINED
    assert outcome.block_number is not None
    assert outcome.block_hash is not None
    assert outcome.gas_used is not None
    assert chain.outcome(prepared.tx_hash) == outcome
    assert chain.head(log_id) == (5, root_of(HASHES[:5]))
    assert chain.next_nonce() == nonce + 1


def test_the_same_transaction_may_be_sent_again_and_has_one_effect(chain: AnchorChain, log_id: str) -> None:
    prepared = chain.prepare_anchor(log_id, 5, root_of(HASHES[:5]), ())
    for _ in range(3):
        chain.send(prepared)
    outcome = chain.wait(prepared.tx_hash)
    chain.send(prepared)
    assert chain.wait(prepared.tx_hash) == outcome
    assert chain.next_nonce() == prepared.nonce + 1


def test_the_same_anchor_at_the_same_nonce_is_the_same_transaction(chain: AnchorChain, log_id: str) -> None:
    assert chain.prepare_anchor(log_id, 5, root_of(HASHES[:5]), ()) == chain.prepare_anchor(
        log_id, 5, root_of(HASHES[:5]), ()
    )


def test_a_log_grows_with_a_proof_for_each_step(chain: AnchorChain, log_id: str) -> None:
    for old, new in ((0, 1), (1, 4), (4, 7), (7, 8), (8, 20)):
        put(chain, log_id, old, new)
        assert chain.head(log_id) == (new, root_of(HASHES[:new]))


@pytest.mark.parametrize(
    ("size", "root", "proof"),
    [
        (5, root_of(HASHES[:5]), ()),
        (4, root_of(HASHES[:4]), ()),
        (9, root_of(HASHES[:9]), ()),
        (9, root_of(HASHES[:9]), proof_between(4, 9)),
        (9, root_of(HASHES[1:10]), proof_between(5, 9)),
        (9, root_of(HASHES[:9]), proof_between(5, 9)[:-1]),
        (9, root_of(HASHES[:9]), (*proof_between(5, 9), bytes(32))),
    ],
    ids=["same size", "smaller", "no proof", "proof from elsewhere", "a fork", "proof too short", "proof too long"],
)
def test_an_anchor_that_the_contract_would_refuse_is_refused_before_it_is_signed(
    chain: AnchorChain, log_id: str, size: int, root: bytes, proof: tuple[bytes, ...]
) -> None:
    put(chain, log_id, 0, 5)
    nonce = chain.next_nonce()
    with pytest.raises(ChainError):
        chain.prepare_anchor(log_id, size, root, proof)
    assert chain.next_nonce() == nonce
    assert chain.head(log_id) == (5, root_of(HASHES[:5]))


def test_securing_makes_the_newest_block_deep(chain: AnchorChain, log_id: str) -> None:
    put(chain, log_id, 0, 5)
    before = chain.head_block()
    chain.secure()
    assert chain.head_block() >= before + 3


@pytest.mark.chain
def test_the_workflow_anchors_a_log_on_the_real_chain_and_finds_it_after_a_restart(
    local_chain: AnchorChain, home: Path, sqlite_engine: Engine
) -> None:
    instance = Instance(sqlite_engine)
    for minutes, more in enumerate((5, 300)):
        instance.ingest(more)
        published = instance.publish(minutes)
        doors = Anchoring(instance.store, SqlAnchorStore(sqlite_engine), local_chain, 3, NOW)
        record = anchor(instance.log, doors)
        assert record.state is AnchorState.FINAL
        again = InstanceChain(read_settings(home, environ={})).open()
        doors = Anchoring(instance.store, SqlAnchorStore(sqlite_engine), again, 3, NOW)
        assert anchor(instance.log, doors) == record
        log_id = again.ensure_registered(instance.log.origin, parse_vkey(instance.log.vkey).public_key)
        assert again.head(log_id) == (published.checkpoint.size, published.checkpoint.root)
    assert len(instance.records()) == 2
