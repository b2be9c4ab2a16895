"""What is shipped is what the sources compile to, through py-solc-x and through Hardhat, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evidence_service.adapters.contract_files import ABI_FOLDER, CONTRACTS, shipped_contract
from tests.contracts.conftest import ROOT, run
from tools.compile_contracts import compile_all, rendered
from tools.make_merkle_vectors import TARGET
from tools.make_merkle_vectors import rendered as rendered_vectors

pytestmark = pytest.mark.chain


@pytest.fixture(scope="module")
def by_py_solc_x() -> dict[str, dict[str, Any]]:
    return compile_all()


@pytest.fixture(scope="module")
def by_hardhat(hardhat: tuple[str, Path]) -> dict[str, dict[str, Any]]:
    done = run(*hardhat, "compile")
    assert done.returncode == 0, done.stdout + done.stderr
    artifacts = ROOT / "artifacts" / "contracts" / "src"
    return {name: json.loads((artifacts / f"{name}.sol" / f"{name}.json").read_bytes()) for name in CONTRACTS}


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_shipped_file_is_what_py_solc_x_makes(name: str, by_py_solc_x: dict[str, dict[str, Any]]) -> None:
    shipped = (ABI_FOLDER / f"{name}.json").read_text("utf-8")
    assert shipped == rendered(by_py_solc_x[name]), "stale: run python tools/compile_contracts.py"


@pytest.mark.parametrize("name", CONTRACTS)
def test_hardhat_and_py_solc_x_make_the_same_bytes(
    name: str, by_py_solc_x: dict[str, dict[str, Any]], by_hardhat: dict[str, dict[str, Any]]
) -> None:
    ours, theirs = by_py_solc_x[name], by_hardhat[name]
    assert ours["bytecode"] == theirs["bytecode"]
    assert ours["runtime"] == theirs["deployedBytecode"]
    assert ours["abi"] == theirs["abi"]


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_compiler_is_the_pinned_one_everywhere(name: str) -> None:
    pinned = json.loads((ROOT / "contracts" / "compiler.json").read_bytes())
    assert pinned["SETTINGS"]["evmVersion"] == "cancun"
    assert pinned["SETTINGS"]["optimizer"] == {"enabled": True, "runs": 200}
    assert shipped_contract(name).compiler.startswith(pinned["SOLC_VERSION"] + "+commit.")
    npm = json.loads((ROOT / "package.json").read_bytes())["devDependencies"]["solc"]
    assert npm == pinned["SOLC_VERSION"]
    for source in [*(ROOT / "contracts/src").glob("*.sol"), *(ROOT / "contracts/test").glob("*.sol")]:
        assert f"pragma solidity {pinned['SOLC_VERSION']};" in source.read_text("utf-8")


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_contract_can_be_owned_paused_replaced_or_destroyed(name: str) -> None:
    contract = shipped_contract(name)
    functions = {entry["name"].lower() for entry in contract.abi if entry["type"] == "function"}
    for word in ("owner", "pause", "upgrade", "admin", "role", "initialize", "proxy"):
        assert not [one for one in functions if word in one]
    codes = opcodes(contract.runtime)
    assert not {0xF4, 0xF2, 0xFF} & codes, "DELEGATECALL, CALLCODE or SELFDESTRUCT"


def opcodes(code: bytes) -> set[int]:
    """The instructions of a runtime code, without pushed data and without the metadata at its end."""
    end = len(code) - 2 - int.from_bytes(code[-2:], "big")
    found, at = set(), 0
    while at < end:
        found.add(code[at])
        at += 1 + (code[at] - 0x5F if 0x60 <= code[at] <= 0x7F else 0)
    return found


def test_the_vectors_are_what_their_generator_writes() -> None:
    assert TARGET.read_text("utf-8") == rendered_vectors()
    cases = json.loads(TARGET.read_bytes())["cases"]
    pairs = {(one["old_size"], one["new_size"]) for one in cases if one["why"] == "a true proof"}
    assert pairs == {(m, n) for n in range(2, 21) for m in range(1, n)}


def test_the_compiler_wrapper_speaks_for_slither_and_says_what_is_missing(tmp_path: Path) -> None:
    source = "contracts/src/FilingRegistry.sol"
    wanted = ("--combined-json", "abi,bin", "--optimize", "--optimize-runs", "200", "--evm-version", "cancun")
    done = run(ROOT / "tools" / "solc-js", *wanted, source)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert f"{source}:FilingRegistry" in answer["contracts"]
    assert "+commit." in answer["version"]
    broken = tmp_path / "Broken.sol"
    broken.write_text("pragma solidity 0.8.37; contract Broken {")
    refused = run(ROOT / "tools" / "solc-js", "--combined-json", "abi", broken)
    assert refused.returncode == 1
    assert "ParserError" in refused.stderr
    assert run(ROOT / "tools" / "solc-js").returncode == 1
