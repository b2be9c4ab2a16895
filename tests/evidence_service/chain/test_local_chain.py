"""The local chain: one per home, saved whole, never replaced by a new one behind anybody's back."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence_service.adapters.chain_folder import ChainFolder
from evidence_service.adapters.json_rpc import JsonRpc
from evidence_service.adapters.local_chain import LocalChain
from evidence_service.core.chain import ChainStatus
from evidence_service.errors import ChainError
from tests.evidence_service.chain.conftest import kill_everything, wait_until_dead

pytestmark = pytest.mark.chain


def hashes(chain: LocalChain) -> list[str]:
    rpc = JsonRpc(chain.rpc_url)
    return [rpc.block(number)["hash"] for number in range(rpc.number("eth_blockNumber") + 1)]


def test_a_chain_that_never_started_says_so(chain: LocalChain) -> None:
    assert chain.status() == ChainStatus(running=False, chain_id=None, head=None, saved_head=None)
    with pytest.raises(ChainError, match="does not run"):
        _ = chain.rpc_url


def test_start_stop_start_keeps_every_block_and_the_address(chain: LocalChain) -> None:
    started = chain.start()
    assert started == ChainStatus(running=True, chain_id=31337, head=0, saved_head=0)
    chain.mine(5)
    before, url = hashes(chain), chain.rpc_url
    assert chain.stop() == ChainStatus(running=False, chain_id=31337, head=None, saved_head=5)
    assert chain.stop().running is False
    chain.start()
    assert hashes(chain) == before
    assert chain.rpc_url == url


def test_a_second_start_is_the_same_chain(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    place = ChainFolder(tmp_path).rpc()
    assert LocalChain(tmp_path).start().running
    assert ChainFolder(tmp_path).rpc() == place


def test_starting_from_many_sides_at_once_starts_one_chain(chain: LocalChain, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        started = list(pool.map(lambda _: LocalChain(tmp_path).start(), range(6)))
    assert all(status.running for status in started)
    text = (tmp_path / "chain" / "chain.log").read_text()
    assert text.count("the chain is ready") == 1
    chain.stop()
    time.sleep(0.5)
    assert not chain.status().running


def test_two_homes_have_two_chains_even_in_the_same_second(tmp_path: Path) -> None:
    first, second = LocalChain(tmp_path / "a"), LocalChain(tmp_path / "b")
    try:
        first.start()
        second.start()
        assert first.genesis_hash != second.genesis_hash
    finally:
        first.stop()
        second.stop()


def test_genesis_survives_many_restarts(chain: LocalChain, tmp_path: Path) -> None:
    """A node that loads a state adds a block 0 of its own to the next dump; ours must stay."""
    chain.start()
    genesis = chain.genesis_hash
    for _ in range(6):
        chain.mine(1)
        chain.save_state()
        kill_everything(tmp_path)
        chain.start()
        assert chain.genesis_hash == genesis == hashes(chain)[0]
    assert chain.status().head == 6


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_the_next_start_works(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.mine(2)
    assert chain.save_state() == 2
    place = ChainFolder(tmp_path).rpc()
    assert place is not None
    os.kill(place.pid, signal.SIGKILL)
    wait_until_dead(place.pid, place.node_pid)
    # rpc.json and the lock file of the dead supervisor still lie there
    assert (tmp_path / "chain" / "rpc.json").exists()
    assert chain.status() == ChainStatus(running=False, chain_id=31337, head=None, saved_head=2)
    assert chain.start().head == 2


def test_a_node_that_dies_is_started_again_from_the_saved_state(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.mine(3)
    chain.save_state()
    chain.mine(4)
    place = ChainFolder(tmp_path).rpc()
    assert place is not None
    os.kill(place.node_pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (now := ChainFolder(tmp_path).rpc()) is None or now.node_pid == place.node_pid:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert now.pid == place.pid
    assert chain.status().head == 3


def test_a_kill_while_saving_leaves_the_old_or_the_new_state(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.mine(300)
    assert chain.save_state() == 300
    script = (
        "import sys; from pathlib import Path; from evidence_service.adapters.local_chain import LocalChain\n"
        "chain = LocalChain(Path(sys.argv[1])); print('ready', flush=True)\n"
        "while True: chain.mine(1); chain.save_state()\n"
    )
    dice = random.Random(7)
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE) as saver:
            assert saver.stdout is not None
            saver.stdout.readline()
            time.sleep(dice.uniform(0.02, 0.2))
            saver.kill()
        kill_everything(tmp_path)
        recorded, head = chain.status().saved_head, chain.start().head
        assert recorded is not None
        assert head is not None
        assert head >= recorded >= 300
    assert (chain.status().saved_head or 0) > 300


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_truncated_state_is_named_and_kept_not_replaced(chain: LocalChain, tmp_path: Path, keep: float) -> None:
    chain.start()
    chain.mine(2)
    chain.stop()
    state = tmp_path / "chain" / "state.json"
    whole = state.read_bytes()
    part = whole[: int(len(whole) * keep)]
    state.write_bytes(part)
    with pytest.raises(ChainError, match=r"state\.json is damaged"):
        chain.start()
    assert state.read_bytes() == part
    assert "damaged" in chain.status().note
    state.write_bytes(whole)
    assert chain.start().head == 2


def test_a_missing_state_is_named_and_no_new_chain_begins(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.stop()
    (tmp_path / "chain" / "state.json").unlink()
    with pytest.raises(ChainError, match=r"state\.json is missing"):
        chain.start()
    assert not (tmp_path / "chain" / "state.json").exists()


def test_an_older_state_than_the_recorded_one_is_refused(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.mine(1)
    chain.save_state()
    older = (tmp_path / "chain" / "state.json").read_bytes()
    chain.mine(3)
    chain.stop()
    (tmp_path / "chain" / "state.json").write_bytes(older)
    with pytest.raises(ChainError, match="all blocks up to 4 were saved"):
        chain.start()


def test_another_chain_in_the_same_home_is_refused(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.stop()
    other = LocalChain(tmp_path / "other")
    other.start()
    other.stop()
    shutil.copy(tmp_path / "other" / "chain" / "state.json", tmp_path / "chain" / "state.json")
    with pytest.raises(ChainError, match="another chain"):
        chain.start()


def test_a_rewritten_block_is_noticed(chain: LocalChain, tmp_path: Path) -> None:
    chain.start()
    chain.mine(2)
    chain.stop()
    saved = tmp_path / "chain" / "saved.json"
    record = json.loads(saved.read_bytes())
    saved.write_text(json.dumps({**record, "block_hash": "0x" + "00" * 32}))
    with pytest.raises(ChainError, match="lost its past"):
        chain.start()


def test_another_chain_id_is_refused_and_the_own_one_is_kept(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, chain_id=2026)
    try:
        assert chain.start().chain_id == 2026
        assert JsonRpc(chain.rpc_url).number("eth_chainId") == 2026
        chain.stop()
        with pytest.raises(ChainError, match="id 2026, but id 31337"):
            LocalChain(tmp_path, chain_id=31337).start()
        assert LocalChain(tmp_path).start().chain_id == 2026
    finally:
        chain.stop()


def test_hardhats_node_stands_in_and_says_that_it_forgets(tmp_path: Path) -> None:
    chain = LocalChain(tmp_path, forgetful=True)
    try:
        started = chain.start()
        assert (started.running, started.chain_id, started.saved_head) == (True, 31337, None)
        assert "forgets" in started.note
        chain.mine(2)
        assert chain.save_state() is None
        assert chain.status().head == 2
    finally:
        chain.stop()
    assert chain.status().saved_head is None
