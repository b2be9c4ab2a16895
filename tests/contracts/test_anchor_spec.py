"""The spec page of the anchor station names every call, event and error that the contracts have."""

from __future__ import annotations

import re

import pytest

from evidence_service.adapters.contract_errors import SENTENCES
from evidence_service.adapters.contract_files import CONTRACTS, shipped_contract
from evidence_service.adapters.ethereum import LOG_TAG
from evidence_service.core.chain import TxState
from tests.contracts.conftest import ROOT

SPEC = (ROOT / "docs" / "spec" / "anchor.md").read_text("utf-8")


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_call_event_and_error_is_in_the_spec_with_its_signature(name: str) -> None:
    for entry in shipped_contract(name).abi:
        if entry["type"] in {"function", "event", "error"}:
            values = ", ".join(f"{one['type']} {one['name']}" for one in entry["inputs"])
            assert f"`{entry['name']}({values})`" in SPEC, f"{entry['type']} {entry['name']}({values})"


def test_the_spec_names_no_error_that_is_gone() -> None:
    table = SPEC.partition("## Errors")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)\(", table, re.M)) == set(SENTENCES)


def test_the_tag_and_every_state_are_in_the_spec() -> None:
    assert LOG_TAG in SPEC
    for state in TxState:
        assert f"`{state}`" in SPEC
