"""The Solidity suites: forge with fuzz and invariants, Hardhat with the vectors that Python reads too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.contracts.conftest import ROOT, run

pytestmark = pytest.mark.chain


def test_every_forge_test_fuzz_and_invariant_passes(forge: Path) -> None:
    done = run(forge, "test", "--offline", "--use", "tools/solc-js")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    total = re.search(r"(\d+) tests passed, 0 failed, 0 skipped", done.stdout)
    assert total, done.stdout[-2000:]
    written = sum(
        len(re.findall(r"function (?:test|testFuzz|invariant)_\w+", path.read_text("utf-8")))
        for path in (ROOT / "contracts" / "test").glob("*.t.sol")
    )
    assert int(total.group(1)) == written >= 40


def test_every_hardhat_test_passes(hardhat: tuple[str, Path]) -> None:
    done = run(*hardhat, "test")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    passing = re.search(r"(\d+) passing", done.stdout)
    assert passing, done.stdout[-2000:]
    written = sum(
        len(re.findall(r"^\s*it\(", path.read_text("utf-8"), re.M))
        for path in (ROOT / "contracts" / "test").glob("*.test.js")
    )
    assert int(passing.group(1)) == written >= 8
    assert "pending" not in done.stdout


def test_the_linter_finds_nothing() -> None:
    node = shutil.which("node")
    assert node
    done = run(node, "node_modules/solhint/solhint.js", "--disc", "--max-warnings", "0", "contracts/src/*.sol")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout, done.stdout
