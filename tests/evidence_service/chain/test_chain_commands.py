"""`chain start`, `stop`, `status` in a folder that is no instance yet: what they print, and that they act on it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evidence_service.adapters.local_chain import LocalChain
from evidence_service.chain_commands import chain as chain_group

pytestmark = pytest.mark.chain


@click.group()
@click.option("--home", type=click.Path(path_type=Path))
def root(home: Path) -> None:
    """Stands for the one entry point."""


root.add_command(chain_group)


def run(home: Path, *words: str) -> str:
    result = CliRunner().invoke(root, ["--home", str(home), "chain", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_start_status_stop_answer_with_the_same_four_words(chain: LocalChain, tmp_path: Path) -> None:
    stopped = {"running": False, "chain_id": None, "head": None, "saved_head": None}
    nothing: dict[str, object] = {"identity": None, "account": None, "logs": [], "asks": [], "notes": []}
    assert json.loads(run(tmp_path, "status", "--json")) == stopped | nothing
    running = {"running": True, "chain_id": 31337, "head": 0, "saved_head": 0}
    assert json.loads(run(tmp_path, "start", "--json")) == running
    chain.mine(2)
    assert json.loads(run(tmp_path, "status", "--json")) == {**running, "head": 2} | nothing
    assert json.loads(run(tmp_path, "stop", "--json")) == {
        **stopped,
        "chain_id": 31337,
        "saved_head": 2,
    }


def test_people_read_sentences(chain: LocalChain, tmp_path: Path) -> None:
    assert "the chain does not run" in run(tmp_path, "status")
    assert "the chain runs: id 31337, newest block 0" in run(tmp_path, "start")
    assert "saved up to block 0" in run(tmp_path, "stop")


def test_another_chain_id_than_the_saved_one_is_refused_in_one_sentence(chain: LocalChain, tmp_path: Path) -> None:
    run(tmp_path, "start")
    run(tmp_path, "stop")
    result = CliRunner().invoke(root, ["--home", str(tmp_path), "chain", "start", "--chain-id", "5"])
    assert result.exit_code == 1
    assert "Error: " in result.stderr
    assert "id 31337, but id 5 was asked for" in result.stderr
