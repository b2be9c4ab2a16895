"""kill -9 of everything, again and again: no anchored batch is lost, and the way goes on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from evidence_service.verifier.chain_reader import RpcChainReader
from tests.journeys.program import Program

pytestmark = [pytest.mark.chain]
ROUNDS = 3


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Program]:
    """A fresh instance with one anchored batch."""
    program = Program(tmp_path / "home")
    program.json("init")
    program.json("sample", "--loans", "2", "--out", tmp_path / "sample.ndjson")
    yield program
    program.run("chain", "stop")


def test_anchored_batches_survive_kill_9_of_everything_at_any_moment(instance: Program, tmp_path: Path) -> None:
    chance = random.Random(5)
    lines = (tmp_path / "sample.ndjson").read_bytes().splitlines(keepends=True)
    step = len(lines) // (ROUNDS + 1)
    for number in range(ROUNDS):
        part = tmp_path / f"part{number}.ndjson"
        part.write_bytes(b"".join(lines[number * step : (number + 1) * step]))
        instance.json("import", part)
        instance.json("publish")
        running = instance.start("anchor")
        time.sleep(chance.uniform(0.2, 2.5))
        kill_everything(instance, running.pid)
        running.wait()
        anchored = instance.json("anchor")
        assert anchored["state"] == "final"
        assert anchored["tree_size"] == (number + 1) * (step + 1)  # with the map's entry of each checkpoint
        kill_everything(instance)
        assert instance.json("chain", "start")["head"] >= anchored["block"]
        assert_all_recorded_anchors_are_on_the_chain(instance)


def kill_everything(instance: Program, *more: int) -> None:
    """SIGKILL the command, the supervisor and the node, whichever of them lives."""
    pids = list(more)
    with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
        place = instance.chain_place()
        pids += [place["pid"], place["node_pid"]]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def assert_all_recorded_anchors_are_on_the_chain(instance: Program) -> None:
    """Whatever the database calls mined or final, the chain has in that very block."""
    engine = create_engine(f"sqlite:///{instance.home / 'proofdocket.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT block, block_hash FROM anchor WHERE state IN ('mined','final')")).all()
    engine.dispose()
    reader = RpcChainReader(instance.rpc)
    assert rows
    for row in rows:
        assert reader.block(row.block)[0] == row.block_hash
