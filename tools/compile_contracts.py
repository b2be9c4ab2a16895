"""Compile the contracts with py-solc-x and write what is shipped: ABI, both bytecodes, compiler.

Usage: python tools/compile_contracts.py [--check]. With --check nothing is written; exit 1 when the
shipped files are stale. Hardhat compiles the same sources with the same settings
(contracts/compiler.json) to the same bytes; tests/contracts holds that.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import solcx

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "contracts" / "src"
SHIPPED = ROOT / "evidence_service" / "abi"
COMPILER = ROOT / "tools" / "solc-js"
CONTRACTS = ("EvidenceAnchor", "FilingRegistry")


def compile_all() -> dict[str, dict[str, Any]]:
    """Contract name to its shipped form."""
    pinned = json.loads((ROOT / "contracts" / "compiler.json").read_text("utf-8"))
    sources = {
        path.relative_to(ROOT).as_posix(): {"content": path.read_text("utf-8")}
        for path in sorted(SOURCES.glob("*.sol"))
    }
    # Metadata is not asked for but is hashed into the bytecode: the settings must be Hardhat's.
    wanted = ["abi", "metadata", "evm.bytecode.object", "evm.deployedBytecode"]
    answer = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": sources,
            "settings": {**pinned["SETTINGS"], "outputSelection": {"*": {"*": wanted}}},
        },
        solc_binary=COMPILER,
    )
    shipped = {}
    for name in CONTRACTS:
        made = answer["contracts"][f"contracts/src/{name}.sol"][name]
        if made["evm"]["deployedBytecode"].get("immutableReferences"):
            raise SystemExit(f"{name} has immutables: its runtime code would differ per deployment")
        shipped[name] = {
            "contract": name,
            "source": f"contracts/src/{name}.sol",
            "compiler": json.loads(made["metadata"])["compiler"]["version"],
            "settings": pinned["SETTINGS"],
            "abi": made["abi"],
            "bytecode": "0x" + made["evm"]["bytecode"]["object"],
            "runtime": "0x" + made["evm"]["deployedBytecode"]["object"],
        }
    return shipped


def rendered(shipped: dict[str, Any]) -> str:
    """The bytes of one shipped file."""
    return json.dumps(shipped, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    check = parser.parse_args().check
    stale = []
    SHIPPED.mkdir(exist_ok=True)
    for name, shipped in compile_all().items():
        path = SHIPPED / f"{name}.json"
        text = rendered(shipped)
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(text, "utf-8")
    if check and stale:
        print("stale: " + ", ".join(stale) + "; run python tools/compile_contracts.py", file=sys.stderr)
        return 1
    print("written: " + (", ".join(stale) or "nothing, all fresh"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
