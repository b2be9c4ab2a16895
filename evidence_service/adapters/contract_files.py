"""The contracts as shipped: ABI, creation code and runtime code, so that running needs no compiler.

Spec: docs/spec/anchor.md. Written by tools/compile_contracts.py; tests/contracts keeps them fresh.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evidence_service.errors import SettingsError

ABI_FOLDER = Path(__file__).resolve().parents[1] / "abi"
CONTRACTS = ("EvidenceAnchor", "FilingRegistry")


@dataclass(frozen=True, slots=True)
class ShippedContract:
    """One compiled contract."""

    name: str
    compiler: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    runtime: bytes


@cache
def shipped_contract(name: str) -> ShippedContract:
    """Read a shipped contract by its name."""
    path = ABI_FOLDER / f"{name}.json"
    try:
        found = json.loads(path.read_bytes())
        return ShippedContract(
            name=found["contract"],
            compiler=found["compiler"],
            abi=tuple(found["abi"]),
            bytecode=bytes.fromhex(found["bytecode"].removeprefix("0x")),
            runtime=bytes.fromhex(found["runtime"].removeprefix("0x")),
        )
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"the shipped contract {path} cannot be read: {error}; install again") from error
